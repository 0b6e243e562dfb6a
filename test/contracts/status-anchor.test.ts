import { expect } from 'chai';
import type { Contract, ContractTransactionResponse, Result } from 'ethers';
import { TypedDataEncoder } from 'ethers';
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
  ZERO_ADDRESS,
} from './support/consortium.ts';
import { OTHER_FORMS } from './support/signature-forms.ts';

const MAX_AHEAD = 31n * 86_400n;
const lists = bytes32('lists');
const acts = bytes32('acts');
const root = bytes32('act root');
const DEADLINE = START + 3600n;

describe('StatusAnchor', () => {
  const world = useConsortium();
  const { address, at, send } = world;

  describe('publishing', () => {
    const publish = (
      version: number | bigint,
      content: { root?: string; acts?: string; nextUpdate?: bigint } = {},
      by: Role = 'account',
    ) => {
      const { nextUpdate = START + 60n } = content;
      return send(
        by,
        world.statusAnchor,
        'publish',
        version,
        content.root ?? lists,
        content.acts ?? acts,
        nextUpdate,
      );
    };
    const statusOf = async (issuer: string): Promise<unknown[]> => {
      const status: Result = await world.statusAnchor.getFunction('statusOf')(issuer);
      return status.toArray();
    };

    it('keeps and says the version', async () => {
      const said = [IDS.issuer, 1n, lists, acts, START + 60n, address('account')];
      await says(publish(1), world.statusAnchor, 'StatusPublished', ...said);
      expect(await statusOf(IDS.issuer)).to.deep.equal([1n, lists, acts, START + 60n]);
    });

    it('counts the versions of each issuer by themselves, from 1', async () => {
      expect(await statusOf(IDS.issuer)).to.deep.equal([0n, ZERO_32, ZERO_32, 0n]);
      await publish(1);
      await publish(2, { acts: ZERO_32, nextUpdate: START + 61n });
      await publish(1, {}, 'otherAccount');
      expect(await statusOf(IDS.issuer)).to.deep.equal([2n, lists, ZERO_32, START + 61n]);
      expect(await statusOf(IDS.otherIssuer)).to.deep.equal([1n, lists, acts, START + 60n]);
    });

    it('refuses every version but the next', async () => {
      await publish(1);
      for (const wrong of [0n, 3n, 2n ** 64n - 1n]) {
        await refused(publish(wrong), world.statusAnchor, 'StatusAnchorWrongVersion', 2n, wrong);
      }
    });

    it('says nothing about the present version again, also when its next update has passed', async () => {
      await publish(1);
      await at(START + 1000n);
      await saysNothing(publish(1));
    });

    it('refuses the present version with any other content, and an older one', async () => {
      await publish(1);
      const error = ['StatusAnchorWrongVersion', 2n, 1n] as const;
      await refused(publish(1, { root: acts }), world.statusAnchor, ...error);
      await refused(publish(1, { acts: lists }), world.statusAnchor, ...error);
      await refused(publish(1, { nextUpdate: START + 61n }), world.statusAnchor, ...error);
      await publish(2, { root: acts });
      await refused(publish(1), world.statusAnchor, 'StatusAnchorWrongVersion', 3n, 1n);
    });

    it('refuses a next update that is not ahead, to the second', async () => {
      const late = publish(1, { nextUpdate: START });
      await refused(late, world.statusAnchor, 'StatusAnchorNextUpdateNotAhead', START, START);
      await publish(1, { nextUpdate: START + 1n });
    });

    it('refuses a next update more than 31 days ahead, to the second', async () => {
      const latest = START + MAX_AHEAD;
      for (const nextUpdate of [latest + 1n, 2n ** 64n - 1n]) {
        const error = ['StatusAnchorNextUpdateTooFar', nextUpdate, latest] as const;
        await refused(publish(1, { nextUpdate }), world.statusAnchor, ...error);
      }
      await publish(1, { nextUpdate: latest });
    });

    it('refuses the empty root, and whoever is no account', async () => {
      await refused(publish(1, { root: ZERO_32 }), world.statusAnchor, 'StatusAnchorEmptyRoot');
      const outsider = publish(1, {}, 'approver');
      await refused(outsider, world.trustList, 'TrustListUnauthorized', ZERO_32, address('approver'));
    });
  });

  describe('anchoring acts', () => {
    interface Content {
      issuer: string;
      root: string;
      log2Size: number;
      sequence: bigint;
      deadline: bigint;
    }
    interface Approval {
      approver: string;
      signature: string;
    }
    const TYPES = {
      ApproveActs: [
        { name: 'issuer', type: 'bytes32' },
        { name: 'root', type: 'bytes32' },
        { name: 'log2Size', type: 'uint8' },
        { name: 'sequence', type: 'uint64' },
        { name: 'deadline', type: 'uint64' },
      ],
    };
    const content = (changes: Partial<Content> = {}): Content => ({
      issuer: IDS.issuer,
      root,
      log2Size: 6,
      sequence: 1n,
      deadline: DEADLINE,
      ...changes,
    });
    const domainOf = async (contract: Contract) => ({
      name: 'StatusAnchor',
      version: '1',
      chainId: world.chainId,
      verifyingContract: await contract.getAddress(),
    });
    const approve = async (
      by: Role,
      changes: Partial<Content> = {},
      domain: object = {},
    ): Promise<Approval> => {
      const full = { ...(await domainOf(world.statusAnchor)), ...domain };
      const signature = await world.signer(by).signTypedData(full, TYPES, content(changes));
      return { approver: address(by), signature };
    };
    const anchorActs = (
      first: Approval,
      second: Approval,
      changes: Partial<Content> = {},
      by: Role = 'account',
    ): Promise<ContractTransactionResponse> => {
      const { log2Size, deadline, ...rest } = content(changes);
      return send(by, world.statusAnchor, 'anchorActs', rest.root, log2Size, deadline, first, second);
    };
    const both = async (changes: Partial<Content> = {}): Promise<[Approval, Approval]> => [
      await approve('approver', changes),
      await approve('secondApprover', changes),
    ];
    const sequenceOf = (issuer: string): Promise<bigint> =>
      world.statusAnchor.getFunction('actSequenceOf')(issuer);
    const invalid = (by: Role): [string, string] => ['StatusAnchorInvalidSignature', address(by)];

    it('keeps and says a batch that two approvers have signed', async () => {
      const said = [IDS.issuer, root, 6n, 1n, address('approver'), address('secondApprover')];
      await says(anchorActs(...(await both())), world.statusAnchor, 'ActsAnchored', ...said);
      expect(await sequenceOf(IDS.issuer)).to.equal(1n);
    });

    it('takes the approvals in either order', async () => {
      const [first, second] = await both();
      const said = [IDS.issuer, root, 6n, 1n, address('secondApprover'), address('approver')];
      await says(anchorActs(second, first), world.statusAnchor, 'ActsAnchored', ...said);
    });

    it('describes its domain as ERC-5267 says, and wallets compute the same', async () => {
      const described: Result = await world.statusAnchor.getFunction('eip712Domain')();
      const target = await world.statusAnchor.getAddress();
      const expected = ['0x0f', 'StatusAnchor', '1', world.chainId, target, ZERO_32, []];
      expect(described.toArray(true)).to.deep.equal(expected);
      const typeText =
        'ApproveActs(bytes32 issuer,bytes32 root,uint8 log2Size,uint64 sequence,uint64 deadline)';
      expect(TypedDataEncoder.from(TYPES).encodeType('ApproveActs')).to.equal(typeText);
    });

    it('refuses approvals of anything else', async () => {
      const changes: Partial<Content>[] = [
        { issuer: IDS.otherIssuer },
        { root: bytes32('other') },
        { log2Size: 7 },
        { sequence: 0n },
        { sequence: 2n },
        { deadline: DEADLINE + 1n },
      ];
      for (const change of changes) {
        const [first, second] = await both();
        const wrong = anchorActs(await approve('approver', change), second);
        await refused(wrong, world.statusAnchor, ...invalid('approver'));
        const alsoWrong = anchorActs(first, await approve('secondApprover', change));
        await refused(alsoWrong, world.statusAnchor, ...invalid('secondApprover'));
      }
    });

    for (const [what, domain] of Object.entries({
      'on another chain': () => ({ chainId: world.chainId + 1n }),
      'for another contract': async () => ({ verifyingContract: await world.trustList.getAddress() }),
      'for a twin of the contract': async () => {
        const twin = await world.deploy('StatusAnchor', await world.trustList.getAddress());
        return { verifyingContract: await twin.getAddress() };
      },
      'under another name': () => ({ name: 'BatchAnchor' }),
      'under another version': () => ({ version: '2' }),
    })) {
      it(`refuses an approval given ${what}`, async () => {
        const [first, second] = await both();
        const elsewhere = await domain();
        const wrong = anchorActs(await approve('approver', {}, elsewhere), second);
        await refused(wrong, world.statusAnchor, ...invalid('approver'));
        const alsoWrong = anchorActs(first, await approve('secondApprover', {}, elsewhere));
        await refused(alsoWrong, world.statusAnchor, ...invalid('secondApprover'));
      });
    }

    it('uses an approval once: not for the next batch', async () => {
      const [first, second] = await both();
      await anchorActs(first, second);
      const replayed = anchorActs(first, second, { root: bytes32('next') });
      await refused(replayed, world.statusAnchor, ...invalid('approver'));
    });

    it('does not take on a second deployment what was approved for the first', async () => {
      const [first, second] = await both();
      await anchorActs(first, second);
      const twin = await world.deploy('StatusAnchor', await world.trustList.getAddress());
      const elsewhere = send('account', twin, 'anchorActs', root, 6, DEADLINE, first, second);
      await refused(elsewhere, twin, ...invalid('approver'));
    });

    it('counts batch after batch', async () => {
      await anchorActs(...(await both()));
      const next = { root: bytes32('next'), sequence: 2n };
      await anchorActs(...(await both(next)), next);
      expect(await sequenceOf(IDS.issuer)).to.equal(2n);
      expect(await sequenceOf(IDS.otherIssuer)).to.equal(0n);
    });

    it('says nothing about the same root again, whatever the approvals and the deadline', async () => {
      await anchorActs(...(await both()));
      await at(DEADLINE + 1n);
      const nothing = { approver: ZERO_ADDRESS, signature: '0x' };
      await saysNothing(anchorActs(nothing, nothing));
      expect(await sequenceOf(IDS.issuer)).to.equal(1n);
    });

    it('takes approvals up to their deadline, to the second', async () => {
      const approvals = await both();
      await at(DEADLINE + 1n);
      const late = anchorActs(...approvals);
      await refused(late, world.statusAnchor, 'StatusAnchorDeadlinePassed', DEADLINE, DEADLINE + 1n);
    });

    it('takes approvals at their deadline', async () => {
      const approvals = await both();
      await at(DEADLINE);
      await anchorActs(...approvals);
    });

    it('refuses one approver twice, and the caller as approver', async () => {
      const [first, second] = await both();
      const error = 'StatusAnchorApproversNotDistinct';
      await refused(anchorActs(first, first), world.statusAnchor, error, address('approver'));
      const own = await approve('account');
      await refused(anchorActs(own, second), world.statusAnchor, error, address('account'));
      await refused(anchorActs(first, own), world.statusAnchor, error, address('account'));
    });

    it('refuses whoever is no approver of this issuer', async () => {
      const [first] = await both();
      const error = ['StatusAnchorNotApprover', IDS.issuer] as const;
      for (const who of ['outsider', 'issuerAdmin', 'otherAccount'] as const) {
        const wrong = anchorActs(first, await approve(who));
        await refused(wrong, world.statusAnchor, ...error, address(who));
      }
    });

    it('refuses an approver whose window has ended', async () => {
      const args = [IDS.issuer, address('approver'), START];
      await send('authorityAdmin', world.trustList, 'narrowApprover', ...args);
      const wrong = anchorActs(...(await both()));
      await refused(wrong, world.statusAnchor, 'StatusAnchorNotApprover', IDS.issuer, address('approver'));
    });

    it('refuses a signature by somebody else', async () => {
      const [first, second] = await both();
      const swapped = anchorActs(
        { ...first, signature: second.signature },
        { ...second, signature: first.signature },
      );
      await refused(swapped, world.statusAnchor, ...invalid('approver'));
    });

    for (const [form, rewrite] of Object.entries(OTHER_FORMS)) {
      it(`refuses a signature ${form}`, async () => {
        const [first, second] = await both();
        const other = { ...first, signature: rewrite(first.signature, first.approver) };
        await refused(anchorActs(other, second), world.statusAnchor, ...invalid('approver'));
        const alsoOther = { ...second, signature: rewrite(second.signature, second.approver) };
        await refused(anchorActs(first, alsoOther), world.statusAnchor, ...invalid('secondApprover'));
      });
    }

    it('refuses the zero address, which a broken signature recovers to', async () => {
      const [first] = await both();
      const nobody = { approver: ZERO_ADDRESS, signature: `0x${'00'.repeat(65)}` };
      const wrong = anchorActs(first, nobody);
      await refused(wrong, world.statusAnchor, 'StatusAnchorNotApprover', IDS.issuer, ZERO_ADDRESS);
    });

    it('refuses the empty root, a wrong size and whoever is no account', async () => {
      const [first, second] = await both();
      const empty = anchorActs(first, second, { root: ZERO_32 });
      await refused(empty, world.statusAnchor, 'StatusAnchorEmptyRoot');
      for (const log2Size of [5, 13]) {
        const wrong = anchorActs(first, second, { log2Size });
        await refused(wrong, world.statusAnchor, 'StatusAnchorSizeOutOfRange', BigInt(log2Size));
      }
      const outsider = anchorActs(first, second, {}, 'issuerAdmin');
      await refused(outsider, world.trustList, 'TrustListUnauthorized', ZERO_32, address('issuerAdmin'));
    });

    it('asks the trust list it was given', async () => {
      expect(await world.statusAnchor.getFunction('trustList')()).to.equal(
        await world.trustList.getAddress(),
      );
    });
  });
});
