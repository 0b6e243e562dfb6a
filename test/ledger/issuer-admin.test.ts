import { p256 } from '@noble/curves/nist.js';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { thumbprintOf } from '../../core/credential/thumbprint.ts';
import { consentToServe } from '../../ledger/consent.ts';
import type { Deployment } from '../../ledger/deployment.ts';
import { IssuerAdmin } from '../../ledger/issuer-admin.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { failure } from './support/failure.ts';
import { readHistory } from './support/history.ts';
import {
  addressOf,
  admitIssuer,
  deployTo,
  FAR_FUTURE,
  GENESIS_SECONDS,
  handOf,
  ISSUER,
  ISSUER_KEY,
  keyOf,
  startTestNode,
  type Hand,
  type TestNode,
} from './support/test-ledger.ts';

describe('an issuer’s admin, on the ledger', () => {
  let node: TestNode;
  let deployment: Deployment;
  let hand: Hand;
  let admin: IssuerAdmin;

  beforeEach(async () => {
    node = await startTestNode();
    deployment = await deployTo(node.url);
    await admitIssuer(node.url, deployment);
    hand = handOf('issuer', node.url, deployment);
    admin = new IssuerAdmin({ ...hand, deployment, issuer: ISSUER });
  });

  afterEach(async () => {
    hand[Symbol.dispose]();
    await node[Symbol.asyncDispose]();
  });

  async function eventCount(): Promise<number> {
    let count = 0;
    for await (const _ of readHistory(hand.rpc, deployment)) count++;
    return count;
  }

  it('registers a key and an account once, however often it is asked', async () => {
    const publicKey = p256.getPublicKey(new Uint8Array(32).fill(9), false);
    const key = { publicKey, thumbprint: thumbprintOf(nodeCrypto, publicKey) };
    const consent = consentToServe(keyOf('stranger'), { deployment, issuer: ISSUER, deadline: FAR_FUTURE });
    const before = await eventCount();
    const grants = [
      await admin.registerKey(key, FAR_FUTURE),
      await admin.registerAccount(consent, FAR_FUTURE),
      await admin.registerKey(key, FAR_FUTURE),
      await admin.registerAccount(consent, FAR_FUTURE),
    ];
    for (const grant of grants) {
      expect(grant.until).to.equal(FAR_FUTURE);
      expect(grant.from)
        .to.be.at.least(GENESIS_SECONDS)
        .and.at.most(await admin.reader.headTimeSeconds());
    }
    expect(await eventCount()).to.equal(before + 2);
  });

  it('ends keys and accounts, and never later than they end already', async () => {
    const soon = (await admin.reader.headTimeSeconds()) + 100;
    const account = addressOf('account');
    expect((await admin.endKey(ISSUER_KEY.thumbprint, soon)).until).to.equal(soon);
    expect((await admin.endKey(ISSUER_KEY.thumbprint, soon + 50)).until).to.equal(soon);
    expect((await admin.endAccount(account, soon)).until).to.equal(soon);
    expect((await admin.endAccount(account, soon + 50)).until).to.equal(soon);
  });

  it('marks keys and accounts as compromised, at once, and only ever earlier', async () => {
    const { thumbprint } = ISSUER_KEY;
    const account = addressOf('account');
    expect((await admin.markKeyCompromised(thumbprint, 500)).compromisedFrom).to.equal(500);
    expect((await admin.markKeyCompromised(thumbprint, 600)).compromisedFrom).to.equal(500);
    expect((await admin.markKeyCompromised(thumbprint, 400)).compromisedFrom).to.equal(400);
    expect((await admin.markAccountCompromised(account, 300)).compromisedFrom).to.equal(300);
    expect((await admin.markAccountCompromised(account, 301)).compromisedFrom).to.equal(300);
  });

  it('names what the trust list does not have', async () => {
    const unknown = new Uint8Array(32).fill(1);
    expect(await admin.reader.keyGrant(ISSUER, unknown)).to.equal(undefined);
    expect(await admin.reader.accountGrant(ISSUER, addressOf('stranger'))).to.equal(undefined);
    await failure(admin.markKeyCompromised(unknown, 500), 'LEDGER_NOT_REGISTERED');
    await failure(admin.endAccount(addressOf('stranger'), FAR_FUTURE), 'LEDGER_NOT_REGISTERED');
  });
});
