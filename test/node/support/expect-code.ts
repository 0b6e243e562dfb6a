import { expect } from 'chai';

/** Asserts that a promise rejects with an error of this code. */
export async function expectCode(promise: Promise<unknown>, code: string): Promise<void> {
  try {
    await promise;
  } catch (error) {
    expect(error instanceof Error && 'code' in error ? error.code : error).to.equal(code);
    return;
  }
  expect.fail(`expected a rejection with ${code}`);
}
