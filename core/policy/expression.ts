/**
 * A CertLogic expression (specification 1.3.2) that is safe to evaluate: of the specified form, bounded in depth
 * and size, and reaching for nothing that a value merely inherits.
 *
 *   {"and": [{"var": "payload.v.0"}, {"===": [{"var": "payload.v.0.tg"}, "840539006"]}]}
 *
 * What it may cost is bounded too: every operation but `reduce` looks at each part of itself once; `reduce`
 * evaluates its lambda once for each item, and lambdas nest. See {@link costOf}.
 */
import type { CertLogicExpression } from 'certlogic-js/dist/typings.js';
import { validateFormat } from 'certlogic-js/dist/validation/format-validator.js';
import { PolicyError } from './errors.ts';

/** Parsed: nothing but {@link parseExpression} makes one. */
export type Expression = CertLogicExpression & { readonly [parsed]: true };
declare const parsed: unique symbol;

export const MAX_EXPRESSION_DEPTH = 64;
export const MAX_EXPRESSION_NODES = 5000;
const MAX_TEXT = 2000;

/** What every object, list or text has without anybody having said it. */
const INHERITED: ReadonlySet<string> = new Set(
  [Object.prototype, Array.prototype, String.prototype, Number.prototype, Boolean.prototype]
    .flatMap((prototype) => Object.getOwnPropertyNames(prototype))
    .filter((name) => name !== 'length'),
);

/**
 * Throws `POLICY_EXPRESSION_TOO_LARGE`, `POLICY_EXPRESSION_INVALID` for what is no CertLogic, and
 * `POLICY_PATH_FORBIDDEN` for a `var` that reaches for an inherited member (`__proto__`, `constructor` …).
 */
export function parseExpression(value: unknown): Expression {
  checkParts(value);
  const problem = formatProblem(value);
  if (problem !== undefined) throw new PolicyError('POLICY_EXPRESSION_INVALID', shorten(problem));
  // Checked just now.
  return value as Expression;
}

function formatProblem(value: unknown): string | undefined {
  try {
    return validateFormat(value)[0]?.message;
  } catch {
    // It writes operands into its messages, and an object with a `toString` of its own cannot be written.
    return 'an operand that no operation takes';
  }
}

/**
 * The paths of all `var` operations, as they are written; those in a lambda start at `accumulator` or `current`.
 */
export function pathsOf(expression: Expression): ReadonlySet<string> {
  const paths = new Set<string>();
  visit(expression, (operator, operands) => {
    // A parsed `var` holds a text.
    if (operator === 'var') paths.add(operands as string);
  });
  return paths;
}

/** The operators in use. */
export function operatorsOf(expression: Expression): ReadonlySet<string> {
  const operators = new Set<string>();
  visit(expression, (operator) => operators.add(operator));
  return operators;
}

/**
 * At most how many operations an evaluation takes when no list it can reach is longer than `longestList`.
 * Lists come from the data, or are written out in the expression, so none is longer than the longer of both.
 */
export function costOf(expression: unknown, longestList: number): number {
  return weigh(expression, Math.max(longestList, longestListIn(expression), 1));
}

/** The length of the longest list anywhere in a JSON value. */
export function longestListIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const items: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
  let longest = Array.isArray(value) ? items.length : 0;
  for (const item of items) longest = Math.max(longest, longestListIn(item));
  return longest;
}

function weigh(value: unknown, listLength: number): number {
  if (typeof value !== 'object' || value === null) return 1;
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + weigh(item, listLength), 1);
  const entry = Object.entries(value)[0];
  if (entry === undefined) return 1;
  const [operator, operands] = entry as [string, unknown];
  if (operator === 'reduce' && Array.isArray(operands)) {
    const [list, lambda, initial]: readonly unknown[] = operands;
    return 1 + weigh(list, listLength) + weigh(initial, listLength) + listLength * weigh(lambda, listLength);
  }
  return (operator === 'in' ? listLength : 0) + 1 + weigh(operands, listLength);
}

function visit(value: unknown, see: (operator: string, operands: unknown) => void): void {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const item of value) visit(item, see);
    return;
  }
  for (const [operator, operands] of Object.entries(value)) {
    see(operator, operands);
    visit(operands, see);
  }
}

/** Before anybody recurses without looking: depth, size, and names that are not what they seem. */
function checkParts(root: unknown): void {
  let nodes = 0;
  const check = (value: unknown, depth: number): void => {
    if (++nodes > MAX_EXPRESSION_NODES || depth > MAX_EXPRESSION_DEPTH) {
      const limits = `${MAX_EXPRESSION_NODES} parts and ${MAX_EXPRESSION_DEPTH} levels`;
      throw new PolicyError('POLICY_EXPRESSION_TOO_LARGE', `an expression has at most ${limits}`);
    }
    if (typeof value === 'string' && value.length > MAX_TEXT) {
      throw new PolicyError('POLICY_EXPRESSION_TOO_LARGE', `a text has at most ${MAX_TEXT} characters`);
    }
    if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) {
      throw new PolicyError('POLICY_EXPRESSION_INVALID', 'an integer that loses digits');
    }
    if (typeof value !== 'object' || value === null) return;
    if (Array.isArray(value)) {
      for (const item of value) check(item, depth + 1);
      return;
    }
    for (const [operator, operands] of Object.entries(value)) {
      if (operator === 'var' && typeof operands === 'string') checkPath(operands);
      check(operands, depth + 1);
    }
  };
  check(root, 0);
}

function checkPath(path: string): void {
  if (path.length > MAX_TEXT) {
    throw new PolicyError('POLICY_EXPRESSION_TOO_LARGE', `a path has at most ${MAX_TEXT} characters`);
  }
  const inherited = path.split('.').find((segment) => INHERITED.has(segment));
  if (inherited !== undefined) {
    throw new PolicyError('POLICY_PATH_FORBIDDEN', `a path reaches for ${inherited}, which no fact has`);
  }
}

function shorten(message: string): string {
  return message.length > 120 ? `${message.slice(0, 119)}…` : message;
}
