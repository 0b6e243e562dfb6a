import { expect } from 'chai';
import type { ContractTransactionResponse, Result } from 'ethers';
import { TypedDataEncoder } from 'ethers';
import { describe, it } from 'mocha';
import {
  AA,
  bytes32,
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
import {
  approveMapping,
  MAPPING_TYPES,
  mappingArguments,
  mappingContent,
  type MappingContent,
} from './support/mapping-approval.ts';
import { OTHER_FORMS } from './support/signature-forms.ts';

const EARLIEST = START + LEAD_TIME;
const AT_ONCE = 0n;
const PAIR = [IDS.authority, IDS.otherAuthority] as const;
const BACK = [IDS.otherAuthority, IDS.authority] as const;
const digest = mappingContent().digest;

describe('PolicyRegistry: mappings', () => {
  const world = useConsortium();
  const { address, at, send } = world;
  const publish = async (
    changes: Partial<MappingContent> = {},
    signatures?: readonly [string, string],
    by: Role = 'outsider',
  ): Promise<ContractTransactionResponse> => {
    const args = await mappingArguments(world, mappingContent(changes), signatures);
    return send(by, world.policyRegistry, 'publishMapping', ...args);
  };
  const approve = (by: Role, changes: Partial<MappingContent> = {}, domain: object = {}) =>
    approveMapping(world, by, mappingContent(changes), domain);
  const both = async (): Promise<[string, string]> => [
    await approve('authorityAdmin'),
    await approve('otherAuthorityAdmin'),
  ];
  const withdraw = (
    from: bigint,
    by: Role = 'authorityAdmin',
    { pair = PAIR, version = 1n }: { readonly pair?: readonly string[]; readonly version?: bigint } = {},
  ) => send(by, world.policyRegistry, 'withdrawMapping', ...pair, version, from);
  const expedite = (version: number) =>
    send('governor', world.policyRegistry, 'expediteMapping', ...PAIR, version);
  const mappingOf = async (pair: readonly string[] = PAIR): Promise<unknown[]> => {
    const last: Result = await world.policyRegistry.getFunction('mappingOf')(...pair);
    return last.toArray();
  };
  const invalid = (authority: string): [string, string] => ['PolicyRegistryInvalidSignature', authority];

  describe('publishing', () => {
    it('keeps and says what both authorities have signed, whoever hands it in', async () => {
      const said = [...PAIR, 1n, digest, EARLIEST];
      await says(publish(), world.policyRegistry, 'MappingPublished', ...said);
      expect(await mappingOf()).to.deep.equal([1n, digest, EARLIEST]);
    });

    it('leads one way: the way back is another mapping', async () => {
      expect(await mappingOf()).to.deep.equal([0n, ZERO_32, 0n]);
      await publish();
      expect(await mappingOf(BACK)).to.deep.equal([0n, ZERO_32, 0n]);
      const back = mappingContent({ source: IDS.otherAuthority, target: IDS.authority });
      const signatures = [
        await approveMapping(world, 'otherAuthorityAdmin', back),
        await approveMapping(world, 'authorityAdmin', back),
      ] as const;
      await publish(back, signatures);
      expect(await mappingOf(BACK)).to.deep.equal([1n, digest, EARLIEST]);
    });

    it('counts version after version, and refuses every other', async () => {
      await publish();
      await publish({ version: 2n });
      expect(await mappingOf()).to.deep.equal([2n, digest, EARLIEST]);
      for (const version of [0n, 1n, 4n]) {
        const error = ['PolicyRegistryWrongVersion', 3n, version] as const;
        await refused(publish({ version }), world.policyRegistry, ...error);
      }
    });

    it('says nothing about the present version again, whatever the signatures and the deadline', async () => {
      await publish();
      await at(EARLIEST + 1n);
      await saysNothing(publish({ deadline: START }, ['0x', '0x']));
    });

    it('waits the lead time, to the second', async () => {
      const error = ['PolicyRegistryTooEarly', EARLIEST - 1n, EARLIEST] as const;
      await refused(publish({ effectiveFrom: EARLIEST - 1n }), world.policyRegistry, ...error);
    });

    it('refuses the empty digest, which is a withdrawal', async () => {
      await refused(publish({ digest: ZERO_32 }), world.policyRegistry, 'PolicyRegistryEmptyDigest');
    });

    it('takes approvals up to their deadline, to the second', async () => {
      const deadline = START + 60n;
      await at(deadline + 1n);
      const late = { deadline, effectiveFrom: deadline + 1n + LEAD_TIME };
      const error = ['PolicyRegistryDeadlinePassed', deadline, deadline + 1n] as const;
      await refused(publish(late), world.policyRegistry, ...error);
      await publish({ ...late, deadline: deadline + 1n });
    });

    it('describes its domain as ERC-5267 says, and wallets compute the same', async () => {
      const described: Result = await world.policyRegistry.getFunction('eip712Domain')();
      const target = await world.policyRegistry.getAddress();
      const expected = ['0x0f', 'PolicyRegistry', '1', world.chainId, target, ZERO_32, []];
      expect(described.toArray(true)).to.deep.equal(expected);
      const typeText =
        'ApproveMapping(bytes32 source,bytes32 target,uint64 version,bytes32 digest,' +
        'uint64 effectiveFrom,uint64 deadline)';
      expect(TypedDataEncoder.from(MAPPING_TYPES).encodeType('ApproveMapping')).to.equal(typeText);
    });
  });

  describe('approvals', () => {
    it('of anything else are refused', async () => {
      const changes: Partial<MappingContent>[] = [
        { source: IDS.otherAuthority },
        { target: IDS.authority },
        { version: 0n },
        { version: 2n },
        { digest: bytes32('other') },
        { effectiveFrom: EARLIEST + 1n },
        { deadline: mappingContent().deadline + 1n },
      ];
      const [bySource, byTarget] = await both();
      for (const change of changes) {
        const wrong = publish({}, [await approve('authorityAdmin', change), byTarget]);
        await refused(wrong, world.policyRegistry, ...invalid(IDS.authority));
        const alsoWrong = publish({}, [bySource, await approve('otherAuthorityAdmin', change)]);
        await refused(alsoWrong, world.policyRegistry, ...invalid(IDS.otherAuthority));
      }
    });

    for (const [what, domain] of Object.entries({
      'on another chain': () => ({ chainId: world.chainId + 1n }),
      'for another contract': async () => ({ verifyingContract: await world.trustList.getAddress() }),
      'under another name': () => ({ name: 'StatusAnchor' }),
      'under another version': () => ({ version: '2' }),
    })) {
      it(`given ${what} are refused`, async () => {
        const [bySource, byTarget] = await both();
        const elsewhere = await domain();
        const wrong = publish({}, [await approve('authorityAdmin', {}, elsewhere), byTarget]);
        await refused(wrong, world.policyRegistry, ...invalid(IDS.authority));
        const alsoWrong = publish({}, [bySource, await approve('otherAuthorityAdmin', {}, elsewhere)]);
        await refused(alsoWrong, world.policyRegistry, ...invalid(IDS.otherAuthority));
      });
    }

    it('are used once: not for the next version', async () => {
      const signatures = await both();
      await publish({}, signatures);
      const replayed = publish({ version: 2n }, signatures);
      await refused(replayed, world.policyRegistry, ...invalid(IDS.authority));
    });

    it('not yet handed in are void once either side has withdrawn', async () => {
      await publish();
      const next = await mappingArguments(world, mappingContent({ version: 2n }));
      await withdraw(START, 'otherAuthorityAdmin');
      const late = send('authorityAdmin', world.policyRegistry, 'publishMapping', ...next);
      await refused(late, world.policyRegistry, 'PolicyRegistryWrongVersion', 3n, 2n);
    });

    it('by the other side, or by somebody else, are refused', async () => {
      const [bySource, byTarget] = await both();
      const swapped = publish({}, [byTarget, bySource]);
      await refused(swapped, world.policyRegistry, ...invalid(IDS.authority));
      const twice = publish({}, [bySource, bySource]);
      await refused(twice, world.policyRegistry, ...invalid(IDS.otherAuthority));
      const outsider = publish({}, [await approve('outsider'), byTarget]);
      await refused(outsider, world.policyRegistry, ...invalid(IDS.authority));
    });

    for (const [form, rewrite] of Object.entries(OTHER_FORMS)) {
      it(`${form} are refused`, async () => {
        const [bySource, byTarget] = await both();
        const other = publish({}, [rewrite(bySource, address('authorityAdmin')), byTarget]);
        await refused(other, world.policyRegistry, ...invalid(IDS.authority));
        const alsoOther = publish({}, [bySource, rewrite(byTarget, address('otherAuthorityAdmin'))]);
        await refused(alsoOther, world.policyRegistry, ...invalid(IDS.otherAuthority));
      });
    }

    it('of one admin for both authorities are refused, and so is a mapping to oneself', async () => {
      const admin = address('authorityAdmin');
      const error = ['PolicyRegistryPartiesNotDistinct', admin] as const;
      const itself = { target: IDS.authority };
      await refused(publish(itself), world.policyRegistry, ...error);
      await send('governor', world.trustList, 'setAuthorityAdmin', IDS.otherAuthority, admin);
      await refused(publish(), world.policyRegistry, ...error);
    });

    it('of an unknown authority are refused, on either side', async () => {
      const nobody = bytes32('nobody');
      const error = ['TrustListUnknownAuthority', nobody] as const;
      await refused(publish({ source: nobody }), world.trustList, ...error);
      await refused(publish({ target: nobody }), world.trustList, ...error);
    });

    it('of a suspended authority are refused, on either side', async () => {
      await send('guardian', world.trustList, 'suspendAuthority', IDS.otherAuthority);
      const error = ['TrustListAuthoritySuspended', IDS.otherAuthority] as const;
      await refused(publish(), world.trustList, ...error);
      const back = { source: IDS.otherAuthority, target: IDS.authority };
      await refused(publish(back), world.trustList, ...error);
    });
  });

  describe('withdrawing', () => {
    for (const by of ['authorityAdmin', 'otherAuthorityAdmin'] as const) {
      it(`is for either side: the ${by}`, async () => {
        await publish();
        const said = [...PAIR, 2n, START, address(by)];
        await says(withdraw(START, by), world.policyRegistry, 'MappingWithdrawn', ...said);
        expect(await mappingOf()).to.deep.equal([2n, ZERO_32, START]);
      });
    }

    it('only moves earlier, whichever side withdrew first', async () => {
      await publish();
      await withdraw(START + 10n);
      const error = ['PolicyRegistryWithdrawalMovesLater', START + 10n, START + 11n] as const;
      await refused(withdraw(START + 11n, 'otherAuthorityAdmin'), world.policyRegistry, ...error);
      await saysNothing(withdraw(START + 10n, 'otherAuthorityAdmin'));
      await withdraw(START + 9n, 'otherAuthorityAdmin');
      expect(await mappingOf()).to.deep.equal([3n, ZERO_32, START + 9n]);
    });

    it('refuses a withdrawal from before this block, and of nothing', async () => {
      await refused(withdraw(START), world.policyRegistry, 'PolicyRegistryNotFound', ...PAIR);
      await publish();
      const error = ['PolicyRegistryTooEarly', START - 1n, START] as const;
      await refused(withdraw(START - 1n), world.policyRegistry, ...error);
      const back = withdraw(START, 'authorityAdmin', { pair: BACK });
      await refused(back, world.policyRegistry, 'PolicyRegistryNotFound', ...BACK);
    });

    it('by either side ends the version that it names and no later one', async () => {
      await publish();
      await publish({ version: 2n });
      for (const by of ['authorityAdmin', 'otherAuthorityAdmin'] as const) {
        for (const wrong of [0n, 1n, 3n]) {
          const error = ['PolicyRegistryWrongVersion', 2n, wrong] as const;
          await refused(withdraw(AT_ONCE, by, { version: wrong }), world.policyRegistry, ...error);
        }
      }
      expect(await mappingOf()).to.deep.equal([2n, digest, EARLIEST]);
      await withdraw(AT_ONCE, 'otherAuthorityAdmin', { version: 2n });
      expect(await mappingOf()).to.deep.equal([3n, ZERO_32, START]);
    });

    it('is for no third authority', async () => {
      const third = ['CC-1', AA, address('outsider'), bytes32('key')];
      await send('governor', world.trustList, 'admitAuthority', ...third);
      await publish();
      const error = ['TrustListUnauthorized', IDS.authority, address('outsider')] as const;
      await refused(withdraw(START, 'outsider'), world.trustList, ...error);
    });

    for (const by of ['authorityAdmin', 'otherAuthorityAdmin'] as const) {
      it(`stays possible for either side while one is suspended: the ${by}`, async () => {
        await publish();
        await send('guardian', world.trustList, 'suspendAuthority', IDS.authority);
        const said = [...PAIR, 2n, START, address(by)];
        await says(withdraw(START, by), world.policyRegistry, 'MappingWithdrawn', ...said);
      });
    }

    it('is not for who acted for a side before', async () => {
      await publish();
      await send('governor', world.trustList, 'setAuthorityAdmin', IDS.authority, address('outsider'));
      const error = ['TrustListUnauthorized', IDS.authority, address('authorityAdmin')] as const;
      await refused(withdraw(START), world.trustList, ...error);
      await withdraw(START, 'outsider');
    });

    it('at once is from the block on that takes it, and comes before one that lies ahead', async () => {
      await publish();
      await withdraw(FOREVER - 1n);
      await at(START + 5n);
      const said = [...PAIR, 3n, START + 5n, address('otherAuthorityAdmin')];
      const atOnce = withdraw(AT_ONCE, 'otherAuthorityAdmin');
      await says(atOnce, world.policyRegistry, 'MappingWithdrawn', ...said);
      await at(START + 6n);
      await saysNothing(withdraw(AT_ONCE));
      expect(await mappingOf()).to.deep.equal([3n, ZERO_32, START + 5n]);
    });
  });

  describe('in an emergency', () => {
    it('makes the last version hold at once', async () => {
      await publish();
      await at(START + 5n);
      await says(expedite(1), world.policyRegistry, 'MappingExpedited', ...PAIR, 1n);
      expect(await mappingOf()).to.deep.equal([1n, digest, START + 5n]);
    });

    it('decides nothing: neither another version nor a withdrawal', async () => {
      await refused(expedite(1), world.policyRegistry, 'PolicyRegistryWrongVersion', 0n, 1n);
      await publish();
      await withdraw(START + 10n);
      await refused(expedite(2), world.policyRegistry, 'PolicyRegistryWrongVersion', 1n, 2n);
    });

    it('makes a version hold that is withdrawn later on, until then', async () => {
      await publish();
      await withdraw(EARLIEST + 1n);
      await says(expedite(1), world.policyRegistry, 'MappingExpedited', ...PAIR, 1n);
      expect(await mappingOf()).to.deep.equal([2n, ZERO_32, EARLIEST + 1n]);
    });
  });
});
