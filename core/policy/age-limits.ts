/**
 * At which ages rules can change their answer. Where they only compare the age with numbers, two ages between the
 * same numbers are alike, and a person of unknown age need not be tried at every age.
 */
import type { Expression } from './expression.ts';
import { pathsOf } from './expression.ts';
import type { AgeLimits } from './policy.ts';

const AGE = 'payload.person.ageYears';
const COMPARISONS: ReadonlySet<string> = new Set(['<', '>', '<=', '>=', '===']);

/** `undefined`: no rule looks at the age. */
export function ageLimitsOf(logics: readonly Expression[]): AgeLimits | undefined {
  const paths = new Set(logics.flatMap((logic) => [...pathsOf(logic)]));
  const doLook = [...paths].some((path) => path === 'payload' || path.startsWith('payload.person'));
  if (!doLook) return undefined;
  const limits = new Set<number>();
  const areAllCompared =
    logics.every((logic) => collect(logic, limits)) && !paths.has('payload') && !paths.has('payload.person');
  return areAllCompared ? [...limits].toSorted((a, b) => a - b) : 'every';
}

/** The ages worth trying from the youngest to the oldest. */
export function agesToTry(limits: AgeLimits, youngest: number, oldest: number): readonly number[] {
  if (limits === 'every')
    return Array.from({ length: oldest - youngest + 1 }, (_, place) => youngest + place);
  const around = limits.flatMap((limit) => [limit - 1, limit, limit + 1]);
  return [...new Set([youngest, oldest, ...around])].filter((age) => youngest <= age && age <= oldest);
}

/** Whether the age stands nowhere but beside numbers; puts those into `limits`. */
function collect(value: unknown, limits: Set<number>): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every((item) => !isAge(item) && collect(item, limits));
  return Object.entries(value).every(([operator, operands]) => {
    if (!Array.isArray(operands) || !operands.some(isAge)) return collect(operands, limits);
    const others = operands.filter((operand) => !isAge(operand));
    const areNumbers = others.every((operand) => typeof operand === 'number');
    for (const other of others) if (typeof other === 'number') limits.add(other);
    return areNumbers && COMPARISONS.has(operator);
  });
}

function isAge(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'var' in value && value.var === AGE;
}
