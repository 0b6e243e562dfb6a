/**
 * How much of a randomised test to run: the normal run keeps every change quick, `npm run test:long` goes
 * deep. `HCL_SEED` repeats a run; the seed is printed with every failure of a property.
 */
import { env } from 'node:process';

export const isLongRun: boolean = env['HCL_LONG'] === '1';

/** A gate of the contracts (`scripts/contract-gates/`) runs their tests again and again: a few examples will do. */
export const isGateRun: boolean = env['HCL_GATE_FOLDER'] !== undefined;

/** `normal` runs, or `long` in the long form. */
export function runs(normal: number, long: number): number {
  return isLongRun ? long : normal;
}

/** Seed of the seeded generators. */
export const testSeed: number = Number(env['HCL_SEED'] ?? 20221221);
