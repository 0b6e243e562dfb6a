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
  useConsortium,
  ZERO_32,
} from './support/consortium.ts';

const PAIR = [IDS.issuer, IDS.otherIssuer] as const;
const BACK = [IDS.otherIssuer, IDS.issuer] as const;

/** So many values nobody has seen before. */
function values(name: string, size = 8): readonly string[] {
  return Array.from({ length: size }, (_, i) => bytes32(`${name} ${i}`));
}

describe('ConversionRegistry', () => {
  const world = useConsortium();
  const { address, send } = world;
  const spend = (
    nullifiers: readonly string[],
    sequence: number | bigint,
    target: string = IDS.otherIssuer,
    by: Role = 'account',
  ) => send(by, world.conversionRegistry, 'spend', target, nullifiers, sequence);
  const acknowledge = (
    given: readonly string[],
    sequence: number | bigint,
    source: string = IDS.issuer,
    by: Role = 'otherAccount',
  ) => send(by, world.conversionRegistry, 'acknowledge', source, given, sequence);
  const read = async (name: string, ...args: readonly unknown[]): Promise<unknown[]> => {
    const result: Result = await world.conversionRegistry.getFunction(name)(...args);
    return result.toArray();
  };
  const spentIn = (nullifier: string, pair: readonly string[] = PAIR): Promise<bigint> =>
    world.conversionRegistry.getFunction('spentIn')(...pair, nullifier);
  const acknowledgedIn = (given: string, pair: readonly string[] = PAIR): Promise<bigint> =>
    world.conversionRegistry.getFunction('acknowledgedIn')(...pair, given);
  const refusedHere = (call: Promise<unknown>, error: string, ...args: readonly unknown[]) =>
    refused(call, world.conversionRegistry, error, ...args);

  describe('spending', () => {
    it('keeps and says each nullifier of the batch', async () => {
      const batch = values('n');
      const said = [...PAIR, 1n, batch, address('account')];
      await says(spend(batch, 1), world.conversionRegistry, 'NullifiersSpent', ...said);
      for (const nullifier of batch) expect(await spentIn(nullifier)).to.equal(1n);
      expect(await spentIn(bytes32('another'))).to.equal(0n);
      expect(await read('sequencesOf', ...PAIR)).to.deep.equal([1n, 0n]);
      expect(await read('countsOf', ...PAIR)).to.deep.equal([8n, 0n]);
    });

    it('counts batch after batch, for each pair by itself', async () => {
      await spend(values('a'), 1);
      await spend(values('b', 16), 2);
      await spend(values('a'), 1, IDS.issuer, 'otherAccount');
      expect(await read('sequencesOf', ...PAIR)).to.deep.equal([2n, 0n]);
      expect(await read('countsOf', ...PAIR)).to.deep.equal([24n, 0n]);
      expect(await read('sequencesOf', ...BACK)).to.deep.equal([1n, 0n]);
      expect(await read('countsOf', ...BACK)).to.deep.equal([8n, 0n]);
      expect(await spentIn(values('b', 16)[15] ?? '')).to.equal(2n);
    });

    it('refuses every sequence but the next', async () => {
      await spend(values('a'), 1);
      for (const wrong of [0n, 1n, 3n, 2n ** 64n - 1n]) {
        const error = ['ConversionRegistryWrongSequence', 2n, wrong] as const;
        await refusedHere(spend(values('b'), wrong), ...error);
      }
    });

    it('says nothing about the last batch again', async () => {
      await spend(values('a'), 1);
      await saysNothing(spend(values('a'), 1));
      expect(await read('countsOf', ...PAIR)).to.deep.equal([8n, 0n]);
      await spend(values('b'), 2);
      await refusedHere(spend(values('a'), 1), 'ConversionRegistryWrongSequence', 3n, 1n);
    });

    it('spends a nullifier once, whatever batch it comes in and wherever it stands', async () => {
      const [first = '', , , , , , , last = ''] = values('a');
      await spend(values('a'), 1);
      for (const old of [first, last]) {
        const atTheEnd = [...values('b').slice(1), old];
        await refusedHere(spend(atTheEnd, 2), 'ConversionRegistryAlreadySpent', old);
        const inFront = [old, ...values('b').slice(1)];
        await refusedHere(spend(inFront, 2), 'ConversionRegistryAlreadySpent', old);
      }
      await refusedHere(spend(values('a'), 2), 'ConversionRegistryAlreadySpent', first);
      await spend(values('b'), 2);
      await refusedHere(spend([...values('c').slice(1), first], 3), 'ConversionRegistryAlreadySpent', first);
    });

    it('refuses a nullifier twice in one batch, and none is spent', async () => {
      const batch = values('a');
      const [first = ''] = batch;
      const twice = spend([...batch.slice(0, 7), first], 1);
      await refusedHere(twice, 'ConversionRegistryAlreadySpent', first);
      expect(await spentIn(first)).to.equal(0n);
      expect(await read('sequencesOf', ...PAIR)).to.deep.equal([0n, 0n]);
    });

    it('refuses zero wherever it stands', async () => {
      const rest = values('a').slice(1);
      await refusedHere(spend([ZERO_32, ...rest], 1), 'ConversionRegistryEmptyValue');
      await refusedHere(spend([...rest, ZERO_32], 1), 'ConversionRegistryEmptyValue');
    });

    it('takes powers of two from 8 to 256 and nothing else', async () => {
      for (const size of [0, 1, 4, 7, 9, 12, 255, 257, 512]) {
        const wrong = spend(values('wrong', size), 1);
        await refusedHere(wrong, 'ConversionRegistrySizeOutOfRange', BigInt(size));
      }
      for (const [n, size] of [8, 16, 32, 64, 128, 256].entries()) {
        await spend(values(`right ${size}`, size), n + 1);
      }
      expect(await read('countsOf', ...PAIR)).to.deep.equal([504n, 0n]);
    });

    it('spends for another issuer only, and an active one', async () => {
      const nobody = bytes32('nobody');
      for (const target of [IDS.issuer, IDS.newcomer, nobody]) {
        await refusedHere(spend(values('a'), 1, target), 'ConversionRegistryNoTarget', target);
      }
      await spend(values('a'), 1);
      await send('otherIssuerAdmin', world.trustList, 'suspendIssuer', IDS.otherIssuer);
      const suspended = spend(values('b'), 2);
      await refusedHere(suspended, 'ConversionRegistryNoTarget', IDS.otherIssuer);
    });

    it('refuses whoever is no account, before all else', async () => {
      const outsider = spend([], 9, IDS.issuer, 'outsider');
      await refused(outsider, world.trustList, 'TrustListUnauthorized', ZERO_32, address('outsider'));
    });
  });

  describe('acknowledging', () => {
    it('keeps and says each acknowledgement of the batch', async () => {
      await spend(values('n'), 1);
      const batch = values('k', 16);
      const said = [...PAIR, 1n, batch, address('otherAccount')];
      await says(acknowledge(batch, 1), world.conversionRegistry, 'ConversionsAcknowledged', ...said);
      for (const given of batch) expect(await acknowledgedIn(given)).to.equal(1n);
      expect(await acknowledgedIn(bytes32('another'))).to.equal(0n);
      expect(await read('sequencesOf', ...PAIR)).to.deep.equal([1n, 1n]);
      expect(await read('countsOf', ...PAIR)).to.deep.equal([8n, 16n]);
    });

    it('keeps what is acknowledged apart from what is spent', async () => {
      await spend(values('a'), 1);
      await acknowledge(values('a'), 1);
      await spend(values('b'), 2);
      expect(await acknowledgedIn(values('b')[0] ?? '')).to.equal(0n);
      await acknowledge(values('c'), 2);
      expect(await spentIn(values('c')[0] ?? '')).to.equal(0n);
    });

    it('refuses every sequence but the next', async () => {
      await spend(values('n'), 1);
      await acknowledge(values('a'), 1);
      for (const wrong of [0, 1, 3]) {
        const error = ['ConversionRegistryWrongSequence', 2n, BigInt(wrong)] as const;
        await refusedHere(acknowledge(values('b'), wrong), ...error);
      }
    });

    it('says nothing about the last batch again', async () => {
      await spend(values('n'), 1);
      await acknowledge(values('a'), 1);
      await saysNothing(acknowledge(values('a'), 1));
      expect(await read('countsOf', ...PAIR)).to.deep.equal([8n, 8n]);
    });

    it('takes each acknowledgement once', async () => {
      await spend(values('n'), 1);
      const [first = ''] = values('a');
      await acknowledge(values('a'), 1);
      const again = acknowledge([...values('b').slice(1), first], 2);
      await refusedHere(again, 'ConversionRegistryAlreadySpent', first);
    });

    it('has bounds of its own', async () => {
      await spend(values('n'), 1);
      await refusedHere(acknowledge(values('a', 9), 1), 'ConversionRegistrySizeOutOfRange', 9n);
      await refusedHere(acknowledge(Array(8).fill(ZERO_32), 1), 'ConversionRegistryEmptyValue');
    });

    it('needs something that was spent for the caller', async () => {
      await refusedHere(acknowledge(values('a'), 1), 'ConversionRegistryNothingSpent', ...PAIR);
      await spend(values('n'), 1);
      const own = acknowledge(values('a'), 1, IDS.otherIssuer, 'account');
      await refusedHere(own, 'ConversionRegistryNothingSpent', ...BACK);
    });

    it('goes on when the source is not active any more, and not when the target is not', async () => {
      await spend(values('n'), 1);
      await send('issuerAdmin', world.trustList, 'suspendIssuer', IDS.issuer);
      await acknowledge(values('a'), 1);
      await send('otherIssuerAdmin', world.trustList, 'suspendIssuer', IDS.otherIssuer);
      const error = ['TrustListIssuerSuspended', IDS.otherIssuer] as const;
      await refused(acknowledge(values('b'), 2), world.trustList, ...error);
    });

    it('refuses whoever is no account, before all else', async () => {
      const outsider = acknowledge([], 9, IDS.issuer, 'outsider');
      await refused(outsider, world.trustList, 'TrustListUnauthorized', ZERO_32, address('outsider'));
    });
  });

  it('asks the trust list it was given', async () => {
    expect(await world.conversionRegistry.getFunction('trustList')()).to.equal(
      await world.trustList.getAddress(),
    );
  });
});
