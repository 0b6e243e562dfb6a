/**
 * A small consortium on Hardhat's simulated network, with a clock that stands still until a test moves it.
 *
 * Authority `AA-1` has accredited `issuer`, which has accepted and has one key, one account and two approvers
 * whose windows are open, and `newcomer`, which has accepted nothing. Authority `BB-1` has accredited
 * `otherIssuer`, which has accepted and has one account. The governor is the AccessManager's admin and holds the
 * role of every consortium function but `suspendAuthority`, which is the guardian's.
 */
import type { HardhatEthersSigner } from '@nomicfoundation/hardhat-ethers/types';
import { p256 } from '@noble/curves/nist.js';
import { expect } from 'chai';
import type { Contract, ContractTransactionResponse } from 'ethers';
import { hexlify, id, keccak256, toUtf8Bytes } from 'ethers';
import { network } from 'hardhat';
import { before, beforeEach } from 'mocha';
import { thumbprintOf } from '../../../core/credential/thumbprint.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';

export const DELAY: bigint = 86_400n;
/** How long a version of a policy waits. */
export const LEAD_TIME: bigint = 2n * DELAY;
export const START: bigint = 1_800_000_000n;
/** When the windows of the fixture opened. */
export const OPENED: bigint = START - DELAY;
export const END: bigint = START + 3650n * DELAY;
export const FOREVER: bigint = 2n ** 64n - 1n;
export const TYPES = 0b0000_0011;
export const ZERO_32: string = `0x${'00'.repeat(32)}`;
export const ZERO_ADDRESS: string = `0x${'00'.repeat(20)}`;

export const GOVERNOR_ROLE = 1n;
export const GUARDIAN_ROLE = 2n;

export const ROLES = [
  'governor',
  'guardian',
  'authorityAdmin',
  'otherAuthorityAdmin',
  'issuerAdmin',
  'otherIssuerAdmin',
  'newcomerAdmin',
  'account',
  'otherAccount',
  'approver',
  'secondApprover',
  'nominee',
  'outsider',
] as const;
export type Role = (typeof ROLES)[number];

export const NAMES: Record<'authority' | 'otherAuthority', string> = {
  authority: 'AA-1',
  otherAuthority: 'BB-1',
};
export const DIDS: Record<'issuer' | 'newcomer' | 'otherIssuer', string> = {
  issuer: 'did:web:a.example',
  newcomer: 'did:web:b.example',
  otherIssuer: 'did:web:c.example',
};
export const IDS: Record<keyof typeof NAMES | keyof typeof DIDS, string> = {
  authority: id(NAMES.authority),
  otherAuthority: id(NAMES.otherAuthority),
  issuer: id(DIDS.issuer),
  newcomer: id(DIDS.newcomer),
  otherIssuer: id(DIDS.otherIssuer),
};
/** A public key of P-256 by a small private one, with its thumbprint: nobody signs with it here. */
export function p256Key(privateKey: bigint): Record<'thumbprint' | 'publicKey', string> {
  const publicKey = p256.Point.BASE.multiply(privateKey).toBytes(false);
  return { thumbprint: hexlify(thumbprintOf(nodeCrypto, publicKey)), publicKey: hexlify(publicKey) };
}
export const KEY: Record<'thumbprint' | 'publicKey' | 'certificateDigest', string> = {
  ...p256Key(1n),
  certificateDigest: id('a certificate'),
};
/** EIP-712, as `ITrustList.addAccount` says. */
export const CONSENT_TYPES: Record<string, { name: string; type: string }[]> = {
  ServeIssuer: [
    { name: 'issuer', type: 'bytes32' },
    { name: 'account', type: 'address' },
    { name: 'deadline', type: 'uint64' },
  ],
};
/** ISO 3166-1 alpha-2 as `bytes2`. */
export const AA = '0x4141';
export const BB = '0x4242';

/** The functions of `TrustList` that the AccessManager guards, by role. */
export const GOVERNOR_FUNCTIONS = [
  'admitAuthority',
  'setAuthorityAdmin',
  'reinstateAuthority',
  'setCheckpointSet',
  'recordPredecessor',
  'recordReplacement',
] as const;
/** And those of `PolicyRegistry`, all the governor's. */
export const EMERGENCY_FUNCTIONS = ['expedite', 'expediteMapping'] as const;

/** 32 bytes made from a few words. */
export function bytes32(words: string): string {
  return keccak256(toUtf8Bytes(words));
}

