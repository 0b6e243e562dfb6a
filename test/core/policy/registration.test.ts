/** A checkpoint's rules against what the ledger has in force: bent, replaced and withdrawn ones decide nothing. */
import { expect } from 'chai';
import { beforeEach, describe, it } from 'mocha';
import type { JsonObject } from '../../../core/bytes/strict-json.ts';
import { PolicyError } from '../../../core/policy/errors.ts';
import type { Policy } from '../../../core/policy/policy.ts';
import { refuseOthers } from '../../../core/policy/registration.ts';
import { CodeCache } from '../../../core/verify/code-cache.ts';
import { defaultPolicy } from '../../../core/verify/policy.ts';
import type { PolicyRegistry, RegisteredAt } from '../../../core/verify/policy-rules.ts';
import { verifyTogether } from '../../../core/verify/together.ts';
import type { Verdict } from '../../../core/verify/verdict.ts';
import { verifyCode } from '../../../core/verify/verify.ts';
import { LedgerState } from '../../../core/trust/ledger-state.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { RegisteredPolicies, type Unregistered } from '../../../verifier/registered-policies.ts';
import {
  makeConsortium,
  vaccinationRecord,
  type Consortium,
  type FixtureIssuer,
} from '../../support/consortium.ts';
import { ruleJson, rulebookOf, testPolicy } from '../../support/policies.ts';
import { trustOf } from '../foreign/support/foreign-verdict.ts';
import { JUDGED_AT, makeHcertSigner } from '../foreign/support/hcert-signer.ts';

const HOUR = 3600;
/** The same id and version, and a rule that lets everybody through. */
const good = testPolicy({ rules: [ruleJson({ logic: false })] });
const bent = testPolicy();
const next = testPolicy({ version: 2, rules: [ruleJson({ logic: false, otherwise: 'refer' })] });

