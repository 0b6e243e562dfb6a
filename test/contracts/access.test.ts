/**
 * Who may call what: every function of every contract, as its ABI lists them, by every role, and whether those who
 * may still may while the issuer or its authority is suspended. A function without a row here fails the test.
 */
import { expect } from 'chai';
import { artifacts } from 'hardhat';
import { describe, it } from 'mocha';
import {
  AA,
  bytes32,
  DELAY,
  END,
  GOVERNOR_ROLE,
  GUARDIAN_ROLE,
  IDS,
  KEY,
  LEAD_TIME,
  p256Key,
  refused,
  type Role,
  ROLES,
  START,
  TYPES,
  useConsortium,
  ZERO_32,
} from './support/consortium.ts';
import { mappingArguments, mappingContent } from './support/mapping-approval.ts';

const CONTRACTS = {
  accessManager: 'ConsortiumAccess',
  trustList: 'TrustList',
  batchAnchor: 'BatchAnchor',
  statusAnchor: 'StatusAnchor',
  policyRegistry: 'PolicyRegistry',
  conversionRegistry: 'ConversionRegistry',
} as const;
type ContractName = keyof typeof CONTRACTS;

interface Row {
  readonly allowed: readonly Role[];
  /** Arguments with which an allowed caller succeeds. */
  readonly args: (by: Role) => readonly unknown[] | Promise<readonly unknown[]>;
  /** The error, declared by which contract, with which arguments, for everybody else; without one, no reason is given. */
  readonly denied: (by: Role) => Denial | undefined;
  /** What has to happen first. */
  readonly first?: () => Promise<unknown>;
  /** How many events an allowed caller causes; 1 when not given. */
  readonly events?: (by: Role) => number;
  /** Who of the allowed ones still may while the issuer is suspended, or its authority; all when not given. */
  readonly duringIssuerSuspension?: readonly Role[];
  readonly duringAuthoritySuspension?: readonly Role[];
  /** How the others are refused then, where it is not the trust list's word about themselves. */
  readonly whileSuspended?: (by: Role) => Denial | undefined;
}
type Denial = readonly [ContractName, string, ...unknown[]];

/** Anyone may read. */
const VIEWS: Readonly<Record<ContractName, readonly string[]>> = {
  accessManager: [
    'ADMIN_ROLE',
    'PUBLIC_ROLE',
    'canCall',
    'expiration',
    'getAccess',
    'getNonce',
    'getRoleAdmin',
    'getRoleGrantDelay',
    'getRoleGuardian',
    'getSchedule',
    'getTargetAdminDelay',
    'getTargetFunctionRole',
    'hasRole',
    'hashOperation',
    'isTargetClosed',
    'minSetback',
  ],
  trustList: [
    'accountOf',
    'approverOf',
    'authority',
    'authorityOf',
    'checkpointSetVersion',
    'eip712Domain',
    'isApprover',
    'isConsumingScheduledOp',
    'isIssuerActive',
    'issuerOf',
    'keyOf',
    'nominationOf',
    'requireAnchoringIssuer',
    'wideningDelay',
  ],
  batchAnchor: ['anchorOf', 'requireIncluded', 'sequenceOf', 'trustList', 'verifyInclusion'],
  statusAnchor: ['actSequenceOf', 'eip712Domain', 'statusOf', 'trustList'],
  policyRegistry: [
    'authority',
    'eip712Domain',
    'isConsumingScheduledOp',
    'leadTime',
    'mappingOf',
    'policyOf',
    'trustList',
  ],
  conversionRegistry: ['acknowledgedIn', 'countsOf', 'sequencesOf', 'spentIn', 'trustList'],
};

type Abi = readonly { readonly type: string; readonly name?: string; readonly stateMutability?: string }[];

/** Functions that no table speaks of, and entries of the tables that no function has. */
function unmatched(abi: Abi, writes: readonly string[], views: readonly string[]): readonly string[] {
  const isView = (mutability: string | undefined): boolean => mutability === 'view' || mutability === 'pure';
  const functions = abi
    .filter(({ type }) => type === 'function')
    .map(({ name, stateMutability }) => `${isView(stateMutability) ? 'reads' : 'writes'} ${name}`);
  const others = abi.filter(({ type }) => type === 'fallback' || type === 'receive').map(({ type }) => type);
  const rows = [...writes.map((name) => `writes ${name}`), ...views.map((name) => `reads ${name}`)];
  return [
    ...functions.filter((name) => !rows.includes(name)),
    ...rows.filter((name) => !functions.includes(name)),
    ...others,
  ];
}

