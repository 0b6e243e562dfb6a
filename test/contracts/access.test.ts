/**
 * Who may call what: every function of every contract, as its ABI lists them, by every role. A function without
 * a row here fails the test.
 */
import { expect } from 'chai';
import { artifacts } from 'hardhat';
import { describe, it } from 'mocha';
import {
  AA,
  bytes32,
  DELAY,
  END,
  IDS,
  KEY,
  refused,
  type Role,
  ROLES,
  START,
  TYPES,
  useConsortium,
  ZERO_32,
} from './support/consortium.ts';

type ContractName = 'trustList' | 'batchAnchor' | 'statusAnchor';

interface Row {
  readonly allowed: readonly Role[];
  /** Arguments with which an allowed caller succeeds. */
  readonly args: () => readonly unknown[] | Promise<readonly unknown[]>;
  /** The error, declared by which contract, with which arguments, for everybody else. */
  readonly denied: (caller: string) => readonly [ContractName, string, ...unknown[]];
  /** What has to happen first. */
  readonly first?: () => Promise<unknown>;
}

const CONTRACTS: Record<ContractName, string> = {
  trustList: 'TrustList',
  batchAnchor: 'BatchAnchor',
  statusAnchor: 'StatusAnchor',
};

/** Anyone may read. */
const VIEWS: Record<ContractName, readonly string[]> = {
  trustList: [
    'accountOf',
    'approverOf',
    'authority',
    'authorityOf',
    'checkpointSetVersion',
    'isApprover',
    'isConsumingScheduledOp',
    'isIssuerActive',
    'issuerOf',
    'keyOf',
    'requireAnchoringIssuer',
    'wideningDelay',
  ],
  batchAnchor: ['anchorOf', 'sequenceOf', 'trustList'],
  statusAnchor: ['actSequenceOf', 'eip712Domain', 'statusOf', 'trustList'],
};

