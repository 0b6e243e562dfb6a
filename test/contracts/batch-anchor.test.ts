import { expect } from 'chai';
import type { Result } from 'ethers';
import { describe, it } from 'mocha';
import {
  bytes32,
  IDS,
  refused,
  type Role,
  says,
  saysNothing,
  START,
  useConsortium,
  ZERO_32,
} from './support/consortium.ts';

const root = bytes32('root');

describe('BatchAnchor', () => {
  const world = useConsortium();
  const { address, at, send } = world;
  const anchor = (of: string, sequence: number, log2Size = 6, batchClass = 0, by: Role = 'account') =>
    send(by, world.batchAnchor, 'anchor', of, log2Size, batchClass, sequence);
  const anchorOf = (issuer: string, of: string): Promise<Result> =>
    world.batchAnchor.getFunction('anchorOf')(issuer, of);
  const sequenceOf = (issuer: string): Promise<bigint> => world.batchAnchor.getFunction('sequenceOf')(issuer);

  it('keeps a root under its issuer, with the time of its block', async () => {
    await at(START + 77n);
    const said = [IDS.issuer, root, 12n, 1n, 1n, address('account')];
    await says(anchor(root, 1, 12, 1), world.batchAnchor, 'BatchAnchored', ...said);
    const kept = [START + 77n, 12n, 1n, 1n, address('account')];
    expect((await anchorOf(IDS.issuer, root)).toArray()).to.deep.equal(kept);
    expect(await sequenceOf(IDS.issuer)).to.equal(1n);
  });

  it('counts the batches of each issuer by themselves, from 1', async () => {
    expect(await sequenceOf(IDS.issuer)).to.equal(0n);
    await anchor(bytes32('a'), 1);
    await anchor(bytes32('b'), 2);
    await anchor(bytes32('c'), 1, 6, 0, 'otherAccount');
    expect(await sequenceOf(IDS.issuer)).to.equal(2n);
    expect(await sequenceOf(IDS.otherIssuer)).to.equal(1n);
  });

  it('refuses every sequence but the next', async () => {
    await anchor(bytes32('a'), 1);
    for (const wrong of [0, 1, 3]) {
      await refused(anchor(root, wrong), world.batchAnchor, 'BatchAnchorWrongSequence', 2n, BigInt(wrong));
    }
    await refused(
      send('account', world.batchAnchor, 'anchor', root, 6, 0, 2n ** 40n + 2n),
      world.batchAnchor,
      'BatchAnchorWrongSequence',
      2n,
      2n ** 40n + 2n,
    );
  });

  it('changes and says nothing about the same root again, whatever else is given', async () => {
    await anchor(root, 1, 7, 1);
    await at(START + 5n);
    for (const sequence of [0, 1, 2, 9]) await saysNothing(anchor(root, sequence, 12, 0));
    const kept = [START, 7n, 1n, 1n, address('account')];
    expect((await anchorOf(IDS.issuer, root)).toArray()).to.deep.equal(kept);
    expect(await sequenceOf(IDS.issuer)).to.equal(1n);
  });

  it('gives the same root to two issuers: nobody can take it first', async () => {
    await anchor(root, 1, 12, 1, 'otherAccount');
    await at(START + 5n);
    const said = [IDS.issuer, root, 6n, 0n, 1n, address('account')];
    await says(anchor(root, 1), world.batchAnchor, 'BatchAnchored', ...said);
    expect((await anchorOf(IDS.otherIssuer, root))['time']).to.equal(START);
    expect((await anchorOf(IDS.issuer, root))['time']).to.equal(START + 5n);
  });

  it('refuses the empty root', async () => {
    await refused(anchor(ZERO_32, 1), world.batchAnchor, 'BatchAnchorEmptyRoot');
  });

  it('takes 2^6 to 2^12 leaves and nothing else', async () => {
    for (const size of [0, 5, 13, 255]) {
      await refused(anchor(root, 1, size), world.batchAnchor, 'BatchAnchorSizeOutOfRange', BigInt(size));
    }
    await anchor(bytes32('a'), 1, 6);
    await anchor(bytes32('b'), 2, 12);
  });

  it('takes short-lived and long-lived and nothing else', async () => {
    await anchor(bytes32('a'), 1, 6, 0);
    await anchor(bytes32('b'), 2, 6, 1);
    for (const other of [2, 255]) {
      await refused(anchor(root, 3, 6, other), world.batchAnchor, 'BatchAnchorUnknownClass', BigInt(other));
    }
  });

  it('refuses whoever is no account, and an account of a suspended issuer, before all else', async () => {
    const outsider = anchor(ZERO_32, 9, 99, 99, 'outsider');
    await refused(outsider, world.trustList, 'TrustListUnauthorized', ZERO_32, address('outsider'));
    await anchor(root, 1);
    await send('issuerAdmin', world.trustList, 'suspendIssuer', IDS.issuer);
    await refused(anchor(root, 1), world.trustList, 'TrustListIssuerSuspended', IDS.issuer);
  });

  it('has no anchor for another root or another issuer', async () => {
    await anchor(root, 1);
    const other = bytes32('other');
    await refused(anchorOf(IDS.issuer, other), world.batchAnchor, 'BatchAnchorNotFound', IDS.issuer, other);
    const elsewhere = anchorOf(IDS.otherIssuer, root);
    await refused(elsewhere, world.batchAnchor, 'BatchAnchorNotFound', IDS.otherIssuer, root);
  });

  it('asks the trust list it was given', async () => {
    expect(await world.batchAnchor.getFunction('trustList')()).to.equal(await world.trustList.getAddress());
  });
});
