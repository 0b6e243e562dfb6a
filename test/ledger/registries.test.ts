/** Policies, mappings and conversions through our clients, on the embedded node. */
import { expect } from 'chai';
import { toHex } from '../../core/bytes/hex.ts';
import { after, before, describe, it } from 'mocha';
import { LedgerState } from '../../core/trust/ledger-state.ts';
import { ConversionRegistryClient } from '../../ledger/conversion-registry.ts';
import {
  expediteMapping,
  expeditePolicy,
  reinstateAuthority,
  suspendAuthority,
} from '../../ledger/consortium-acts.ts';
import { deployLedger } from '../../ledger/deploy.ts';
import type { Deployment } from '../../ledger/deployment.ts';
import { policyIdOf } from '../../ledger/policy-id.ts';
import { approveMapping } from '../../ledger/mapping-approval.ts';
import { PolicyRegistryClient } from '../../ledger/policy-registry.ts';
import { Replica } from '../../ledger/replica.ts';
import { readArtifact } from '../../scripts/artifacts.ts';
import { runs } from '../support/scale.ts';
import { failure } from './support/failure.ts';
import { OTHER_AUTHORITY, OTHER_ISSUER, secondIssuerSteps, valuesOf } from './support/second-issuer.ts';
import {
  admitIssuer,
  AUTHORITY,
  FAR_FUTURE,
  GENESIS_SECONDS,
  handOf,
  ISSUER,
  keyOf,
  rootOf,
  startTestNode,
  type Hand,
  type TestNode,
} from './support/test-ledger.ts';

const LEAD = 100;
const T = GENESIS_SECONDS;

