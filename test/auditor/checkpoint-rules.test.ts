/** Whose rules are on the ledger, and whether a checkpoint asks those: its own word on the ledger is not believed. */
import { expect } from 'chai';
import { beforeEach, describe, it } from 'mocha';
import { auditCheckpoint, isAtOdds } from '../../auditor/checkpoint-rules.ts';
import { policiesOnLedger } from '../../auditor/policies-on-ledger.ts';
import type { CheckpointReport } from '../../auditor/report.ts';
import { toHex, type Hex } from '../../core/bytes/hex.ts';
import { policyDigest } from '../../core/policy/digest.ts';
import type { Policy } from '../../core/policy/policy.ts';
import { policyIdOf } from '../../ledger/policy-id.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { FetchError } from '../../verifier/fetch-json.ts';
import { makeConsortium, type Consortium } from '../support/consortium.ts';
import { ruleJson, testPolicy } from '../support/policies.ts';

const good = testPolicy({ rules: [ruleJson({ logic: false })] });
const bent = testPolicy();
const digestOf = (policy: Policy): Hex => toHex(policyDigest(nodeCrypto, policy));

describe("an audit of checkpoints' rules", () => {
  let consortium: Consortium;

  beforeEach(() => {
    consortium = makeConsortium({ seed: 33 });
  });

  const said = (...policies: readonly Policy[]): object => ({
    policies: [
      {
        id: 'lane',
        // What it says of the ledger is a lie.
        rules: policies.map((policy) => {
          const { id, jurisdiction, version } = policy;
          return { id, jurisdiction, version, digest: digestOf(policy), registration: 'registered' };
        }),
      },
    ],
  });
  function audit(answer: unknown): Promise<CheckpointReport> {
    const fetch = async (url: string): Promise<unknown> => {
      expect(url).to.equal('http://gate.test/state');
      if (answer instanceof Error) throw answer;
      return answer;
    };
    const { nowSeconds, state } = consortium;
    return auditCheckpoint('http://gate.test', { fetch, state }, nowSeconds);
  }
  const registrations = ({ rules }: CheckpointReport): readonly string[] =>
    rules.map(({ registration }) => registration);

  it('lists what is in force, by whom, and what lies ahead', () => {
    const { issuer, nowSeconds, state } = consortium;
    const place = { jurisdiction: 'HK', authority: 'HK-DH' };
    expect(policiesOnLedger(state, nowSeconds)).to.deep.equal([]);
    consortium.publishPolicy(issuer, good);
    const held = { ...place, policy: policyIdOf('test.rule'), version: 1, digest: digestOf(good) };
    expect(policiesOnLedger(state, nowSeconds)).to.deep.equal([{ ...held, isAhead: false }]);
    consortium.publishPolicy(issuer, bent, nowSeconds + 60);
    expect(policiesOnLedger(state, nowSeconds)).to.deep.equal([{ ...held, isAhead: true }]);
    consortium.withdrawPolicy(issuer, good);
    const [withdrawn] = policiesOnLedger(state, nowSeconds);
    expect(withdrawn).to.deep.equal({ ...place, policy: held.policy, isAhead: true });
  });

  it('passes a checkpoint that asks what is in force, and tells what nobody has registered', async () => {
    consortium.publishPolicy(consortium.issuer, good);
    const report = await audit(said(good, testPolicy({ id: 'test.other' })));
    expect(registrations(report)).to.deep.equal(['registered', 'unregistered']);
    expect(isAtOdds(report)).to.equal(false);
  });

  it('fails a checkpoint that asks bent rules, whatever it says of them', async () => {
    consortium.publishPolicy(consortium.issuer, good);
    const report = await audit(said(bent));
    expect(registrations(report)).to.deep.equal(['other']);
    expect(isAtOdds(report)).to.equal(true);
  });

  it('fails a checkpoint that asks withdrawn rules', async () => {
    consortium.publishPolicy(consortium.issuer, good);
    consortium.withdrawPolicy(consortium.issuer, good);
    const report = await audit(said(good));
    expect(registrations(report)).to.deep.equal(['withdrawn']);
    expect(isAtOdds(report)).to.equal(true);
  });

  for (const [what, answer] of [
    ['does not answer', new FetchError('FETCH_UNREACHABLE', 'nobody answers')],
    ['answers something else', { policies: [{ rules: [{ id: 'x' }] }] }],
  ] as const) {
    it(`fails a checkpoint that ${what}, and says so`, async () => {
      const report = await audit(answer);
      expect(report.problem).to.be.a('string');
      expect(isAtOdds(report)).to.equal(true);
    });
  }
});