export interface Consortium {
  readonly accessManager: Contract;
  readonly trustList: Contract;
  readonly batchAnchor: Contract;
  readonly statusAnchor: Contract;
  readonly policyRegistry: Contract;
  readonly conversionRegistry: Contract;
  readonly chainId: bigint;
  /** Deploys one more contract, as the governor. */
  readonly deploy: (name: string, ...args: readonly unknown[]) => Promise<Contract>;
  readonly signer: (role: Role) => HardhatEthersSigner;
  readonly address: (role: Role) => string;
  /** Moves the clock; later calls and transactions happen at this time. */
  readonly at: (seconds: bigint) => Promise<void>;
  /** The arguments with which `addAccount` registers somebody who is willing. */
  readonly accountOf: (
    role: Role,
    issuer: string,
    window?: { readonly from?: bigint; readonly until?: bigint },
  ) => Promise<readonly unknown[]>;
  readonly storageAt: (contract: Contract, slot: number | bigint) => Promise<string>;
  readonly setStorage: (contract: Contract, slot: number | bigint, word: string) => Promise<void>;
  /** A transaction in a block of the present time. */
  readonly send: (
    role: Role,
    contract: Contract,
    name: string,
    ...args: readonly unknown[]
  ) => Promise<ContractTransactionResponse>;
}

/**
 * Call at the top of a test file: every test of the file then starts from the same consortium. Its contracts and
 * addresses are there only while a hook or a test runs.
 */
export function useConsortium(): Consortium {
  let deployed: (Consortium & { readonly reset: () => Promise<void> }) | undefined;
  const world = (): Consortium => {
    if (deployed === undefined) throw new Error('the consortium is there only while a test runs');
    return deployed;
  };
  before(async () => {
    deployed = await newConsortium();
  });
  beforeEach(async () => {
    await deployed?.reset();
  });
  return {
    get accessManager() {
      return world().accessManager;
    },
    get trustList() {
      return world().trustList;
    },
    get batchAnchor() {
      return world().batchAnchor;
    },
    get statusAnchor() {
      return world().statusAnchor;
    },
    get policyRegistry() {
      return world().policyRegistry;
    },
    get conversionRegistry() {
      return world().conversionRegistry;
    },
    get chainId() {
      return world().chainId;
    },
    deploy: (...args) => world().deploy(...args),
    signer: (role) => world().signer(role),
    address: (role) => world().address(role),
    at: (seconds) => world().at(seconds),
    accountOf: (...args) => world().accountOf(...args),
    storageAt: (...args) => world().storageAt(...args),
    setStorage: (...args) => world().setStorage(...args),
    send: (...args) => world().send(...args),
  };
}

