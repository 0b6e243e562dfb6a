/** The one assertion on errors of pure code: it is ours, and it carries this code. */
import { expect } from 'chai';
import { HclError } from '../../core/errors.ts';

export function expectThrows(run: () => unknown, code: string): void {
  expect(codeThrownBy(run)).to.equal(code);
}

/** The code that `run` throws, `undefined` when it returns; any other error goes on. */
export function codeThrownBy(run: () => unknown): string | undefined {
  try {
    run();
  } catch (error) {
    if (error instanceof HclError) return error.code;
    throw error;
  }
  return undefined;
}

/** The same of a promise. */
export async function expectRejects(promise: Promise<unknown>, code: string): Promise<void> {
  const rejected = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  expectThrows(() => {
    if (rejected !== undefined) throw rejected;
  }, code);
}
