import { expect } from 'chai';
import type { Result } from 'ethers';
import { describe, it } from 'mocha';
import {
  bytes32,
  DELAY,
  FOREVER,
  IDS,
  LEAD_TIME,
  refused,
  type Role,
  says,
  saysNothing,
  START,
  useConsortium,
  ZERO_32,
} from './support/consortium.ts';

const EARLIEST = START + LEAD_TIME;
const AT_ONCE = 0n;
const policy = bytes32('a policy');
const digest = bytes32('digest');
const other = bytes32('other digest');

describe('PolicyRegistry', () => {
  const world = useConsortium();
  const { address, at, send } = world;
  const publish = (version: number | bigint, of: string = digest, from = EARLIEST, by?: Role) =>
    send(
      by ?? 'authorityAdmin',
      world.policyRegistry,
      'publish',
      by === 'otherAuthorityAdmin' ? IDS.otherAuthority : IDS.authority,
      policy,
      version,
      of,
      from,
    );
  const withdraw = (from: bigint, version = 1n, of: string = policy) =>
    send('authorityAdmin', world.policyRegistry, 'withdraw', IDS.authority, of, version, from);
  const expedite = (version: number, by: Role = 'governor') =>
    send(by, world.policyRegistry, 'expedite', IDS.authority, policy, version);
  const policyOf = async (authority: string = IDS.authority): Promise<unknown[]> => {
    const last: Result = await world.policyRegistry.getFunction('policyOf')(authority, policy);
    return last.toArray();
  };

  describe('publishing', () => {
    it('keeps and says the version', async () => {
      const said = [IDS.authority, policy, 1n, digest, EARLIEST];
      await says(publish(1), world.policyRegistry, 'PolicyPublished', ...said);
      expect(await policyOf()).to.deep.equal([1n, digest, EARLIEST]);
    });

    it('counts the versions of each policy of each authority by themselves, from 1', async () => {
      expect(await policyOf()).to.deep.equal([0n, ZERO_32, 0n]);
      await publish(1);
      await publish(2, other, EARLIEST + 5n);
      await publish(1, other, EARLIEST, 'otherAuthorityAdmin');
      expect(await policyOf()).to.deep.equal([2n, other, EARLIEST + 5n]);
      expect(await policyOf(IDS.otherAuthority)).to.deep.equal([1n, other, EARLIEST]);
      const elsewhere = [IDS.authority, bytes32('another policy'), 1, digest, EARLIEST];
      await send('authorityAdmin', world.policyRegistry, 'publish', ...elsewhere);
      expect(await policyOf()).to.deep.equal([2n, other, EARLIEST + 5n]);
    });

    it('refuses every version but the next', async () => {
      await publish(1);
      for (const wrong of [0n, 3n, 2n ** 64n - 1n]) {
        const error = ['PolicyRegistryWrongVersion', 2n, wrong] as const;
        await refused(publish(wrong, other), world.policyRegistry, ...error);
      }
    });

    it('says nothing about the present version again, also when it holds', async () => {
      await publish(1);
      await at(EARLIEST + 1n);
      await saysNothing(publish(1));
    });

    it('refuses the present version with any other content, and an older one', async () => {
      await publish(1);
      const error = ['PolicyRegistryWrongVersion', 2n, 1n] as const;
      await refused(publish(1, other), world.policyRegistry, ...error);
      await refused(publish(1, digest, EARLIEST + 1n), world.policyRegistry, ...error);
      await publish(2, other);
      await refused(publish(1), world.policyRegistry, 'PolicyRegistryWrongVersion', 3n, 1n);
    });

    it('waits the lead time, to the second', async () => {
      const error = ['PolicyRegistryTooEarly', EARLIEST - 1n, EARLIEST] as const;
      await refused(publish(1, digest, EARLIEST - 1n), world.policyRegistry, ...error);
      await publish(1, digest, EARLIEST);
    });

    it('lets a later version begin before an earlier one does', async () => {
      await publish(1, digest, EARLIEST + 100n);
      await publish(2, other, EARLIEST);
      expect(await policyOf()).to.deep.equal([2n, other, EARLIEST]);
    });

    it('refuses the empty digest, which is a withdrawal', async () => {
      await refused(publish(1, ZERO_32), world.policyRegistry, 'PolicyRegistryEmptyDigest');
    });

    it('refuses an authority that was never admitted', async () => {
      const args = [bytes32('nobody'), policy, 1, digest, EARLIEST];
      const unknown = send('authorityAdmin', world.policyRegistry, 'publish', ...args);
      await refused(unknown, world.trustList, 'TrustListUnknownAuthority', bytes32('nobody'));
    });

    it('refuses the admin of another authority', async () => {
      const args = [IDS.authority, policy, 1, digest, EARLIEST];
      const foreign = send('otherAuthorityAdmin', world.policyRegistry, 'publish', ...args);
      const error = ['TrustListUnauthorized', IDS.authority, address('otherAuthorityAdmin')] as const;
      await refused(foreign, world.trustList, ...error);
    });

    it('takes the word of a reinstated authority from the second on at which it is', async () => {
      await send('guardian', world.trustList, 'suspendAuthority', IDS.authority);
      await send('governor', world.trustList, 'reinstateAuthority', IDS.authority, START + DELAY);
      await at(START + DELAY - 1n);
      const late = START + DELAY + LEAD_TIME;
      await refused(publish(1, digest, late), world.trustList, 'TrustListAuthoritySuspended', IDS.authority);
      await at(START + DELAY);
      await publish(1, digest, late);
    });
  });

  describe('withdrawing', () => {
    it('is a version without a digest, from this very block on if so wished', async () => {
      await publish(1);
      const said = [IDS.authority, policy, 2n, START];
      await says(withdraw(START), world.policyRegistry, 'PolicyWithdrawn', ...said);
      expect(await policyOf()).to.deep.equal([2n, ZERO_32, START]);
    });

    it('at once is from the block on that takes it, whenever that is', async () => {
      await publish(1);
      await at(START + 7n);
      const said = [IDS.authority, policy, 2n, START + 7n];
      await says(withdraw(AT_ONCE), world.policyRegistry, 'PolicyWithdrawn', ...said);
      expect(await policyOf()).to.deep.equal([2n, ZERO_32, START + 7n]);
    });

    it('refuses a withdrawal from before this block', async () => {
      await publish(1);
      for (const past of [START - 1n, 1n]) {
        const error = ['PolicyRegistryTooEarly', past, START] as const;
        await refused(withdraw(past), world.policyRegistry, ...error);
      }
    });

    it('at once comes before one that lies ahead', async () => {
      await publish(1);
      await withdraw(FOREVER - 1n);
      await at(START + 5n);
      const said = [IDS.authority, policy, 3n, START + 5n];
      await says(withdraw(AT_ONCE), world.policyRegistry, 'PolicyWithdrawn', ...said);
    });

    it('at once says nothing about what is withdrawn by now, from its first second on', async () => {
      await publish(1);
      await withdraw(START + 10n);
      for (const now of [START + 10n, START + 11n]) {
        await at(now);
        await saysNothing(withdraw(AT_ONCE));
      }
      expect(await policyOf()).to.deep.equal([2n, ZERO_32, START + 10n]);
    });

    it('only moves earlier', async () => {
      await publish(1);
      await withdraw(START + 10n);
      const error = ['PolicyRegistryWithdrawalMovesLater', START + 10n, START + 11n] as const;
      await refused(withdraw(START + 11n), world.policyRegistry, ...error);
      const said = [IDS.authority, policy, 3n, START + 9n];
      await says(withdraw(START + 9n), world.policyRegistry, 'PolicyWithdrawn', ...said);
    });

    it('says nothing about the present withdrawal again, also when it holds', async () => {
      await publish(1);
      await withdraw(START + 10n);
      await at(START + 11n);
      await saysNothing(withdraw(START + 10n));
      expect(await policyOf()).to.deep.equal([2n, ZERO_32, START + 10n]);
    });

    it('needs something to withdraw', async () => {
      await publish(1);
      const nothing = bytes32('nothing');
      const error = ['PolicyRegistryNotFound', IDS.authority, nothing] as const;
      for (const version of [0n, 1n])
        await refused(withdraw(START, version, nothing), world.policyRegistry, ...error);
    });

    it('takes a new version after it, which waits', async () => {
      await publish(1);
      await withdraw(START);
      const error = ['PolicyRegistryTooEarly', EARLIEST - 1n, EARLIEST] as const;
      await refused(publish(3, digest, EARLIEST - 1n), world.policyRegistry, ...error);
      const said = [IDS.authority, policy, 3n, digest, EARLIEST];
      await says(publish(3), world.policyRegistry, 'PolicyPublished', ...said);
      const again = [IDS.authority, policy, 4n, START + 20n];
      await says(withdraw(START + 20n, 3n), world.policyRegistry, 'PolicyWithdrawn', ...again);
    });

    it('ends the version that it names and no later one, whenever it is sealed', async () => {
      await publish(1);
      await publish(2, other);
      for (const from of [AT_ONCE, START]) {
        for (const wrong of [0n, 1n, 3n]) {
          const error = ['PolicyRegistryWrongVersion', 2n, wrong] as const;
          await refused(withdraw(from, wrong), world.policyRegistry, ...error);
        }
      }
      expect(await policyOf()).to.deep.equal([2n, other, EARLIEST]);
      await withdraw(AT_ONCE, 2n);
      // Its own number names nothing that holds.
      const error = ['PolicyRegistryWrongVersion', 2n, 3n] as const;
      await refused(withdraw(AT_ONCE, 3n), world.policyRegistry, ...error);
    });

    it('at once of before a newer version leaves that one, after a withdrawal too', async () => {
      await publish(1);
      await withdraw(START + 10n);
      await publish(3);
      const error = ['PolicyRegistryWrongVersion', 3n, 1n] as const;
      await refused(withdraw(AT_ONCE), world.policyRegistry, ...error);
      expect(await policyOf()).to.deep.equal([3n, digest, EARLIEST]);
    });

    it('leaves no version that could be published again as if nothing had happened', async () => {
      await publish(1);
      await withdraw(START + 10n);
      for (const wrong of [1n, 2n]) {
        const error = ['PolicyRegistryWrongVersion', 3n, wrong] as const;
        await refused(publish(wrong), world.policyRegistry, ...error);
      }
    });
  });

  describe('in an emergency', () => {
    it('makes the last version hold at once', async () => {
      await publish(1);
      await at(START + 5n);
      const said = [IDS.authority, policy, 1n];
      await says(expedite(1), world.policyRegistry, 'PolicyExpedited', ...said);
      expect(await policyOf()).to.deep.equal([1n, digest, START + 5n]);
    });

    it('makes no other version hold', async () => {
      await publish(1);
      await publish(2, other);
      for (const wrong of [0, 1, 3]) {
        const error = ['PolicyRegistryWrongVersion', 2n, BigInt(wrong)] as const;
        await refused(expedite(wrong), world.policyRegistry, ...error);
      }
    });

    it('has nothing to do once a version holds', async () => {
      await publish(1);
      await at(EARLIEST);
      await refused(expedite(1), world.policyRegistry, 'PolicyRegistryNotPending', 1n);
    });

    it('works up to the second before a version holds, and once', async () => {
      await publish(1);
      await at(EARLIEST - 1n);
      await expedite(1);
      await refused(expedite(1), world.policyRegistry, 'PolicyRegistryNotPending', 1n);
    });

    it('decides nothing: neither a withdrawal nor what was never published', async () => {
      await refused(expedite(0), world.policyRegistry, 'PolicyRegistryNotPending', 0n);
      await publish(1);
      await withdraw(START + 10n);
      await refused(expedite(2), world.policyRegistry, 'PolicyRegistryWrongVersion', 1n, 2n);
    });

    it('makes a version hold that is withdrawn later on, until then', async () => {
      await publish(1);
      await withdraw(EARLIEST + 1n);
      await at(START + 5n);
      await says(expedite(1), world.policyRegistry, 'PolicyExpedited', IDS.authority, policy, 1n);
      await refused(expedite(1), world.policyRegistry, 'PolicyRegistryNotPending', 1n);
      expect(await policyOf()).to.deep.equal([2n, ZERO_32, EARLIEST + 1n]);
      const said = [IDS.authority, policy, 3n, START + 6n];
      await says(withdraw(START + 6n), world.policyRegistry, 'PolicyWithdrawn', ...said);
    });

    it('makes nothing hold that was withdrawn before it would have', async () => {
      await publish(1);
      await withdraw(EARLIEST);
      await refused(expedite(1), world.policyRegistry, 'PolicyRegistryNotPending', 1n);
    });

    it('makes a version hold that follows a withdrawal', async () => {
      await publish(1);
      await withdraw(START);
      await publish(3);
      await expedite(3);
      expect(await policyOf()).to.deep.equal([3n, digest, START]);
    });
  });

  it('asks the trust list it was given and waits as long as it was told', async () => {
    expect(await world.policyRegistry.getFunction('trustList')()).to.equal(
      await world.trustList.getAddress(),
    );
    expect(await world.policyRegistry.getFunction('leadTime')()).to.equal(LEAD_TIME);
    expect(await world.policyRegistry.getFunction('authority')()).to.equal(
      await world.accessManager.getAddress(),
    );
  });
});