async function newConsortium(): Promise<Consortium & { readonly reset: () => Promise<void> }> {
  const { ethers, provider } = await network.create();
  const signers = await ethers.getSigners();
  let now = OPENED - DELAY;

  const signer = (role: Role): HardhatEthersSigner => {
    const found = signers[ROLES.indexOf(role)];
    if (found === undefined) throw new Error(`no signer for ${role}`);
    return found;
  };
  const address = (role: Role): string => signer(role).address;
  const setNextBlockTime = async (): Promise<void> => {
    await provider.request({ method: 'evm_setNextBlockTimestamp', params: [`0x${now.toString(16)}`] });
  };
  const at = async (seconds: bigint): Promise<void> => {
    now = seconds;
    await setNextBlockTime();
    await provider.request({ method: 'evm_mine', params: [] });
  };
  const deploy = async (name: string, ...args: readonly unknown[]): Promise<Contract> => {
    await setNextBlockTime();
    return await ethers.deployContract(name, [...args], { signer: signer('governor') });
  };
  const send: Consortium['send'] = async (role, contract, name, ...args) => {
    await setNextBlockTime();
    // A contract connected to a signer is a contract; ethers types it as its base.
    const connected = contract.connect(signer(role)) as Contract;
    return await connected.getFunction(name).send(...args);
  };

  await provider.request({ method: 'evm_setNextBlockTimestamp', params: [`0x${now.toString(16)}`] });
  const accessManager = await deploy('ConsortiumAccess', address('governor'));
  const trustList = await deploy('TrustList', await accessManager.getAddress(), DELAY);
  const batchAnchor = await deploy('BatchAnchor', await trustList.getAddress());
  const statusAnchor = await deploy('StatusAnchor', await trustList.getAddress());
  const trust = [await trustList.getAddress(), await accessManager.getAddress()] as const;
  const policyRegistry = await deploy('PolicyRegistry', ...trust, LEAD_TIME);
  const conversionRegistry = await deploy('ConversionRegistry', await trustList.getAddress());

  const assign = async (
    role: bigint,
    holder: Role,
    names: readonly string[],
    contract: Contract = trustList,
  ): Promise<void> => {
    const selectors = names.map((name) => contract.getFunction(name).fragment.selector);
    const target = await contract.getAddress();
    await send('governor', accessManager, 'setTargetFunctionRole', target, selectors, role);
    await send('governor', accessManager, 'grantRole', role, address(holder), 0);
  };
  await assign(GOVERNOR_ROLE, 'governor', GOVERNOR_FUNCTIONS);
  await assign(GOVERNOR_ROLE, 'governor', EMERGENCY_FUNCTIONS, policyRegistry);
  await assign(GUARDIAN_ROLE, 'guardian', ['suspendAuthority']);

  const as = async (role: Role, name: string, ...args: readonly unknown[]): Promise<void> => {
    await send(role, trustList, name, ...args);
  };
  const checkpointKey = bytes32('checkpoint key');
  await as('governor', 'admitAuthority', NAMES.authority, AA, address('authorityAdmin'), checkpointKey);
  await as(
    'governor',
    'admitAuthority',
    NAMES.otherAuthority,
    BB,
    address('otherAuthorityAdmin'),
    checkpointKey,
  );
  await as('authorityAdmin', 'accredit', IDS.authority, DIDS.issuer, TYPES, 0, END, address('issuerAdmin'));
  await as(
    'authorityAdmin',
    'accredit',
    IDS.authority,
    DIDS.newcomer,
    TYPES,
    0,
    END,
    address('newcomerAdmin'),
  );
  const other = [IDS.otherAuthority, DIDS.otherIssuer, TYPES, 0, END, address('otherIssuerAdmin')] as const;
  await as('otherAuthorityAdmin', 'accredit', ...other);
  await as('issuerAdmin', 'acceptAccreditation', IDS.issuer);
  await as('otherIssuerAdmin', 'acceptAccreditation', IDS.otherIssuer);
  const storageAt: Consortium['storageAt'] = async (contract, slot) =>
    ethers.provider.getStorage(await contract.getAddress(), slot);
  const setStorage: Consortium['setStorage'] = async (contract, slot, word) => {
    const params = [await contract.getAddress(), `0x${slot.toString(16)}`, word];
    await provider.request({ method: 'hardhat_setStorageAt', params });
  };
  const { chainId } = await ethers.provider.getNetwork();
  const accountOf: Consortium['accountOf'] = async (role, issuer, { from = 0n, until = END } = {}) => {
    const consent = { issuer, account: address(role), deadline: END };
    const verifyingContract = await trustList.getAddress();
    const domain = { name: 'TrustList', version: '1', chainId, verifyingContract };
    const signature = await signer(role).signTypedData(domain, CONSENT_TYPES, consent);
    return [issuer, consent.account, from, until, consent.deadline, signature];
  };
  await as('issuerAdmin', 'addAccount', ...(await accountOf('account', IDS.issuer)));
  await as('otherIssuerAdmin', 'addAccount', ...(await accountOf('otherAccount', IDS.otherIssuer)));
  const key = [KEY.thumbprint, 1, KEY.publicKey, KEY.certificateDigest, 0, END] as const;
  await as('issuerAdmin', 'addKey', IDS.issuer, ...key);
  await as('issuerAdmin', 'addApprover', IDS.issuer, address('approver'), 0, END);
  await as('issuerAdmin', 'addApprover', IDS.issuer, address('secondApprover'), 0, END);
  await at(START);

  let snapshot = await provider.request({ method: 'evm_snapshot', params: [] });
  const reset = async (): Promise<void> => {
    await provider.request({ method: 'evm_revert', params: [snapshot] });
    snapshot = await provider.request({ method: 'evm_snapshot', params: [] });
    now = START;
  };
  return {
    accessManager,
    trustList,
    batchAnchor,
    statusAnchor,
    policyRegistry,
    conversionRegistry,
    chainId,
    deploy,
    signer,
    address,
    at,
    accountOf,
    storageAt,
    setStorage,
    send,
    reset,
  };
}

/** The call fails with exactly this error and these arguments. */
export async function refused(
  call: Promise<unknown>,
  contract: Contract,
  error: string,
  ...args: readonly unknown[]
): Promise<void> {
  const assertion = expect(call).to.be.revertedWithCustomError(contract, error);
  await (args.length === 0 ? assertion : assertion.withArgs(...args));
}

/** The transaction emits exactly this event, with these arguments, and nothing else. */
export async function says(
  sent: Promise<ContractTransactionResponse>,
  contract: Contract,
  event: string,
  ...args: readonly unknown[]
): Promise<void> {
  await expect(sent)
    .to.emit(contract, event)
    .withArgs(...args);
  const receipt = await (await sent).wait();
  expect(receipt?.logs).to.have.length(1);
}

/** The transaction succeeds and emits nothing. */
export async function saysNothing(sent: Promise<ContractTransactionResponse>): Promise<void> {
  const receipt = await (await sent).wait();
  expect(receipt?.status).to.equal(1);
  expect(receipt?.logs).to.have.length(0);
}
