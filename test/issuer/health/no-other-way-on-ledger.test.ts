/**
 * O2, the attack script's calls to the contracts, against the embedded ledger: whatever anybody but two approvers sends
 * there, a red code stays red at the door, and no change of a colour comes of it.
 */
import { after, before, describe, it } from 'mocha';
import { expect } from 'chai';
import { fromBase64url } from '../../../core/bytes/base64url.ts';
import { fromHex } from '../../../core/bytes/hex.ts';
import { assembleBatch, MAX_BATCH_LEAVES } from '../../../core/commitment/batch.ts';
import { commitmentOf, leafHash } from '../../../core/commitment/leaf.ts';
import { signCredential } from '../../../core/credential/jwt.ts';
import { parseClaims } from '../../../core/credential/parse.ts';
import { toClaims } from '../../../core/credential/profiles.ts';
import { decodeCode, encodeCode } from '../../../core/qr/code.ts';
import { approveActs } from '../../../ledger/act-approval.ts';
import { BatchAnchorClient } from '../../../ledger/batch-anchor.ts';
import { StatusAnchorClient } from '../../../ledger/status-anchor.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { statusRecord } from '../../support/sample-records.ts';
import {
  addressOf,
  AUTHORITY,
  FAR_FUTURE,
  GENESIS_SECONDS,
  handOf,
  ISSUER,
  ISSUER_DID,
  keyOf,
  rootOf,
  type Role,
} from '../../ledger/support/test-ledger.ts';
import { failure } from '../../ledger/support/failure.ts';
import { OTHER_DID, OTHER_ISSUER, secondIssuerSteps } from '../../ledger/support/second-issuer.ts';
import { newKey, type TestKey } from '../../verifier/support/status-world.ts';
import { KeyWorld } from '../keys/support/key-world.ts';
import { orderOn, personOf, terms } from './support.ts';

const RED = { person: { subject: personOf(1) }, scheme: 'HK-HC' } as const;
const GREEN = { person: { subject: personOf(2) }, scheme: 'HK-HC' } as const;
const WINDOW = { from: 0, until: FAR_FUTURE };

