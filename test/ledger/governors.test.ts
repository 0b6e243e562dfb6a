/** The consortium's governors on the embedded node: a Safe of three owners, two of whom must sign, ten seconds' delay. */
import { getBytes, id, keccak256 } from 'ethers';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import type { Hex } from '../../core/trust/ledger-event.ts';
import { LedgerState } from '../../core/trust/ledger-state.ts';
import { accessManagerAbi, safeAbi } from '../../ledger/abi.ts';
import { parseHeader } from '../../ledger/block-header.ts';
import {
  admitAuthority,
  expediteMapping,
  expeditePolicy,
  suspendAuthority,
  type ConsortiumAct,
} from '../../ledger/consortium-acts.ts';
import { readContract } from '../../ledger/contract-call.ts';
import { deployLedger } from '../../ledger/deploy.ts';
import {
  checkDeployment,
  formatDeployment,
  parseDeployment,
  type Deployment,
} from '../../ledger/deployment.ts';
import { Governors } from '../../ledger/governors.ts';
import { addressOfKey, authorityIdOf } from '../../ledger/identifiers.ts';
import { policyIdOf } from '../../ledger/policy-id.ts';
import { Replica } from '../../ledger/replica.ts';
import { signSafeTransaction, type OwnerSignature, type SafeTransaction } from '../../ledger/safe.ts';
import { readArtifact } from '../../scripts/artifacts.ts';
import { failure } from './support/failure.ts';
import {
  addressOf,
  GENESIS_SECONDS,
  handOf,
  keyOf,
  startTestNode,
  type Hand,
  type TestNode,
} from './support/test-ledger.ts';

const DELAY = 10;
const ADMIN_ROLE = 0n;
const OWNERS = ['one', 'two', 'three', 'newcomer'].map((name) => id(`test key of governor ${name}`));
const [one, two, three, newcomer] = OWNERS as [string, string, string, string]; // four, as written above
const NOBODY: Hex = `0x${'0'.repeat(40)}`;
const SENTINEL: Hex = `0x${'0'.repeat(39)}1`;

/** @safe-global/safe-deployments 1.37, assets/v1.5.0: the code hashes of the Safes on public chains. */
const PUBLISHED = {
  SafeL2: '0x180193227186ccb85316c94db1f0d156ed932b14712cfaac78901899178572dc',
  SafeProxyFactory: '0x967dae4cda22b0c9ef7f31b010bdc1ceb0af9904b0c3dc060b5302e4c18a4529',
} as const;

