/**
 * The cases that a policy ships with: facts, a moment, and what must follow. They stand beside the policy in its
 * file, `{"policy": …, "cases": […]}`, and are no part of its digest.
 *
 *   { "name": "three doses", "at": "2022-12-21T12:00:00+08:00", "person": {"dob": "1980-05-05"}, "trip": {},
 *     "records": [{"type": "vaccination", "facts": {"doseNumber": 3, …}, "issuer": {"did": …, "jurisdiction": "HK"}}],
 *     "expected": {"kind": "accepted", "outcome": "pass", "failed": [], "undecided": []} }
 */
import type { JsonValue } from '../bytes/canonical-json.ts';
import { isJsonObject, type JsonObject } from '../bytes/strict-json.ts';
import { OUTCOMES } from '../verify/reasons.ts';
import { evaluatePolicy, type Decision, type PolicyReport } from './evaluate.ts';
import type { FactRecord, Facts } from './facts.ts';
import { JsonFields } from './json-fields.ts';
import { isEffective, type Policy } from './policy.ts';

export interface CaseFacts {
  readonly name: string;
  /** Unix seconds. */
  readonly atSeconds: number;
  readonly facts: Facts;
}

export interface PolicyCase extends CaseFacts {
  readonly expected: Decision & { readonly failed: readonly string[]; readonly undecided: readonly string[] };
}

export interface CaseResult {
  readonly report: PolicyReport;
  /** What differs from what is expected; empty: nothing. */
  readonly differences: readonly string[];
}

const MAX_CASES = 2000;
const RULE = /^[A-Za-z0-9-]{1,40}$/;

/** The cases of a policy file; none when it is a policy alone. Throws `POLICY_FIELD`. */
export function parseCases(file: JsonValue): readonly PolicyCase[] {
  if (!isJsonObject(file) || !Object.hasOwn(file, 'cases')) return [];
  const fields = new JsonFields(file, 'file');
  fields.value('policy');
  const cases = fields.list('cases', { max: MAX_CASES }).map((item, place) => {
    return parseCase(item, `${fields.pathOf('cases')}.${place}`);
  });
  fields.refuseOthers();
  return cases;
}

/** A case of which nobody says what must follow: for `hcl policy explain`. Throws `POLICY_FIELD`. */
export function parseCaseFacts(value: JsonValue, path: string): CaseFacts {
  const fields = new JsonFields(value, path);
  fields.value('expected');
  return readFacts(fields);
}

export function runCase(policy: Policy, { atSeconds, expected, facts }: PolicyCase): CaseResult {
  const report = evaluatePolicy(policy, facts, atSeconds);
  const idsOf = (result: string): string =>
    report.rules
      .filter((rule) => rule.result === result)
      .map(({ id }) => id)
      .toSorted()
      .join(', ');
  const compared = [
    { what: 'kind', is: report.kind, must: expected.kind },
    { what: 'outcome', is: report.outcome, must: expected.outcome },
    { what: 'failed', is: idsOf('fail'), must: expected.failed.toSorted().join(', ') },
    { what: 'undecided', is: idsOf('undecided'), must: expected.undecided.toSorted().join(', ') },
    { what: 'time', is: isEffective(policy, atSeconds), must: true },
  ];
  const differences = compared
    .filter(({ is, must }) => is !== must)
    .map(({ what, is, must }) => `${what} is ${String(is) || 'none'}, not ${String(must) || 'none'}`);
  return { report, differences };
}

function parseCase(value: JsonValue, path: string): PolicyCase {
  const fields = new JsonFields(value, path);
  const expected = fields.object('expected');
  const optional = (name: string): readonly string[] =>
    expected.has(name) ? expected.texts(name, RULE, { max: 64 }) : [];
  const parsed = {
    ...readFacts(fields),
    expected: {
      kind: expected.oneOf('kind', ['accepted', 'refused', 'undecided']),
      outcome: expected.oneOf('outcome', OUTCOMES),
      failed: optional('failed'),
      undecided: optional('undecided'),
    },
  };
  expected.refuseOthers();
  return parsed;
}

function readFacts(fields: JsonFields): CaseFacts {
  const person = fields.object('person');
  const trip = fields.value('trip');
  if (!isJsonObject(trip)) throw fields.wrong('trip', 'is not an object');
  const facts = {
    person: {
      ...(person.has('dob') ? { dob: person.text('dob') } : {}),
      ...(person.has('sex') ? { sex: person.text('sex') } : {}),
    },
    records: fields.list('records', { max: 64 }).map((item, place) => {
      return readRecord(item, `${fields.pathOf('records')}.${place}`);
    }),
    trip,
  };
  person.refuseOthers();
  const read = { name: fields.text('name'), atSeconds: fields.moment('at'), facts };
  fields.refuseOthers();
  return read;
}

function readRecord(value: JsonValue, path: string): FactRecord {
  const fields = new JsonFields(value, path);
  const facts: JsonValue | undefined = fields.value('facts');
  if (!isJsonObject(facts)) throw fields.wrong('facts', 'is not an object');
  const issuer = fields.has('issuer') ? fields.object('issuer') : undefined;
  const record = {
    type: fields.text('type', /^[a-z]{1,40}$/),
    facts: facts satisfies JsonObject,
    ...(issuer === undefined
      ? {}
      : { issuer: { did: issuer.text('did'), jurisdiction: issuer.text('jurisdiction', /^[A-Z]{2}$/) } }),
  };
  issuer?.refuseOthers();
  fields.refuseOthers();
  return record;
}
