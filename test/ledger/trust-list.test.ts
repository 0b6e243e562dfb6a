import { getBytes, id } from 'ethers';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { toHex } from '../../core/bytes/hex.ts';
import type { Hex, LedgerEvent } from '../../core/trust/ledger-event.ts';
import type { Deployment } from '../../ledger/deployment.ts';
import { readHistory } from './support/history.ts';
import { authorityIdOf, issuerIdOf } from '../../ledger/identifiers.ts';
import { failure } from './support/failure.ts';
import {
  addressOf,
  admitIssuer,
  AUTHORITY,
  deployTo,
  FAR_FUTURE,
  GENESIS_SECONDS,
  handOf,
  ISSUER,
  ISSUER_DID,
  ISSUER_KEY,
  startTestNode,
  type Hand,
  type TestNode,
} from './support/test-ledger.ts';

const NO_CERTIFICATE: Hex = `0x${'0'.repeat(64)}`;
const { thumbprint } = ISSUER_KEY;
const soon = GENESIS_SECONDS + 1_000;

describe('acts on the trust list', () => {
  let node: TestNode;
  let deployment: Deployment;
  let governor: Hand;
  let authority: Hand;
  let issuer: Hand;
  let stranger: Hand;

  before(async () => {
    node = await startTestNode();
    deployment = await deployTo(node.url);
    [governor, authority, issuer, stranger] = [
      handOf('governor', node.url, deployment),
      handOf('authority', node.url, deployment),
      handOf('issuer', node.url, deployment),
      handOf('stranger', node.url, deployment),
    ];
  });

  after(async () => {
    for (const hand of [governor, authority, issuer, stranger]) hand[Symbol.dispose]();
    await node[Symbol.asyncDispose]();
  });

  /** The events since the last call. */
  let seen = 0;
  async function newEvents(): Promise<readonly LedgerEvent[]> {
    const events: LedgerEvent[] = [];
    for await (const { event } of readHistory(governor.rpc, deployment)) events.push(event);
    return events.slice(seen, (seen = events.length));
  }

  it('names authorities and issuers by the Keccak-256 of their name', () => {
    expect(authorityIdOf('')).to.equal('0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470');
    expect(issuerIdOf(ISSUER_DID)).to.equal(ISSUER);
  });

  it('admits, accredits, accepts, and adds a key and an account', async () => {
    await admitIssuer(node.url, deployment);
    const [admitted, accredited, accepted, key, account, ...rest] = await newEvents();
    expect(rest).to.deep.equal([]);
    expect(admitted).to.deep.equal({
      event: 'AuthorityAdmitted',
      authority: AUTHORITY,
      name: 'HK-DH',
      jurisdiction: 'HK',
      admin: addressOf('authority'),
      checkpointKey: id('checkpoint key'),
    });
    expect(accredited).to.include({
      event: 'IssuerAccredited',
      did: ISSUER_DID,
      types: 3,
      until: FAR_FUTURE,
    });
    expect(accepted).to.deep.equal({ event: 'IssuerAccepted', issuer: ISSUER });
    expect(key).to.include({
      event: 'KeyAdded',
      thumbprint: toHex(thumbprint),
      certificateDigest: NO_CERTIFICATE,
    });
    expect(account).to.include({ event: 'AccountAdded', account: addressOf('account') });
  });

  it('narrows and compromises keys, accounts and approvers', async () => {
    const { trust } = issuer;
    await trust.addApprover(ISSUER, addressOf('stranger'), { from: 0, until: FAR_FUTURE });
    await trust.narrowKey(ISSUER, thumbprint, soon);
    await trust.setKeyCompromisedFrom(ISSUER, thumbprint, 5);
    await trust.narrowAccount(ISSUER, addressOf('account'), soon);
    await trust.setAccountCompromisedFrom(ISSUER, addressOf('account'), 6);
    await trust.narrowApprover(ISSUER, addressOf('stranger'), soon);
    const [approver, ...events] = await newEvents();
    expect(approver).to.include({ event: 'ApproverAdded', approver: addressOf('stranger') });
    const account = addressOf('account');
    expect(events).to.deep.equal([
      { event: 'KeyNarrowed', issuer: ISSUER, thumbprint: toHex(thumbprint), until: soon },
      { event: 'KeyCompromised', issuer: ISSUER, thumbprint: toHex(thumbprint), compromisedFrom: 5 },
      { event: 'AccountNarrowed', issuer: ISSUER, account, until: soon },
      { event: 'AccountCompromised', issuer: ISSUER, account, compromisedFrom: 6 },
      { event: 'ApproverNarrowed', issuer: ISSUER, approver: addressOf('stranger'), until: soon },
    ]);
  });

  it('widens, narrows, suspends and reinstates an issuer', async () => {
    const types = ['vaccination', 'test', 'pass'] as const;
    await authority.trust.widenIssuer(ISSUER, { types, effectiveFrom: 0, until: FAR_FUTURE });
    await issuer.trust.narrowIssuer(ISSUER, { types: ['test'], until: soon });
    await authority.trust.suspendIssuer(ISSUER);
    await authority.trust.reinstateIssuer(ISSUER, soon);
    const events = await newEvents();
    expect(events[0]).to.include({ event: 'IssuerWidened', types: 0b1000_0011, until: FAR_FUTURE });
    expect(events.slice(1)).to.deep.equal([
      { event: 'IssuerNarrowed', issuer: ISSUER, types: 0b10, until: soon },
      { event: 'IssuerSuspended', issuer: ISSUER, by: addressOf('authority') },
      { event: 'IssuerReinstated', issuer: ISSUER, effectiveFrom: soon },
    ]);
  });

  it('changes, suspends and reinstates an authority, and records what the consortium decides', async () => {
    const { trust } = governor;
    const keys = Array.from({ length: 32 }, (_, i) => id(`checkpoint key ${i}`) as Hex);
    await trust.suspendAuthority(AUTHORITY);
    await trust.reinstateAuthority(AUTHORITY, soon);
    await trust.setAuthorityAdmin(AUTHORITY, addressOf('stranger'));
    await trust.setCheckpointSet(
      keys.map((key) => getBytes(key)),
      20,
    );
    const genesis = deployment.genesisHash;
    await trust.recordPredecessor({ chainId: 7n, genesis, finalCheckpoint: genesis });
    const replacement = {
      name: 'BatchAnchor',
      previous: addressOf('issuer'),
      next: addressOf('account'),
      fromBlock: 999,
    };
    await trust.recordReplacement(replacement);
    expect(await newEvents()).to.deep.equal([
      { event: 'AuthoritySuspended', authority: AUTHORITY },
      { event: 'AuthorityReinstated', authority: AUTHORITY, effectiveFrom: soon },
      { event: 'AuthorityAdminChanged', authority: AUTHORITY, admin: addressOf('stranger') },
      { event: 'CheckpointSetChanged', version: 1, threshold: 20, keys },
      { event: 'Predecessor', chainId: 7n, genesis, finalCheckpoint: genesis },
      { event: 'ContractReplaced', ...replacement },
    ]);
  });

  it('names who may not act', async () => {
    const outsider = await failure(stranger.trust.suspendAuthority(AUTHORITY), 'LEDGER_REVERTED');
    expect(outsider.revert?.name).to.equal('AccessManagedUnauthorized');
    const notIssuer = await failure(stranger.trust.acceptAccreditation(ISSUER), 'LEDGER_REVERTED');
    expect(notIssuer.revert?.name).to.match(/^TrustList/);
    expect(await newEvents()).to.deep.equal([]);
  });
});