describe('what the ledger says of a policy', () => {
  let consortium: Consortium;
  let hongKong: FixtureIssuer;
  let macao: FixtureIssuer;

  beforeEach(() => {
    consortium = makeConsortium({ seed: 31 });
    // Hong Kong, Guangdong, Macao.
    [hongKong, , macao] = consortium.issuers as [FixtureIssuer, FixtureIssuer, FixtureIssuer];
  });

  function registry(unregistered: Unregistered = 'tell'): PolicyRegistry {
    return new RegisteredPolicies(nodeCrypto, unregistered).over(consortium.state);
  }
  const find = (policy: Policy, atSeconds: number = consortium.nowSeconds): RegisteredAt =>
    registry().find(policy, atSeconds);
  const said = (policy: Policy, atSeconds?: number): string => find(policy, atSeconds).registration;

  it('is nothing where nobody has published it, or only another authority has', () => {
    expect(said(good)).to.equal('unregistered');
    consortium.publishPolicy(macao, good);
    expect(said(good)).to.equal('unregistered');
  });

  it('is that another content is in force, or was, for one that names a jurisdiction without any, of a member or not', () => {
    const abroad = ['MO', 'ZZ'].map((jurisdiction) => testPolicy({ jurisdiction }));
    const begins = consortium.nowSeconds + HOUR;
    consortium.publishPolicy(hongKong, good, begins);
    for (const moved of abroad) {
      expect(find(moved)).to.deep.equal({ registration: 'unregistered', untilSeconds: begins });
      expect(find(moved, begins)).to.deep.equal({ registration: 'other', untilSeconds: Infinity });
    }
    consortium.withdrawPolicy(hongKong, good);
    expect(abroad.map((moved) => said(moved, begins))).to.deep.equal(['withdrawn', 'withdrawn']);
  });

  it('is what its own jurisdiction says where that has said anything, whatever another has under the id', () => {
    const ours = testPolicy({ jurisdiction: 'MO' });
    const begins = consortium.nowSeconds + HOUR;
    consortium.publishPolicy(hongKong, good);
    consortium.publishPolicy(macao, ours, begins);
    expect(find(ours), 'nothing yet').to.deep.equal({ registration: 'other', untilSeconds: begins });
    consortium.nowSeconds = begins;
    expect([said(good), said(ours), said(bent)]).to.deep.equal(['registered', 'registered', 'other']);
    consortium.withdrawPolicy(macao, ours);
    expect([said(good), said(ours)]).to.deep.equal(['registered', 'withdrawn']);
  });

  it('is that it is in force, and that the same id with another content is not', () => {
    consortium.publishPolicy(hongKong, good);
    expect(said(good)).to.equal('registered');
    expect(said(bent)).to.equal('other');
    expect(said(testPolicy({ id: 'test.rule-2' }))).to.equal('unregistered');
  });

  it('is nothing yet before it begins, and says when that changes', () => {
    const begins = consortium.nowSeconds + HOUR;
    consortium.publishPolicy(hongKong, good, begins);
    expect(find(good)).to.deep.equal({ registration: 'unregistered', untilSeconds: begins });
    expect(find(good, begins)).to.deep.equal({ registration: 'registered', untilSeconds: Infinity });
  });

  it('is that a version gives way to the next from its beginning on', () => {
    consortium.publishPolicy(hongKong, good);
    const begins = consortium.nowSeconds + HOUR;
    consortium.publishPolicy(hongKong, next, begins);
    expect([said(good), said(next)]).to.deep.equal(['registered', 'other']);
    expect([said(good, begins), said(next, begins)]).to.deep.equal(['other', 'registered']);
  });

  it('is that it was withdrawn, until it is published again', () => {
    consortium.publishPolicy(hongKong, good);
    consortium.withdrawPolicy(hongKong, good);
    expect([said(good), said(bent)]).to.deep.equal(['withdrawn', 'withdrawn']);
    consortium.publishPolicy(hongKong, good);
    expect(said(good)).to.equal('registered');
  });

  it('is that one authority of the jurisdiction has it in force, whatever another has', () => {
    const authority = `0x${'77'.repeat(32)}` as const;
    const admin = consortium.makeAccount();
    const checkpointKey = `0x${'01'.repeat(32)}` as const;
    consortium.block([
      { event: 'AuthorityAdmitted', authority, name: 'HK-TD', jurisdiction: 'HK', admin, checkpointKey },
    ]);
    consortium.publishPolicy(hongKong, good);
    consortium.publishPolicy({ ...hongKong, authority }, next);
    expect([said(good), said(next), said(bent)]).to.deep.equal(['registered', 'registered', 'other']);
  });

  it('is unknown where the policies of the ledger are not held: in a bundle, and before anything is read', () => {
    const { head, trust } = consortium.state;
    for (const known of [{ head, trust }, new LedgerState()]) {
      const { registration } = new RegisteredPolicies(nodeCrypto)
        .over(known)
        .find(good, consortium.nowSeconds);
      expect(registration).to.equal('unknown');
    }
  });

  describe('and what follows at a gate', () => {
    let code: string;
    const cache = (): CodeCache => new CodeCache({ maxEntries: 10 });

    beforeEach(async () => {
      const [issued] = await consortium.issueCodes([vaccinationRecord()]);
      code = issued?.text ?? '';
    });

    function ask(
      policies: readonly Policy[],
      unregistered?: Unregistered,
      memory = cache(),
    ): Promise<Verdict> {
      const policy = { ...defaultPolicy, rules: rulebookOf(policies) };
      return askFor(policy, unregistered, memory);
    }
    function askFor(
      policy: typeof defaultPolicy,
      unregistered: Unregistered | undefined,
      memory: CodeCache,
    ): Promise<Verdict> {
      return memory.verify(code, consortium.context({ policy, registry: registry(unregistered) }));
    }
    const short = ({ evidence, outcome, reasons }: Verdict): unknown => [
      outcome,
      ...reasons,
      ...(evidence.policies ?? []).map(({ registered, version }) => ({ registered, version })),
    ];

    it('bent rules let nobody through once the ledger has others in force', async () => {
      expect(short(await ask([bent]))).to.deep.equal(['pass', { registered: false, version: 1 }]);
      consortium.publishPolicy(hongKong, good);
      expect(short(await ask([bent]))).to.deep.equal(['refer', 'POLICY_NOT_IN_FORCE']);
      expect(short(await ask([good]))).to.deep.equal(['stop', 'RULE_STOP', { registered: true, version: 1 }]);
    });

    it('nor with several codes in one scan, nor with a code of another system', async () => {
      // The code of the other system is of June.
      consortium.publishPolicy(hongKong, good, JUDGED_AT);
      const signer = makeHcertSigner();
      const foreignTrust = await trustOf({ hcert: [{ certificate: signer.certificate }] });
      const decided = async (policies: readonly Policy[]): Promise<unknown> => {
        const policy = { ...defaultPolicy, rules: rulebookOf(policies) };
        const context = consortium.context({ policy, registry: registry(), foreignTrust });
        const together = await verifyTogether([code], context);
        const foreign = await verifyCode(signer.issue(), {
          ...context,
          nowSeconds: JUDGED_AT,
          isTimeGiven: true,
        });
        return [together.reasons, foreign.reasons];
      };
      expect(await decided([good])).to.deep.equal([['RULE_STOP'], ['RULE_STOP']]);
      expect(await decided([bent])).to.deep.equal([['POLICY_NOT_IN_FORCE'], ['POLICY_NOT_IN_FORCE']]);
    });

    it('withdrawn rules decide nothing', async () => {
      consortium.publishPolicy(hongKong, bent);
      expect(short(await ask([bent]))).to.deep.equal(['pass', { registered: true, version: 1 }]);
      consortium.withdrawPolicy(hongKong, bent);
      expect(short(await ask([bent]))).to.deep.equal(['refer', 'POLICY_NOT_IN_FORCE']);
    });

    it('of two versions that could answer by their own dates, the one that is in force is asked', async () => {
      expect(short(await ask([good, next]))).to.deep.equal(['refer', 'POLICY_AMBIGUOUS']);
      consortium.publishPolicy(hongKong, good);
      expect(short(await ask([good, next]))).to.deep.equal([
        'stop',
        'RULE_STOP',
        { registered: true, version: 1 },
      ]);
      consortium.publishPolicy(hongKong, next);
      expect(short(await ask([good, next]))).to.deep.equal([
        'refer',
        'RULE_REFER',
        { registered: true, version: 2 },
      ]);
    });

    it('what was remembered ends when the next version begins, though nothing new is heard', async () => {
      consortium.publishPolicy(hongKong, bent);
      consortium.publishPolicy(hongKong, good, consortium.nowSeconds + HOUR);
      consortium.block([]);
      const policy = { ...defaultPolicy, rules: rulebookOf([bent]) };
      const memory = cache();
      expect((await askFor(policy, 'tell', memory)).outcome).to.equal('pass');
      consortium.nowSeconds += HOUR - 1;
      expect((await askFor(policy, 'tell', memory)).outcome).to.equal('pass');
      consortium.nowSeconds += 1;
      expect(short(await askFor(policy, 'tell', memory))).to.deep.equal(['refer', 'POLICY_NOT_IN_FORCE']);
    });

    it('only what is registered is asked where that is demanded', async () => {
      expect(short(await ask([bent], 'refer'))).to.deep.equal(['refer', 'POLICY_NOT_IN_FORCE']);
      consortium.publishPolicy(hongKong, bent);
      expect(short(await ask([bent], 'refer'))).to.deep.equal(['pass', { registered: true, version: 1 }]);
    });

    it('nothing is asked where that is demanded and the policies of the ledger are not held', async () => {
      const { head, trust } = consortium.state;
      const policy = { ...defaultPolicy, rules: rulebookOf([bent]) };
      const blind = new RegisteredPolicies(nodeCrypto, 'refer').over({ head, trust });
      const verdict = await cache().verify(code, consortium.context({ policy, registry: blind }));
      expect(short(verdict)).to.deep.equal(['refer', 'POLICY_NOT_IN_FORCE']);
    });
  });

  describe('refuses a set of rules by name', () => {
    const refusal = (...questions: readonly (readonly Policy[])[]): string => {
      try {
        refuseOthers(questions, consortium.nowSeconds, registry());
        return 'taken';
      } catch (error) {
        if (error instanceof PolicyError) return `${error.code} ${error.message}`;
        throw error;
      }
    };
    const changed = (changes: JsonObject): Policy => testPolicy(changes);

    it('when another content is in force under the id of one', () => {
      expect(refusal([bent])).to.equal('taken');
      consortium.publishPolicy(hongKong, good);
      expect(refusal([good], [bent])).to.equal(
        'POLICY_OTHER_THAN_REGISTERED test.rule@1: the ledger has other rules in force under this id',
      );
    });

    it('and not when another version of the question is in force, is yet to begin, or has ended', () => {
      consortium.publishPolicy(hongKong, good);
      expect(refusal([good, next])).to.equal('taken');
      expect(refusal([changed({ effective: { from: '2029-01-01T00:00:00Z' } })])).to.equal('taken');
      const ended = { from: '2020-01-01T00:00:00Z', until: '2021-01-01T00:00:00Z' };
      expect(refusal([changed({ effective: ended })])).to.equal('taken');
    });

    it('and not when it is withdrawn: then nothing else is meant', () => {
      consortium.publishPolicy(hongKong, good);
      consortium.withdrawPolicy(hongKong, good);
      expect(refusal([bent])).to.equal('taken');
    });
  });
});