describe('O2 on the ledger: no call of a contract turns a colour', function () {
  this.timeout(120_000);
  let world: KeyWorld;
  let red = '';
  let green = '';

  before(async () => {
    world = await KeyWorld.start({ types: ['vaccination', 'test', 'status'] });
    const { url, deployment, issuer } = world;
    using admin = handOf('issuer', url, deployment);
    for (const role of ['governor', 'authority'] as const)
      await admin.trust.addApprover(ISSUER, addressOf(role), WINDOW);
    const ordered = { fromSeconds: GENESIS_SECONDS, untilSeconds: GENESIS_SECONDS + 86_400 };
    await issuer.health.orders.place(orderOn(personOf(1), ordered));
    const codes = [await issuer.health.issue(RED), await issuer.health.issue(GREEN)];
    await issuer.settle();
    const texts = codes.map(({ issued }) => issuer.code(issued.credentials[0]?.handle ?? ''));
    [red = '', green = ''] = await Promise.all(texts);
    await world.look();
    expect((await world.verify(red)).reasons).to.deep.equal(['COLOUR_RED']);
    expect((await world.verify(green)).outcome).to.equal('pass');
  });

  after(async () => {
    await world[Symbol.asyncDispose]();
  });

  /** Nothing of what was tried holds: at the door, in the house, in what auditors see. */
  async function expectStillRed(): Promise<void> {
    await world.look();
    expect((await world.verify(red)).reasons).to.deep.equal(['COLOUR_RED']);
    await world.issuer.settle();
    expect((await world.issuer.health.issue(RED)).colour).to.include({ state: 'red', basis: 'rules' });
    expect(await world.issuer.colourActs.after(0, 9)).to.have.length(2);
  }

  it('approvals of a ruling that are not those of two approvers: one twice, a stranger’s, of something else', async () => {
    const { issuer, url, deployment } = world;
    const appeal = { state: 'green', ground: 'hcl|court-or-appeal' } as const;
    const until = { untilSeconds: GENESIS_SECONDS + 3_600 };
    const act = await issuer.health.rule(RED.person, terms({ ...appeal, ...until }));
    const batch = await issuer.acts.openBatch([act], { replace: true });
    const toSign = { ...batch, root: fromHex(batch.root) };
    const place = { deployment, issuer: ISSUER };
    const by = (role: Role, changes: Partial<typeof toSign> = {}, where: typeof place = place) =>
      approveActs(keyOf(role), where, { ...toSign, ...changes });
    const two = [by('governor'), by('authority')] as const;
    const tries: Readonly<Record<string, Parameters<StatusAnchorClient['anchorActs']>>> = {
      'one person twice': [toSign, [by('governor'), by('governor')]],
      'a stranger’s beside one': [toSign, [by('governor'), by('stranger')]],
      'the issuer’s own account': [toSign, [by('governor'), by('account')]],
      'another root': [toSign, [by('governor'), by('authority', { root: rootOf(7) })]],
      'another number': [toSign, [by('governor'), by('authority', { sequence: batch.sequence + 1 })]],
      'another issuer': [toSign, [by('governor'), by('authority', {}, { ...place, issuer: OTHER_ISSUER })]],
      'one in the other’s name': [toSign, [two[0], { ...two[0], approver: two[1].approver }]],
      'after their time': [{ ...toSign, deadline: GENESIS_SECONDS - 1 }, two],
    };
    using hand = handOf('account', url, deployment);
    const statuses = new StatusAnchorClient({ ...hand, deployment, issuer: ISSUER });
    for (const [what, [tried, approvals]] of Object.entries(tries)) {
      expect(await statuses.anchorActs(tried, approvals), what).to.equal('refused');
      expect(await statuses.actSequence(ISSUER), what).to.equal(0);
    }
    // Nobody but the issuer's accounts brings them there, though they are the two that count.
    using stranger = handOf('stranger', url, deployment);
    const foreign = new StatusAnchorClient({ ...stranger, deployment, issuer: ISSUER });
    const { revert } = await failure(foreign.anchorActs(toSign, two), 'LEDGER_REVERTED');
    expect(revert?.name).to.equal('TrustListUnauthorized');
    await issuer.acts.withdraw(act);
    await expectStillRed();
  });

  it('a green code that somebody else signs and anchors, under any name', async () => {
    const { url, deployment } = world;
    using otherHand = handOf('otherAuthority', url, deployment);
    using governor = handOf('governor', url, deployment);
    for (const step of secondIssuerSteps({ governor, otherAuthority: otherHand }, deployment)) await step();
    const key = newKey();
    await otherHand.trust.addKey(OTHER_ISSUER, { ...registered(key), ...WINDOW });
    const ours = await forged(ISSUER_DID, key);
    const theirs = await forged(OTHER_DID, key);
    // An account of nobody does not get it there at all.
    using stranger = handOf('stranger', url, deployment);
    await failure(stranger.batches.anchor({ ...ours.batch, expectedSequence: 1 }), 'LEDGER_REVERTED');
    using other = handOf('otherAccount', url, deployment);
    const anchors = new BatchAnchorClient({ ...other, deployment, issuer: OTHER_ISSUER });
    await anchors.anchor({ ...ours.batch, expectedSequence: 1 });
    await anchors.anchor({ ...theirs.batch, expectedSequence: 2 });
    await world.look();
    expect(await stopsWith(ours.code)).to.deep.equal(['ISSUER_MISMATCH']);
    // Anchored by its own issuer, whom nobody here takes lists from: never a pass.
    const verdict = await world.verify(theirs.code);
    expect(verdict).to.deep.include({ outcome: 'refer', reasons: ['STATUS_UNKNOWN'] });
    await expectStillRed();
  });

  it('a list in which nothing is ended, a key, an approver, a wider accreditation, by whoever has no say in it', async () => {
    const { url, deployment } = world;
    using stranger = handOf('stranger', url, deployment);
    using account = handOf('account', url, deployment);
    const statuses = new StatusAnchorClient({ ...stranger, deployment, issuer: ISSUER });
    const lists = { listsRoot: rootOf(8), actsDigest: rootOf(9), nextUpdate: GENESIS_SECONDS + 86_400 };
    const calls: Readonly<Record<string, () => Promise<unknown>>> = {
      list: () => statuses.publish({ version: 9, ...lists }),
      key: () => stranger.trust.addKey(ISSUER, { ...registered(newKey()), ...WINDOW }),
      'key by the service’s own account': () =>
        account.trust.addKey(ISSUER, { ...registered(newKey()), ...WINDOW }),
      approver: () => stranger.trust.addApprover(ISSUER, addressOf('stranger'), WINDOW),
      'approver by the service’s own account': () =>
        account.trust.addApprover(ISSUER, addressOf('stranger'), WINDOW),
      accreditation: () =>
        stranger.trust.accredit({
          authority: AUTHORITY,
          did: 'did:web:nobody.example',
          types: ['status'],
          admin: addressOf('stranger'),
          ...WINDOW,
        }),
    };
    for (const [what, call] of Object.entries(calls)) {
      const { revert } = await failure(call(), 'LEDGER_REVERTED');
      expect(revert?.name, what).to.match(/Unauthorized|UnknownAccount/);
    }
    await expectStillRed();
  });

  it('and once its authority has narrowed the issuer, not even its own green code', async () => {
    const { url, deployment } = world;
    using authority = handOf('authority', url, deployment);
    await authority.trust.narrowIssuer(ISSUER, { types: ['vaccination', 'test'], until: FAR_FUTURE });
    world.house.nowMs += 60_000;
    await world.look();
    expect(await stopsWith(green)).to.include('ISSUER_TYPE_NOT_ALLOWED');
  });

  async function stopsWith(code: string): Promise<readonly string[]> {
    const { outcome, reasons } = await world.verify(code);
    expect(outcome).to.equal('stop');
    return reasons;
  }

  /** A green code of the person in red, and the batch that it is alone in. */
  async function forged(iss: string, key: TestKey): Promise<Forged> {
    const { status } = parseClaims(decodeCode(red).payloadBytes);
    const { ground: _, ...facts } = statusRecord({ state: 'green', subject: personOf(1) });
    const claims = toClaims(facts, 'venue', {
      iss,
      jti: 'A'.repeat(21) + 'Q',
      issuedAtSeconds: GENESIS_SECONDS,
      expiresAtSeconds: GENESIS_SECONDS + 3_600,
      status: status.status_list,
    });
    return await alone(claims, key);
  }
});

interface Forged {
  readonly code: string;
  readonly batch: {
    readonly root: Uint8Array;
    readonly log2Size: number;
    readonly class: 'short';
  };
}

function registered({ kid, publicKey }: TestKey): {
  readonly thumbprint: Uint8Array;
  readonly publicKey: Uint8Array;
} {
  return { thumbprint: fromBase64url(kid), publicKey };
}

async function alone(claims: Parameters<typeof signCredential>[0], key: TestKey): Promise<Forged> {
  const { headerBytes, payloadBytes, signature } = await signCredential(claims, key);
  const batch = assembleBatch(nodeCrypto, {
    leafHashes: leafHash(nodeCrypto, commitmentOf(nodeCrypto, headerBytes, payloadBytes)),
    seed: new Uint8Array(32).fill(1),
    randomNumbers: new Uint32Array(MAX_BATCH_LEAVES),
  });
  const index = batch.positions[0] ?? 0;
  const code = encodeCode({ headerBytes, payloadBytes, signature, index, path: batch.tree.path(index) });
  return { code, batch: { root: batch.tree.root, log2Size: batch.log2Size, class: 'short' } };
}