describe('the registries of policies and conversions', () => {
  let node: TestNode;
  let deployment: Deployment;
  let hands: Readonly<Record<'governor' | 'authority' | 'account' | 'otherAuthority' | 'otherAccount', Hand>>;

  before(async () => {
    node = await startTestNode({ nowSeconds: () => T });
    deployment = await deployLedger({
      rpcUrl: node.url,
      deployerKey: keyOf('governor'),
      artifacts: readArtifact,
      wideningDelaySeconds: 0,
      policyLeadTimeSeconds: LEAD,
    });
    await admitIssuer(node.url, deployment);
    hands = {
      governor: handOf('governor', node.url, deployment),
      authority: handOf('authority', node.url, deployment),
      account: handOf('account', node.url, deployment),
      otherAuthority: handOf('otherAuthority', node.url, deployment),
      otherAccount: handOf('otherAccount', node.url, deployment),
    };
    for (const step of secondIssuerSteps(hands, deployment)) await step();
  });

  after(async () => {
    for (const hand of Object.values(hands)) hand[Symbol.dispose]();
    await node[Symbol.asyncDispose]();
  });

  const readState = async (): Promise<LedgerState> => {
    const state = new LedgerState();
    await using replica = await Replica.open({ rpcUrls: [node.url], deployment }, { state });
    await replica.sync();
    return state;
  };
  /** How many transactions the account has sent. */
  const sent = async (hand: Hand): Promise<unknown> =>
    hand.rpc.request('eth_getTransactionCount', [hand.sender.address, 'latest']);

  describe('policies', () => {
    const policy = policyIdOf('entry');
    const first = { authority: AUTHORITY, policy, version: 1, digest: rootOf(1), effectiveFrom: T + LEAD };

    it('are published once, and withdrawn once', async () => {
      const client = new PolicyRegistryClient({ ...hands.authority, deployment });
      expect(await client.policy(AUTHORITY, policy)).to.equal(undefined);
      expect(await client.leadTimeSeconds()).to.equal(LEAD);
      await client.publish(first);
      const kept = { version: 1, digest: toHex(first.digest), effectiveFrom: T + LEAD };
      expect(await client.policy(AUTHORITY, policy)).to.deep.equal(kept);
      const ended = { version: 1, effectiveFrom: T + 500 };
      await client.withdraw(AUTHORITY, policy, ended);
      expect(await client.policy(AUTHORITY, policy)).to.deep.equal({ version: 2, effectiveFrom: T + 500 });
      await client.withdraw(AUTHORITY, policy, ended);
      expect(await client.policy(AUTHORITY, policy)).to.include({ version: 2 });
      const state = await readState();
      expect(state.policies.policyAt(AUTHORITY, policy, T + LEAD)).to.include(kept);
      expect(state.policies.policyAt(AUTHORITY, policy, T + 500)).to.equal(undefined);
    });

    it('are not sent again when they stand', async () => {
      const client = new PolicyRegistryClient({ ...hands.authority, deployment });
      const other = { ...first, policy: policyIdOf('another') };
      await client.publish(other);
      const before = await sent(hands.authority);
      await client.publish(other);
      expect(await sent(hands.authority)).to.equal(before);
    });

    it('are not taken for done when another date stands, nor once they were hastened', async () => {
      const client = new PolicyRegistryClient({ ...hands.authority, deployment });
      const next = { ...first, policy: policyIdOf('a fourth') };
      await client.publish(next);
      const later = client.publish({ ...next, effectiveFrom: T + LEAD + 1 });
      const behind = { name: 'PolicyRegistryWrongVersion', args: ['2', '1'] };
      expect((await failure(later, 'LEDGER_REVERTED')).revert).to.deep.equal(behind);
      await hands.governor.sender.send(expeditePolicy(deployment, next));
      expect((await failure(client.publish(next), 'LEDGER_REVERTED')).revert).to.deep.equal(behind);
    });

    it('are withdrawn at once with the block that takes it, and once', async () => {
      const client = new PolicyRegistryClient({ ...hands.authority, deployment });
      const next = { ...first, policy: policyIdOf('a fifth') };
      await client.publish(next);
      await client.withdraw(AUTHORITY, next.policy, { version: 1, effectiveFrom: T + 10 * LEAD });
      await client.withdraw(AUTHORITY, next.policy, { version: 1 });
      await client.withdraw(AUTHORITY, next.policy, { version: 1 });
      expect(await client.policy(AUTHORITY, next.policy)).to.deep.equal({ version: 3, effectiveFrom: T });
    });

    it('are not withdrawn by who means a version of before', async () => {
      const client = new PolicyRegistryClient({ ...hands.authority, deployment });
      const next = { ...first, policy: policyIdOf('a sixth') };
      await client.publish(next);
      await client.publish({ ...next, version: 2 });
      const late = client.withdraw(AUTHORITY, next.policy, { version: 1 });
      const meant = { name: 'PolicyRegistryWrongVersion', args: ['2', '1'] };
      expect((await failure(late, 'LEDGER_REVERTED')).revert).to.deep.equal(meant);
      expect(await client.policy(AUTHORITY, next.policy)).to.include({ version: 2 });
    });

    it('are refused out of order and too early, with the reason', async () => {
      const client = new PolicyRegistryClient({ ...hands.authority, deployment });
      const next = { ...first, policy: policyIdOf('a third') };
      const gap = await failure(client.publish({ ...next, version: 2 }), 'LEDGER_REVERTED');
      expect(gap.revert).to.deep.equal({ name: 'PolicyRegistryWrongVersion', args: ['1', '2'] });
      const early = await failure(
        client.publish({ ...next, effectiveFrom: T + LEAD - 1 }),
        'LEDGER_REVERTED',
      );
      expect(early.revert?.name).to.equal('PolicyRegistryTooEarly');
    });
  });

  describe('mappings', () => {
    const mapping = {
      source: AUTHORITY,
      target: OTHER_AUTHORITY,
      version: 1,
      digest: rootOf(2),
      effectiveFrom: T + LEAD,
      deadline: FAR_FUTURE,
    };
    const signed = () => ({
      bySource: approveMapping(keyOf('authority'), deployment, mapping),
      byTarget: approveMapping(keyOf('otherAuthority'), deployment, mapping),
    });

    it('need the signatures of both admins', async () => {
      const client = new PolicyRegistryClient({ ...hands.authority, deployment });
      const { bySource } = signed();
      const alone = client.publishMapping(mapping, { bySource, byTarget: bySource });
      const { revert } = await failure(alone, 'LEDGER_REVERTED');
      expect(revert).to.deep.equal({ name: 'PolicyRegistryInvalidSignature', args: [OTHER_AUTHORITY] });
    });

    it('are published once by whoever hands them in, and withdrawn by either side', async () => {
      const anyone = new PolicyRegistryClient({ ...hands.account, deployment });
      await anyone.publishMapping(mapping, signed());
      const before = await sent(hands.account);
      await anyone.publishMapping(mapping, signed());
      expect(await sent(hands.account)).to.equal(before);
      const other = new PolicyRegistryClient({ ...hands.otherAuthority, deployment });
      await other.withdrawMapping(AUTHORITY, OTHER_AUTHORITY, { version: 1, effectiveFrom: T + 200 });
      const state = await readState();
      const at = (seconds: number) => state.policies.mappingAt(AUTHORITY, OTHER_AUTHORITY, seconds)?.version;
      expect([T + LEAD - 1, T + LEAD, T + 199, T + 200].map(at)).to.deep.equal([undefined, 1, 1, undefined]);
      expect(state.policies.mappingAt(OTHER_AUTHORITY, AUTHORITY, T + LEAD)).to.equal(undefined);
    });

    it('hold in an emergency until a withdrawal ahead, and end at once by a side that is suspended', async () => {
      const { governor, account, authority, otherAuthority } = hands;
      const back = { ...mapping, source: OTHER_AUTHORITY, target: AUTHORITY };
      await new PolicyRegistryClient({ ...account, deployment }).publishMapping(back, {
        bySource: approveMapping(keyOf('otherAuthority'), deployment, back),
        byTarget: approveMapping(keyOf('authority'), deployment, back),
      });
      const client = new PolicyRegistryClient({ ...authority, deployment });
      await client.withdrawMapping(back.source, back.target, { version: 1, effectiveFrom: T + 200 });
      await governor.sender.send(expediteMapping(deployment, back));
      const holdsAt = async (...times: readonly number[]) => {
        const { policies } = await readState();
        return times.map((seconds) => policies.mappingAt(back.source, back.target, seconds)?.version);
      };
      expect(await holdsAt(T - 1, T, T + 199, T + 200)).to.deep.equal([undefined, 1, 1, undefined]);
      await governor.sender.send(suspendAuthority(deployment, OTHER_AUTHORITY));
      const suspended = new PolicyRegistryClient({ ...otherAuthority, deployment });
      await suspended.withdrawMapping(back.source, back.target, { version: 1 });
      await governor.sender.send(reinstateAuthority(deployment, OTHER_AUTHORITY, 0));
      expect(await holdsAt(T, T + 199)).to.deep.equal([undefined, undefined]);
      expect(await client.mapping(back.source, back.target)).to.deep.equal({ version: 3, effectiveFrom: T });
    });
  });

  describe('conversions', () => {
    const pair = { source: ISSUER, target: OTHER_ISSUER };
    const clients = () => ({
      source: new ConversionRegistryClient({ ...hands.account, deployment, issuer: ISSUER }),
      target: new ConversionRegistryClient({ ...hands.otherAccount, deployment, issuer: OTHER_ISSUER }),
    });

    it('are spent and acknowledged once each, in batches of up to 256', async () => {
      const { source, target } = clients();
      const batch = { partner: OTHER_ISSUER, sequence: 1, values: valuesOf('spent', 256) };
      const answers = { partner: ISSUER, sequence: 1, values: valuesOf('answer') };
      await source.spend(batch);
      await target.acknowledge(answers);
      const before = [await sent(hands.account), await sent(hands.otherAccount)];
      await source.spend(batch);
      await target.acknowledge(answers);
      expect([await sent(hands.account), await sent(hands.otherAccount)]).to.deep.equal(before);
      expect(await source.sequences(pair)).to.deep.equal({ spent: 1, acknowledged: 1 });
      const [first = new Uint8Array()] = batch.values;
      expect(await source.spentIn(pair, first)).to.equal(1);
      expect(await source.spentIn({ source: OTHER_ISSUER, target: ISSUER }, first)).to.equal(0);
      const { conversions } = await readState();
      for (const value of batch.values) {
        expect(conversions.isSpent(ISSUER, OTHER_ISSUER, value)).to.equal(true);
      }
      expect(conversions.pair(ISSUER, OTHER_ISSUER)).to.deep.include(pair);
      expect(conversions.pair(ISSUER, OTHER_ISSUER)?.acknowledged.count).to.equal(8);
    });

    it('are refused with the nullifier that was spent before, and with a sequence that is taken', async () => {
      const { source } = clients();
      const { spent } = await source.sequences(pair);
      const [old] = valuesOf('spent', 256);
      const values = [...valuesOf('new').slice(1), old ?? new Uint8Array()];
      const again = source.spend({ partner: OTHER_ISSUER, sequence: spent + 1, values });
      const { revert } = await failure(again, 'LEDGER_REVERTED');
      expect(revert).to.deep.equal({
        name: 'ConversionRegistryAlreadySpent',
        args: [toHex(old ?? new Uint8Array())],
      });
      const taken = source.spend({ partner: OTHER_ISSUER, sequence: spent, values: valuesOf('other') });
      const error = await failure(taken, 'LEDGER_REVERTED');
      expect(error.revert?.name).to.equal('ConversionRegistryWrongSequence');
    });

    it('of many tries at once with one sequence, one batch is taken', async () => {
      const { source } = clients();
      const { spent } = await source.sequences(pair);
      const tries = Array.from({ length: runs(20, 100) }, (_, i) =>
        source.spend({ partner: OTHER_ISSUER, sequence: spent + 1, values: valuesOf(`try ${i}`) }),
      );
      const outcomes = await Promise.allSettled(tries);
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).to.have.lengthOf(1);
      expect((await source.sequences(pair)).spent).to.equal(spent + 1);
    });
  });

  it('are not there on a ledger that was founded without them, which is read as ever', async () => {
    const { policyRegistry: _p, conversionRegistry: _c, ...contracts } = deployment.contracts;
    const old: Deployment = { ...deployment, contracts };
    const state = new LedgerState();
    await using replica = await Replica.open({ rpcUrls: [node.url], deployment: old }, { state });
    await replica.sync();
    expect(state.trust.issuer(OTHER_ISSUER)).to.not.equal(undefined);
    expect([...state.conversions.pairs()]).to.deep.equal([]);
    expect(() => new ConversionRegistryClient({ ...hands.account, deployment: old, issuer: ISSUER }))
      .to.throw()
      .with.property('code', 'LEDGER_DEPLOYMENT_INVALID');
  });
});
