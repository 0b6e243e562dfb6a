/** A small policy for tests: one rule, in force around the fixtures' time, unless changed. */
import type { JsonObject } from '../../core/bytes/strict-json.ts';
import { parsePolicy } from '../../core/policy/policy-form.ts';
import type { Policy } from '../../core/policy/policy.ts';
import { Rulebook } from '../../core/policy/rulebook.ts';

const FOUR = { en: 'one', 'zh-Hant': '一', 'zh-Hans': '一', pt: 'um' };

export function policyJson(changes: JsonObject = {}): JsonObject {
  return {
    form: 'hcl-policy/1',
    id: 'test.rule',
    version: 1,
    topic: 'entry',
    title: FOUR,
    jurisdiction: 'HK',
    effective: { from: '2020-01-01T00:00:00+08:00', until: '2030-01-01T00:00:00+08:00' },
    scope: { places: ['port:*'], routes: ['*'], travellers: ['*'] },
    counting: { offset: '+08:00', leapDayBirthday: '03-01' },
    windows: {},
    rules: [ruleJson()],
    sources: [{ ref: 'test', says: 'made up for a test', confidence: 'L' }],
    ...changes,
  };
}

/** By default a rule that holds. */
export function ruleJson(changes: JsonObject = {}): JsonObject {
  return { id: 'rule', logic: true, otherwise: 'stop', message: FOUR, ...changes };
}

export function testPolicy(changes: JsonObject = {}): Policy {
  return parsePolicy(policyJson(changes));
}

/** A rulebook of one question; two policies in force at once make it ambiguous. */
export function rulebookOf(policies: readonly Policy[], trip: JsonObject = {}): Rulebook {
  return new Rulebook({ questions: [policies], trip });
}
