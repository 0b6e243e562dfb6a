/**
 * Evaluating CertLogic: npm `certlogic-js`, wrapped here once. An expression says yes, says no, or does not
 * decide: whatever it throws, and every value but `true` and `false`, is "could not decide", never a no.
 */
import { evaluate } from 'certlogic-js/dist/evaluator.js';
import { costOf, type Expression } from './expression.ts';

export type Answer = 'yes' | 'no' | 'undecided';

/** Evaluations that might take more operations are not begun. About a tenth of a second. */
export const MAX_COST = 1_000_000;

/** @param longestList length of the longest list in the data that the expression is asked about */
export function isAffordable(expression: Expression, longestList: number): boolean {
  return costOf(expression, longestList) <= MAX_COST;
}

/**
 * For expressions that are affordable over `data`.
 *
 * @param data any JSON value; `var` paths start at its members
 */
export function ask(expression: Expression, data: unknown): Answer {
  try {
    const value: unknown = evaluate(expression, data);
    return value === true ? 'yes' : value === false ? 'no' : 'undecided';
  } catch {
    return 'undecided';
  }
}
