/** As `test/support/throws-code.ts`, for what comes as a promise. */
import { expect } from 'chai';
import { HclError } from '../../../core/errors.ts';

export async function expectRejects(run: () => Promise<unknown>, code: string): Promise<void> {
  expect(await codeRejectedBy(run)).to.equal(code);
}

async function codeRejectedBy(run: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await run();
  } catch (error) {
    if (error instanceof HclError) return error.code;
    throw error;
  }
  return undefined;
}
