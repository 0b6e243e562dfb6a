/** The JSON form of a policy's rules, with every name that a rule uses looked up. */
import type { JsonValue } from '../bytes/canonical-json.ts';
import type { JsonObject } from '../bytes/strict-json.ts';
import { MAX_COST } from './certlogic.ts';
import { PolicyError } from './errors.ts';
import {
  costOf,
  longestListIn,
  operatorsOf,
  parseExpression,
  pathsOf,
  type Expression,
} from './expression.ts';
import { MAX_RECORDS } from './facts.ts';
import { JsonFields } from './json-fields.ts';
import type { Rule } from './policy.ts';
import { readTexts } from './texts-form.ts';
import type { Window } from './window.ts';

const ID = /^[a-z][A-Za-z0-9-]{0,39}$/;
const PATH = /^[A-Za-z0-9]+(?:\.[A-Za-z0-9-]+)*$/;
const MAX_RULES = 64;
const DATE_OPERATORS = ['plusTime', 'after', 'before', 'not-after', 'not-before', 'dccDateOfBirth'];
const ROOTS: ReadonlySet<string> = new Set(['payload', 'external', 'accumulator', 'current']);

/** Throws `POLICY_FIELD`, or an error of `expression.ts`. */
export function readRules(
  policy: JsonFields,
  windows: ReadonlyMap<string, Window>,
  valueSets: JsonObject,
): readonly Rule[] {
  const names = { windows, valueSets };
  const rules = policy.list('rules', { max: MAX_RULES }).map((rule, i) => readRule(rule, i, names));
  const ids = new Set(rules.map(({ id }) => id));
  if (ids.size < rules.length) throw policy.wrong('rules', 'has two rules of one id');
  return rules;
}

interface Names {
  readonly windows: ReadonlyMap<string, Window>;
  readonly valueSets: JsonObject;
}

function readRule(value: JsonValue, index: number, names: Names): Rule {
  const fields = new JsonFields(value, `policy.rules.${index}`);
  const written = parseExpression(fields.value('logic'));
  checkLogic(written, fields, names);
  const logic = parseExpression(writeOut(written, names.valueSets));
  if (costOf(logic, MAX_RECORDS) > MAX_COST) {
    throw new PolicyError(
      'POLICY_EXPRESSION_TOO_COSTLY',
      'a rule nests too many reduces over lists this long',
    );
  }
  const rule = {
    id: fields.text('id', ID),
    logic,
    needs: fields.has('needs') ? fields.texts('needs', PATH, { max: 16 }) : [],
    otherwise: fields.oneOf('otherwise', ['condition', 'refer', 'stop']),
    message: readTexts(fields.object('message')),
  };
  fields.refuseOthers();
  return rule;
}

/**
 * Value sets written out in place: inside the lambda of a `reduce`, `var` sees nothing but the item at hand.
 * `external.valueSets.negative` → `["sct|260415000"]`.
 */
function writeOut(logic: unknown, valueSets: JsonObject): unknown {
  if (typeof logic !== 'object' || logic === null) return logic;
  if (Array.isArray(logic)) return logic.map((item) => writeOut(item, valueSets));
  const [operator, operands] = Object.entries(logic)[0] ?? ['', undefined];
  const set = operator === 'var' ? /^external\.valueSets\.(\w+)$/.exec(String(operands))?.[1] : undefined;
  return set === undefined ? { [operator]: writeOut(operands, valueSets) } : valueSets[set];
}

/** A name that is misspelt would make a rule that never holds: it is refused here. */
function checkLogic(logic: Expression, fields: JsonFields, { windows, valueSets }: Names): void {
  const operators = operatorsOf(logic);
  const date = DATE_OPERATORS.find((operator) => operators.has(operator));
  if (date !== undefined) throw fields.wrong('logic', `counts time with ${date}: use a window`);
  for (const path of pathsOf(logic)) {
    const [head, ...rest] = path.split('.');
    const window = rest.at(-2) === 'in' || (head === 'current' && rest[0] === 'in') ? rest.at(-1) : undefined;
    if (window !== undefined && !windows.has(window))
      throw fields.wrong('logic', `uses no window of its policy: ${path}`);
    const set = head === 'external' && rest[0] === 'valueSets' ? rest[1] : undefined;
    if (set !== undefined && !Object.hasOwn(valueSets, set)) {
      throw fields.wrong('logic', `uses no value set of its policy: ${path}`);
    }
    if (!ROOTS.has(head ?? '')) throw fields.wrong('logic', `starts at none of its roots: ${path}`);
  }
  if (costOf(logic, Math.max(longestListIn(valueSets), MAX_RECORDS)) > MAX_COST) {
    throw new PolicyError(
      'POLICY_EXPRESSION_TOO_COSTLY',
      'a rule nests too many reduces over lists this long',
    );
  }
}