describe('access: every function by every role', () => {
  const world = useConsortium();
  const { address, send } = world;

  const byGovernor = {
    allowed: ['governor'],
    denied: (caller: string) => ['trustList', 'AccessManagedUnauthorized', caller] as const,
  } as const;
  const byAuthority = {
    allowed: ['authorityAdmin'],
    denied: (caller: string) => ['trustList', 'TrustListUnauthorized', IDS.authority, caller] as const,
  } as const;
  const byIssuer = {
    allowed: ['issuerAdmin'],
    denied: (caller: string) => ['trustList', 'TrustListUnauthorized', IDS.issuer, caller] as const,
  } as const;
  const byEither = { ...byIssuer, allowed: ['issuerAdmin', 'authorityAdmin'] } as const;
  const byAccounts = {
    allowed: ['account', 'otherAccount'],
    denied: (caller: string) => ['trustList', 'TrustListUnauthorized', ZERO_32, caller] as const,
  } as const;

  const rows: Record<ContractName, Record<string, Row>> = {
    trustList: {
      admitAuthority: { ...byGovernor, args: () => ['CC-1', AA, address('outsider'), bytes32('key')] },
      setAuthorityAdmin: { ...byGovernor, args: () => [IDS.authority, address('outsider')] },
      suspendAuthority: { ...byGovernor, allowed: ['guardian'], args: () => [IDS.authority] },
      reinstateAuthority: {
        ...byGovernor,
        args: () => [IDS.authority, 0],
        first: () => send('guardian', world.trustList, 'suspendAuthority', IDS.authority),
      },
      setCheckpointSet: { ...byGovernor, args: () => [[bytes32('key')], 1] },
      recordPredecessor: { ...byGovernor, args: () => [1, ZERO_32, ZERO_32] },
      recordReplacement: {
        ...byGovernor,
        args: () => ['X', address('approver'), address('outsider'), 1_000_000],
      },
      // Only the AccessManager itself, which is no role: see the test of it in authorities.test.ts.
      setAuthority: {
        ...byGovernor,
        allowed: [],
        args: async () => [await world.accessManager.getAddress()],
      },
      accredit: {
        ...byAuthority,
        args: () => [IDS.authority, 'did:web:d.example', TYPES, 0, END, address('outsider')],
      },
      widenIssuer: { ...byAuthority, args: () => [IDS.issuer, 0xff, 0, END] },
      reinstateIssuer: {
        ...byAuthority,
        args: () => [IDS.issuer, 0],
        first: () => send('issuerAdmin', world.trustList, 'suspendIssuer', IDS.issuer),
      },
      acceptAccreditation: {
        allowed: ['newcomerAdmin'],
        args: () => [IDS.newcomer],
        denied: (caller) => ['trustList', 'TrustListUnauthorized', IDS.newcomer, caller],
      },
      addKey: { ...byIssuer, args: () => [IDS.issuer, bytes32('new'), 1, KEY.publicKey, ZERO_32, 0, END] },
      addAccount: { ...byIssuer, args: () => [IDS.issuer, address('outsider'), 0, END] },
      addApprover: { ...byIssuer, args: () => [IDS.issuer, address('outsider'), 0, END] },
      narrowIssuer: { ...byEither, args: () => [IDS.issuer, 1, END] },
      suspendIssuer: { ...byEither, args: () => [IDS.issuer] },
      narrowKey: { ...byEither, args: () => [IDS.issuer, KEY.thumbprint, START + 1n] },
      setKeyCompromisedFrom: { ...byEither, args: () => [IDS.issuer, KEY.thumbprint, START] },
      narrowAccount: { ...byEither, args: () => [IDS.issuer, address('account'), START + 1n] },
      setAccountCompromisedFrom: { ...byEither, args: () => [IDS.issuer, address('account'), START] },
      narrowApprover: { ...byEither, args: () => [IDS.issuer, address('approver'), START + 1n] },
    },
    batchAnchor: {
      anchor: { ...byAccounts, args: () => [bytes32('root'), 6, 0, 1] },
    },
    statusAnchor: {
      publish: { ...byAccounts, args: () => [1, bytes32('lists'), ZERO_32, START + DELAY] },
      anchorActs: { ...byAccounts, allowed: ['account'], args: approvedActs },
    },
  };

  async function approvedActs(): Promise<readonly unknown[]> {
    const verifyingContract = await world.statusAnchor.getAddress();
    const domain = { name: 'StatusAnchor', version: '1', chainId: world.chainId, verifyingContract };
    const fields = ['bytes32 issuer', 'bytes32 root', 'uint8 log2Size', 'uint64 sequence', 'uint64 deadline'];
    const types = {
      ApproveActs: fields.map((field) => {
        const [type = '', name = ''] = field.split(' ');
        return { type, name };
      }),
    };
    const value = { issuer: IDS.issuer, root: bytes32('root'), log2Size: 6, sequence: 1, deadline: END };
    const approvals = (['approver', 'secondApprover'] as const).map(async (who) => ({
      approver: address(who),
      signature: await world.signer(who).signTypedData(domain, types, value),
    }));
    return [value.root, value.log2Size, value.deadline, ...(await Promise.all(approvals))];
  }

  for (const contract of ['trustList', 'batchAnchor', 'statusAnchor'] as const) {
    describe(CONTRACTS[contract], () => {
      it('has a row for each of its functions, and no other row', async () => {
        const { abi } = await artifacts.readArtifact(CONTRACTS[contract]);
        const functions = abi.filter(({ type }) => type === 'function');
        const names = (isView: boolean): string[] =>
          functions
            .filter(
              ({ stateMutability }) => (stateMutability === 'view' || stateMutability === 'pure') === isView,
            )
            .map(({ name }) => String(name))
            .toSorted();
        expect(names(false)).to.deep.equal(Object.keys(rows[contract]).toSorted());
        expect(names(true)).to.deep.equal([...VIEWS[contract]].toSorted());
        expect(abi.filter(({ type }) => type === 'fallback' || type === 'receive')).to.deep.equal([]);
      });

      for (const [name, row] of Object.entries(rows[contract])) {
        for (const role of ROLES) {
          const isAllowed = row.allowed.includes(role);
          it(`${name} ${isAllowed ? 'takes' : 'refuses'} the ${role}`, async () => {
            await row.first?.();
            const call = send(role, world[contract], name, ...(await row.args()));
            if (isAllowed) {
              const receipt = await (await call).wait();
              expect(receipt?.logs).to.have.length(1);
            } else if (name === 'anchorActs' && role === 'otherAccount') {
              // An account, but of an issuer whose approvers these are not.
              const error = ['StatusAnchorNotApprover', IDS.otherIssuer, address('approver')] as const;
              await refused(call, world.statusAnchor, ...error);
            } else {
              const [declaredBy, error, ...args] = row.denied(address(role));
              await refused(call, world[declaredBy], error, ...args);
            }
          });
        }
      }
    });
  }
});
