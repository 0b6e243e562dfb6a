import { expect } from 'chai';
import { LedgerError, type LedgerErrorCode } from '../../../ledger/errors.ts';

/** Awaits a `LedgerError` with this code, and returns it. */
export async function failure(promise: Promise<unknown>, code: LedgerErrorCode): Promise<LedgerError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).to.be.instanceOf(LedgerError);
  expect((error as LedgerError).code).to.equal(code);
  return error as LedgerError;
}