describe('access: every function by every role', () => {
  const world = useConsortium();
  const { address, send } = world;

  const byGovernor = {
    allowed: ['governor'],
    denied: (by: Role) => ['trustList', 'AccessManagedUnauthorized', address(by)] as const,
  } as const;
  const byAuthority = {
    allowed: ['authorityAdmin'],
    denied: (by: Role) => ['trustList', 'TrustListUnauthorized', IDS.authority, address(by)] as const,
    duringAuthoritySuspension: [],
  } as const;
  const byIssuer = {
    allowed: ['issuerAdmin'],
    denied: (by: Role) => ['trustList', 'TrustListUnauthorized', IDS.issuer, address(by)] as const,
    duringIssuerSuspension: [],
    duringAuthoritySuspension: [],
  } as const;
  /** Narrowing: the issuer may always. */
  const byEither = {
    allowed: ['issuerAdmin', 'authorityAdmin'],
    denied: byIssuer.denied,
    duringAuthoritySuspension: ['issuerAdmin'],
  } as const;
  const byAccounts = {
    allowed: ['account', 'otherAccount'],
    denied: (by: Role) => ['trustList', 'TrustListUnauthorized', ZERO_32, address(by)] as const,
    duringIssuerSuspension: ['otherAccount'],
    duringAuthoritySuspension: ['otherAccount'],
  } as const;
  const byAdmin = {
    allowed: ['governor'],
    denied: (by: Role) => ['accessManager', 'AccessManagerUnauthorizedAccount', address(by), 0n] as const,
  } as const;

  const recordPredecessor = (): string =>
    world.trustList.interface.encodeFunctionData('recordPredecessor', [1, ZERO_32, ZERO_32]);
  const selectorOf = (name: string): string => world.trustList.getFunction(name).fragment.selector;
  /** A governor with a delay, as the Safe is one. */
  const appointSlowGovernor = () =>
    send('governor', world.accessManager, 'grantRole', GOVERNOR_ROLE, address('outsider'), DELAY);
  const policy = [IDS.authority, bytes32('policy'), 1, bytes32('digest'), START + LEAD_TIME];
  const publishPolicy = () => send('authorityAdmin', world.policyRegistry, 'publish', ...policy);
  const publishMapping = async () => {
    const args = await mappingArguments(world, mappingContent());
    return send('outsider', world.policyRegistry, 'publishMapping', ...args);
  };
  const eight = Array.from({ length: 8 }, (_, i) => bytes32(`value ${i}`));
  const onTrustList = async (...rest: readonly unknown[]) => [await world.trustList.getAddress(), ...rest];

  const rows: Readonly<Record<ContractName, Readonly<Record<string, Row>>>> = {
    accessManager: {
      labelRole: { ...byAdmin, args: () => [GOVERNOR_ROLE, 'governor'] },
      grantRole: { ...byAdmin, args: () => [GOVERNOR_ROLE, address('outsider'), 0] },
      revokeRole: { ...byAdmin, args: () => [GUARDIAN_ROLE, address('guardian')] },
      // Anyone may give up what is theirs; only the guardian here has something.
      renounceRole: {
        allowed: ROLES,
        args: (by) => [GUARDIAN_ROLE, address(by)],
        denied: () => undefined,
        events: (by) => (by === 'guardian' ? 1 : 0),
      },
      setRoleAdmin: { ...byAdmin, args: () => [GUARDIAN_ROLE, GOVERNOR_ROLE] },
      setRoleGuardian: { ...byAdmin, args: () => [GOVERNOR_ROLE, GUARDIAN_ROLE] },
      setGrantDelay: { ...byAdmin, args: () => [GOVERNOR_ROLE, 1] },
      setTargetFunctionRole: {
        ...byAdmin,
        args: () => onTrustList([selectorOf('admitAuthority')], GUARDIAN_ROLE),
      },
      setTargetAdminDelay: { ...byAdmin, args: () => onTrustList(1) },
      setTargetClosed: { ...byAdmin, args: () => onTrustList(true) },
      updateAuthority: {
        ...byAdmin,
        args: async () => onTrustList(await world.accessManager.getAddress()),
      },
      // Only with a role that has a delay: what may be done at once is not scheduled.
      schedule: {
        allowed: ['outsider'],
        first: appointSlowGovernor,
        args: () => onTrustList(recordPredecessor(), 0),
        denied: (by) => [
          'accessManager',
          'AccessManagerUnauthorizedCall',
          address(by),
          world.trustList.target,
          selectorOf('recordPredecessor'),
        ],
      },
      execute: {
        allowed: ['governor'],
        args: () => onTrustList(recordPredecessor()),
        denied: (by) => [
          'accessManager',
          'AccessManagerUnauthorizedCall',
          address(by),
          world.trustList.target,
          selectorOf('recordPredecessor'),
        ],
      },
      cancel: {
        allowed: ['governor', 'outsider'],
        first: async () => {
          await appointSlowGovernor();
          await send(
            'outsider',
            world.accessManager,
            'schedule',
            ...(await onTrustList(recordPredecessor(), 0)),
          );
        },
        args: async () => [address('outsider'), ...(await onTrustList(recordPredecessor()))],
        denied: (by) => [
          'accessManager',
          'AccessManagerUnauthorizedCancel',
          address(by),
          address('outsider'),
          world.trustList.target,
          selectorOf('recordPredecessor'),
        ],
      },
      // Only for the contracts that it guards, which are no role.
      consumeScheduledOp: {
        allowed: [],
        args: () => [address('governor'), recordPredecessor()],
        denied: () => undefined,
      },
      // With the powers of the caller, no others.
      multicall: {
        ...byAdmin,
        args: () => [[world.accessManager.interface.encodeFunctionData('labelRole', [GOVERNOR_ROLE, 'x'])]],
      },
    },
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
        ...byIssuer,
        allowed: ['newcomerAdmin'],
        args: () => [IDS.newcomer],
        denied: (by) => ['trustList', 'TrustListUnauthorized', IDS.newcomer, address(by)],
      },
      addKey: {
        ...byIssuer,
        args: () => {
          const { thumbprint, publicKey } = p256Key(2n);
          return [IDS.issuer, thumbprint, 1, publicKey, ZERO_32, 0, END];
        },
      },
      addAccount: { ...byIssuer, args: () => world.accountOf('outsider', IDS.issuer) },
      addApprover: { ...byIssuer, args: () => [IDS.issuer, address('outsider'), 0, END] },
      nominateIssuerAdmin: {
        ...byEither,
        args: () => [IDS.issuer, address('nominee'), 0],
        duringIssuerSuspension: ['authorityAdmin'],
        duringAuthoritySuspension: [],
      },
      acceptIssuerAdmin: {
        ...byIssuer,
        allowed: ['nominee'],
        args: () => [IDS.issuer],
        first: async () => {
          const nomination = [IDS.issuer, address('nominee'), 0];
          await send('issuerAdmin', world.trustList, 'nominateIssuerAdmin', ...nomination);
          await world.at(START + DELAY);
        },
        duringIssuerSuspension: ['nominee'],
      },
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
      anchorActs: {
        ...byAccounts,
        allowed: ['account'],
        args: approvedActs,
        // Another issuer's account is one, but these are not its approvers.
        denied: (by) =>
          by === 'otherAccount'
            ? ['statusAnchor', 'StatusAnchorNotApprover', IDS.otherIssuer, address('approver')]
            : byAccounts.denied(by),
        duringIssuerSuspension: [],
        duringAuthoritySuspension: [],
      },
    },
    policyRegistry: {
      publish: { ...byAuthority, args: () => policy },
      // Both admins have signed: whoever hands it in adds nothing.
      publishMapping: {
        allowed: ROLES,
        args: () => mappingArguments(world, mappingContent()),
        denied: () => undefined,
        duringAuthoritySuspension: [],
      },
      withdraw: {
        ...byAuthority,
        first: publishPolicy,
        args: () => [IDS.authority, bytes32('policy'), 1n, START],
      },
      withdrawMapping: {
        ...byAuthority,
        allowed: ['authorityAdmin', 'otherAuthorityAdmin'],
        first: publishMapping,
        args: () => [IDS.authority, IDS.otherAuthority, 1n, START],
        // Who trusts less needs nobody's trust.
        duringAuthoritySuspension: ['authorityAdmin', 'otherAuthorityAdmin'],
      },
      expedite: {
        ...byGovernor,
        first: publishPolicy,
        args: () => [IDS.authority, bytes32('policy'), 1],
      },
      expediteMapping: {
        ...byGovernor,
        first: publishMapping,
        args: () => [IDS.authority, IDS.otherAuthority, 1],
      },
      // Only the AccessManager itself, which is no role.
      setAuthority: {
        ...byGovernor,
        allowed: [],
        args: async () => [await world.accessManager.getAddress()],
      },
    },
    conversionRegistry: {
      spend: {
        ...byAccounts,
        args: (by) => [by === 'account' ? IDS.otherIssuer : IDS.issuer, eight, 1],
        // The other issuer may, but its target is not active.
        duringIssuerSuspension: [],
        duringAuthoritySuspension: [],
        whileSuspended: (by) =>
          by === 'otherAccount' ? ['conversionRegistry', 'ConversionRegistryNoTarget'] : undefined,
      },
      acknowledge: {
        ...byAccounts,
        first: async () => {
          await send('account', world.conversionRegistry, 'spend', IDS.otherIssuer, eight, 1);
          await send('otherAccount', world.conversionRegistry, 'spend', IDS.issuer, eight, 1);
        },
        args: (by) => [by === 'account' ? IDS.otherIssuer : IDS.issuer, eight, 1],
      },
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

  it('speaks of every contract that can be deployed', async () => {
    const deployable: string[] = [];
    for (const name of await artifacts.getAllFullyQualifiedNames()) {
      if (!name.startsWith('contracts/') || name.startsWith('contracts/test/')) continue;
      const { abi, bytecode, contractName } = await artifacts.readArtifact(name);
      if (bytecode !== '0x' && abi.some(({ type }) => type === 'function')) deployable.push(contractName);
    }
    expect(deployable).to.have.members(Object.values(CONTRACTS));
  });

  it('finds a function without a row, a row without a function, and a fallback', () => {
    const abi = [
      { type: 'function', name: 'write', stateMutability: 'nonpayable' },
      { type: 'function', name: 'pay', stateMutability: 'payable' },
      { type: 'function', name: 'read', stateMutability: 'view' },
      { type: 'event', name: 'Written' },
      { type: 'receive', stateMutability: 'payable' },
    ];
    expect(unmatched(abi, ['write', 'pay'], ['read'])).to.deep.equal(['receive']);
    expect(unmatched(abi, ['write', 'gone'], ['read'])).to.deep.equal([
      'writes pay',
      'writes gone',
      'receive',
    ]);
    expect(unmatched(abi, ['pay'], ['read', 'write'])).to.deep.equal([
      'writes write',
      'reads write',
      'receive',
    ]);
  });

  const suspensions = {
    'the issuer': {
      survivors: (row: Row) => row.duringIssuerSuspension ?? row.allowed,
      error: 'TrustListIssuerSuspended',
      begin: async () => {
        await send('issuerAdmin', world.trustList, 'suspendIssuer', IDS.issuer);
        await send('newcomerAdmin', world.trustList, 'suspendIssuer', IDS.newcomer);
      },
    },
    'its authority': {
      survivors: (row: Row) => row.duringAuthoritySuspension ?? row.allowed,
      error: 'TrustListAuthoritySuspended',
      begin: async () => {
        await send('guardian', world.trustList, 'suspendAuthority', IDS.authority);
      },
    },
  };

  // Object.keys gives the keys of a constant object.
  for (const contract of Object.keys(CONTRACTS) as ContractName[]) {
    describe(CONTRACTS[contract], () => {
      it('has a row for each of its functions, and no other row', async () => {
        const { abi } = await artifacts.readArtifact(CONTRACTS[contract]);
        expect(unmatched(abi as Abi, Object.keys(rows[contract]), VIEWS[contract])).to.deep.equal([]);
      });

      for (const [name, row] of Object.entries(rows[contract])) {
        const call = async (by: Role) => send(by, world[contract], name, ...(await row.args(by)));

        for (const role of ROLES) {
          const isAllowed = row.allowed.includes(role);
          it(`${name} ${isAllowed ? 'takes' : 'refuses'} the ${role}`, async () => {
            await row.first?.();
            if (isAllowed) {
              const receipt = await (await call(role)).wait();
              expect(receipt?.logs).to.have.length(row.events?.(role) ?? 1);
              return;
            }
            const denial = row.denied(role);
            if (denial === undefined) return refusedWithoutReason(call(role));
            const [declaredBy, error, ...args] = denial;
            await refused(call(role), world[declaredBy], error, ...args);
          });
        }

        for (const [who, { survivors, error, begin }] of Object.entries(suspensions)) {
          for (const role of contract === 'accessManager' ? [] : row.allowed) {
            const isAllowed = survivors(row).includes(role);
            it(`${name} ${isAllowed ? 'takes' : 'refuses'} the ${role} while ${who} is suspended`, async () => {
              await row.first?.();
              await begin();
              if (isAllowed) expect((await (await call(role)).wait())?.status).to.equal(1);
              else {
                const [declaredBy, name] = row.whileSuspended?.(role) ?? (['trustList', error] as const);
                await refused(call(role), world[declaredBy], name);
              }
            });
          }
        }
      }
    });
  }
});

async function refusedWithoutReason(call: Promise<unknown>): Promise<void> {
  const outcome = await call.then(
    () => 'taken',
    (error: unknown) => String(error),
  );
  expect(outcome).to.match(/revert/);
}