describe('the governors', () => {
  let node: TestNode;
  let deployment: Deployment;
  let hand: Hand;
  let governors: Governors;
  let signers: readonly string[];
  let now = GENESIS_SECONDS;

  before(async () => {
    node = await startTestNode({ nowSeconds: () => now });
    deployment = await deployLedger({
      rpcUrl: node.url,
      deployerKey: keyOf('governor'),
      governors: { owners: [one, two, three].map(addressOfKey), threshold: 2, delaySeconds: DELAY },
      artifacts: readArtifact,
      wideningDelaySeconds: 0,
    });
    hand = handOf('governor', node.url, deployment); // the deployer, who hands in
    signers = [one, three];
    governors = new Governors({ ...hand, deployment, sign: (tx) => signedBy(signers, tx) });
  });

  after(async () => {
    hand[Symbol.dispose]();
    await node[Symbol.asyncDispose]();
  });

  const admit = (name: string): ConsortiumAct =>
    admitAuthority(deployment, {
      name,
      jurisdiction: 'HK',
      admin: addressOf('authority'),
      checkpointKey: getBytes(id('checkpoint key')),
    });
  const onManager = (name: string, ...values: readonly unknown[]): ConsortiumAct => ({
    to: deployment.contracts.accessManager.address,
    data: accessManagerAbi.encodeFunctionData(name, values) as Hex, // ethers gives lowercase hex
  });
  const onSafe = (name: string, ...values: readonly unknown[]): ConsortiumAct => ({
    to: safeAddress(),
    data: safeAbi.encodeFunctionData(name, values) as Hex, // as above
  });
  const safeAddress = (): Hex => deployment.contracts.safe?.address ?? NOBODY;
  const blockTime = async (): Promise<number> =>
    parseHeader(await hand.rpc.request('eth_getBlockByNumber', ['latest', false])).timeSeconds;
  /** Moves the node's clock, and with a transaction the chain. */
  const untilTime = async (seconds: number): Promise<void> => {
    now = seconds;
    await hand.sender.send({ to: hand.sender.address, data: '0x' });
  };
  const isAdmin = async (account: Hex): Promise<boolean> => {
    const { address } = deployment.contracts.accessManager;
    const call = { abi: accessManagerAbi, address, name: 'hasRole', values: [ADMIN_ROLE, account] };
    const [isMember] = await readContract(hand.rpc, call);
    return Boolean(isMember);
  };
  const isAdmitted = async (name: string): Promise<boolean> => {
    const state = new LedgerState();
    await using replica = await Replica.open({ rpcUrls: [node.url], deployment }, { state });
    await replica.sync();
    return [...state.trust.authorities()].some((authority) => authority.id === authorityIdOf(name));
  };
  const refusal = async (promise: Promise<unknown>): Promise<string> => {
    const { revert } = await failure(promise, 'LEDGER_REVERTED');
    return revert?.name === 'Error' ? String(revert.args[0]) : String(revert?.name);
  };

  describe('are a Safe', () => {
    it('whose code is the published one, byte for byte', () => {
      for (const [name, hash] of Object.entries(PUBLISHED)) {
        expect(keccak256(readArtifact(name).deployedBytecode), name).to.equal(hash);
      }
    });

    it('that the deployment file names and pins', async () => {
      expect(parseDeployment(formatDeployment(deployment))).to.deep.equal(deployment);
      expect(deployment.contracts.safeSingleton?.codeHash).to.equal(PUBLISHED.SafeL2);
      expect(deployment.contracts.safe?.codeHash).to.equal(
        keccak256(readArtifact('SafeProxy').deployedBytecode),
      );
      await checkDeployment(hand.rpc, deployment);
    });

    it('and a Safe that runs another code is not taken for it', async () => {
      const { contracts } = deployment;
      const other = { ...deployment, contracts: { ...contracts, safeSingleton: contracts.accessManager } };
      await failure(checkDeployment(hand.rpc, other), 'LEDGER_CODE_CHANGED');
    });

    it('of the owners and the threshold asked for', async () => {
      expect(await governors.safe.owners()).to.have.members([one, two, three].map(addressOfKey));
      expect(await governors.safe.threshold()).to.equal(2);
    });

    it('and whoever deployed it keeps no power', async () => {
      expect(await isAdmin(safeAddress())).to.equal(true);
      expect(await isAdmin(hand.sender.address)).to.equal(false);
      expect(await refusal(hand.sender.send(admit('AA-0')))).to.equal('AccessManagedUnauthorized');
      const grant = hand.sender.send(onManager('grantRole', ADMIN_ROLE, hand.sender.address, 0));
      expect(await refusal(grant)).to.equal('AccessManagerUnauthorizedAccount');
    });
  });

  describe('sign', () => {
    let transaction: SafeTransaction;
    const handIn = (signatures: readonly OwnerSignature[]): Promise<unknown> =>
      governors.safe.execute(transaction, signatures);

    before(async () => {
      transaction = await governors.safe.prepare(
        onManager('schedule', admit('AA-1').to, admit('AA-1').data, 0),
      );
    });

    it('and one signature less than the threshold is refused', async () => {
      expect(await refusal(handIn([]))).to.equal('GS020');
      for (const owner of [one, two, three]) {
        expect(await refusal(handIn(signedBy([owner], transaction)))).to.equal('GS020');
      }
    });

    it('and one owner twice is refused, and whoever is no owner', async () => {
      expect(await refusal(handIn(signedBy([one, one], transaction)))).to.equal('GS026');
      expect(await refusal(handIn(signedBy([one, newcomer], transaction)))).to.equal('GS026');
    });

    for (const [what, change] of Object.entries({
      'another chain': { chainId: 1 },
      'another Safe': { safe: addressOf('stranger') },
      'another call': { data: '0x' },
      'another target': { to: addressOf('stranger') },
      'the next nonce': { nonce: 1 },
    } as const)) {
      it(`and a signature for ${what} is refused`, async () => {
        const wrong = signSafeTransaction({ ...transaction, ...change }, two);
        expect(await refusal(handIn([signSafeTransaction(transaction, one), wrong]))).to.equal('GS026');
      });
    }

    it('and as many as the threshold are taken, once', async () => {
      await handIn(signedBy([three, one], transaction));
      expect(await refusal(handIn(signedBy([three, one], transaction)))).to.equal('GS026');
      expect((await governors.safe.prepare({ to: NOBODY, data: '0x' })).nonce).to.equal(1);
    });
  });

  describe('wait', () => {
    it('and what was not announced is refused', async () => {
      expect(await refusal(governors.carryOut([admit('BB-1')]))).to.equal('AccessManagerNotScheduled');
      expect(await refusal(governors.actNow(admit('BB-1')))).to.equal('AccessManagerNotScheduled');
    });

    it('and act when the delay is over, not a second before', async () => {
      const acts = [admit('CC-1'), admit('CC-2')];
      const due = await governors.schedule(acts);
      expect(due).to.equal((await blockTime()) + DELAY);
      // Answered on the state and at the time of the latest block.
      await untilTime(due - 1);
      expect(await refusal(governors.carryOut(acts))).to.equal('AccessManagerNotReady');
      await untilTime(due);
      await governors.carryOut(acts);
      expect([await isAdmitted('CC-1'), await isAdmitted('CC-2')]).to.deep.equal([true, true]);
    });

    it('and schedule nothing twice, as after a restart', async () => {
      const first = await governors.schedule([admit('DD-1')]);
      now++;
      const second = await governors.schedule([admit('DD-1'), admit('DD-2')]);
      expect(second).to.be.greaterThan(first);
      expect(await governors.schedule([admit('DD-1'), admit('DD-2')])).to.equal(second);
    });

    it('but not to suspend an authority', async () => {
      await governors.actNow(suspendAuthority(deployment, authorityIdOf('CC-1')));
      const state = new LedgerState();
      await using replica = await Replica.open({ rpcUrls: [node.url], deployment }, { state });
      await replica.sync();
      const found = [...state.trust.authorities()].find(({ name }) => name === 'CC-1');
      expect(found?.suspensions).to.deep.equal([{ from: await blockTime() }]);
    });

    it('but not for a policy or a mapping in an emergency, which nobody else can hurry', async () => {
      const [authority, target] = [authorityIdOf('CC-1'), authorityIdOf('DD-1')];
      for (const act of [
        expeditePolicy(deployment, { authority, policy: policyIdOf('entry'), version: 1 }),
        expediteMapping(deployment, { source: authority, target, version: 1 }),
      ]) {
        // The registry itself answers: nothing was published that could hold at once.
        expect(await refusal(governors.actNow(act))).to.equal('PolicyRegistryWrongVersion');
        expect(await refusal(hand.sender.send(act))).to.equal('AccessManagedUnauthorized');
      }
    });

    it('also to shorten the delay', async () => {
      const shorten = onManager('grantRole', ADMIN_ROLE, safeAddress(), 0);
      expect(await refusal(governors.actNow(shorten))).to.equal('AccessManagerNotScheduled');
    });
  });

  describe('change', () => {
    it('only by their own decision', async () => {
      const add = onSafe('addOwnerWithThreshold', addressOfKey(newcomer), 2);
      expect(await refusal(hand.sender.send(add))).to.equal('GS031');
      signers = [one];
      expect(await refusal(governors.actNow(add))).to.equal('GS020');
      signers = [one, three];
      await governors.actNow(add);
      expect(await governors.safe.owners()).to.include(addressOfKey(newcomer));
    });

    it('and then the new one counts and one that left does not', async () => {
      await governors.actNow(onSafe('removeOwner', addressOfKey(newcomer), addressOfKey(one), 2));
      signers = [one, three];
      expect(await refusal(governors.actNow(suspendAuthority(deployment, authorityIdOf('CC-2'))))).to.equal(
        'GS026',
      );
      signers = [newcomer, three];
      await governors.actNow(suspendAuthority(deployment, authorityIdOf('CC-2')));
    });

    it('but never below the threshold', async () => {
      const tooFew = onSafe('removeOwner', SENTINEL, addressOfKey(newcomer), 3);
      expect(await refusal(governors.actNow(tooFew))).to.equal('GS201');
    });
  });

  describe('never vanish', () => {
    const afterTheDelay = async (act: ConsortiumAct): Promise<void> => {
      await untilTime(await governors.schedule([act]));
      await governors.carryOut([act]);
    };

    it('by renouncing', async () => {
      const renounce = onManager('renounceRole', ADMIN_ROLE, safeAddress());
      expect(await refusal(governors.actNow(renounce))).to.equal('ConsortiumAccessLastAdmin');
    });

    it('by revoking', async () => {
      const revoke = onManager('revokeRole', ADMIN_ROLE, safeAddress());
      expect(await refusal(afterTheDelay(revoke))).to.equal('ConsortiumAccessLastAdmin');
    });

    it('by handing over to nobody', async () => {
      const grant = onManager('grantRole', ADMIN_ROLE, NOBODY, DELAY);
      expect(await refusal(afterTheDelay(grant))).to.equal('ConsortiumAccessNobody');
      expect(await isAdmin(safeAddress())).to.equal(true);
    });

    it('but may leave once somebody else governs', async () => {
      await afterTheDelay(onManager('grantRole', ADMIN_ROLE, addressOf('stranger'), DELAY));
      await governors.actNow(onManager('renounceRole', ADMIN_ROLE, safeAddress()));
      expect(await isAdmin(safeAddress())).to.equal(false);
      expect(await isAdmin(addressOf('stranger'))).to.equal(true);
    });
  });
});

function signedBy(owners: readonly string[], transaction: SafeTransaction): readonly OwnerSignature[] {
  return owners.map((owner) => signSafeTransaction(transaction, owner));
}
