/** What rules ask an officer: their word counts as it does in `POST /verify`, without it nothing passes, and no network is asked. */
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import { readCheckpointPolicy } from '../../../core/policy/checkpoint-policy.ts';
import { defaultPolicies } from '../../../core/policy/default-policies.ts';
import { fullBundle } from '../../../core/bundle/make-bundle.ts';
import { toUtf8 } from '../../../core/bytes/utf8.ts';
import type { HealthRecord } from '../../../core/record/record.ts';
import { verifyTogether } from '../../../core/verify/together.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { AGEING_SECONDS, type RulePassage } from '../../../web/checkpoint/engine/checkpoint-policy.ts';
import { Engine } from '../../../web/checkpoint/engine/engine.ts';
import type { Decision } from '../../../web/checkpoint/engine/protocol.ts';
import { STATED_FACTS, type Stated } from '../../../web/checkpoint/engine/stated.ts';
import { makeConsortium, testRecord, type Consortium } from '../../support/consortium.ts';
import { Publishing } from '../../support/publishing.ts';
import { declarationRecord } from '../../support/sample-records.ts';

const RETURNING: RulePassage = {
  jurisdiction: 'HK',
  place: 'port:HZMB',
  route: 'CN>HK',
  traveller: 'resident',
};
const YELLOW_FEVER: RulePassage = { ...RETURNING, jurisdiction: 'ZZ' };
/** Asked, and each answer to the other question. */
const ANSWERS = [undefined, true, false] as const;

describe('what the page’s rules ask an officer', () => {
  let consortium: Consortium;
  let engine: Engine;
  let texts: readonly string[];
  let fetched: string[];

  /** Somebody who meets every rule of Return2HK but those that only an officer can answer. */
  before(async () => {
    consortium = makeConsortium({ seed: 14 });
    const [health, , macao] = consortium.issuers;
    const { subject } = testRecord();
    const codes = await Promise.all([
      consortium.issueCodes([testRecord()], { profile: 'travel', ...(macao && { issuer: macao }) }),
      consortium.issueCodes([declared(subject)], { profile: 'travel', ...(health && { issuer: health }) }),
    ]);
    texts = codes.flat().map(({ text }) => text);
    consortium.publishStatus(consortium.issuer, [], consortium.nowSeconds + 86_400);
    const publishing = new Publishing(consortium);
    fetched = [];
    engine = new Engine({
      crypto: nodeCrypto,
      get: (path) => {
        fetched.push(path);
        return Promise.reject(new Error('nothing is asked for'));
      },
    });
    const trust = toUtf8(JSON.stringify(publishing.context().trust));
    await engine.answer({ kind: 'trust-bundles-of', bytes: trust });
    const bundle = fullBundle(await publishing.source());
    await engine.answer({ kind: 'restore', kept: { bundle, trust, deltas: [] } });
  });

  async function decide(stated?: Stated, passage: RulePassage = RETURNING): Promise<Decision> {
    const { nowSeconds } = consortium;
    const policy = { mode: 'border', ageingSeconds: AGEING_SECONDS.border, passage } as const;
    const question = { texts, policy, nowSeconds, ...(stated === undefined ? {} : { stated }) };
    const answer = await engine.answer({ kind: 'verify', question });
    if (answer.kind !== 'decision') throw new Error(answer.kind);
    return answer.decision;
  }

  it('is told with the decision, and nobody passes while it is open', async () => {
    for (const stated of [undefined, {}, { booked: true }, { atRiskPlace: false }]) {
      const decision = await decide(stated);
      expect(decision.outcome).to.equal('refer');
      expect(decision.reasons).to.deep.equal(['RULE_UNDECIDED']);
      expect(decision.asks).to.deep.equal(['booked', 'atRiskPlace']);
      expect(decision.stated).to.deep.equal(stated ?? {});
    }
  });

  it('opens the green lane where a booking was seen, and the pink one where it was not', async () => {
    const green = await decide({ booked: true, atRiskPlace: false });
    expect([green.outcome, green.reasons]).to.deep.equal(['pass', []]);
    const pink = await decide({ booked: false, atRiskPlace: false });
    expect([pink.outcome, pink.reasons]).to.deep.equal(['condition', ['RULE_CONDITION']]);
  });

  it('counts as in POST /verify, whatever was asked', async () => {
    const sources = {
      shipped: async () => defaultPolicies(),
      readText: () => Promise.reject(new Error('there is no file')),
      filesIn: async () => undefined,
      beside: (_path: string, name: string) => name,
    };
    const base = await readCheckpointPolicy('base', { path: 'base', nowSeconds: 0 }, sources);
    const { state, statusLists } = consortium.context();
    for (const stated of everyAnswer()) {
      const policy = await base.asked({ passage: RETURNING, trip: { ...stated } });
      const { nowSeconds } = consortium;
      const context = { crypto: nodeCrypto, state, statusLists, nowSeconds, policy };
      const service = await verifyTogether(texts, context);
      const { outcome, policies, reasons } = await decide(stated);
      expect({ outcome, policies, reasons }, JSON.stringify(stated)).to.deep.equal({
        outcome: service.outcome,
        policies: service.policies,
        reasons: service.reasons,
      });
    }
  });

  it('is nothing where no rule in force needs it, and what is said all the same changes nothing', async () => {
    const silent = await decide(undefined, YELLOW_FEVER);
    expect(silent).not.to.have.any.keys('asks', 'stated');
    for (const stated of everyAnswer()) expect(await decide(stated, YELLOW_FEVER)).to.deep.equal(silent);
  });

  it('cannot say what the device itself knows: the passage is its own', async () => {
    const lie = { booked: true, atRiskPlace: false, place: 'port:none', traveller: 'visitor' };
    expect((await decide(lie)).policies).to.deep.equal(
      (await decide({ booked: true, atRiskPlace: false })).policies,
    );
  });

  it('is asked of no network', async () => {
    fetched.length = 0;
    await decide({ booked: true, atRiskPlace: false });
    expect(fetched).to.deep.equal([]);
  });

  it('has a question for every yes or no that a rule of ours needs', () => {
    const needed = defaultPolicies()
      .policies.flatMap(({ rules }) => rules)
      .flatMap(({ logic, needs }) => needs.filter((path) => isYesOrNo(JSON.stringify(logic), path)));
    const facts = needed.map((path) => path.replace('external.trip.', ''));
    expect([...new Set(facts)]).to.have.members([...STATED_FACTS]);
  });
});

function declared(subject: ReturnType<typeof testRecord>['subject']): HealthRecord {
  return declarationRecord({
    subject,
    symptoms: ['hcl|none'],
    contact: 'hcl|no',
    declaredAt: '2022-12-20T20:00:00+08:00',
    stays: [{ country: 'CN', region: '440400', place: 'Zhuhai', from: '2022-12-01', to: '2022-12-20' }],
  });
}

function everyAnswer(): readonly Stated[] {
  return ANSWERS.flatMap((booked) =>
    ANSWERS.map((atRiskPlace) => ({
      ...(booked === undefined ? {} : { booked }),
      ...(atRiskPlace === undefined ? {} : { atRiskPlace }),
    })),
  );
}

/** Compared with `true` and with nothing else. */
function isYesOrNo(logic: string, path: string): boolean {
  return logic.includes(`{"===":[{"var":"${path}"},true]}`);
}
