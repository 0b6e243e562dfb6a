/** How HTTP answers errors of conversions: all of them are the sender's to mend, now or a little later. */
import { REFUSALS, type RefusalCode } from '../../core/conversion/refusals.ts';
import type { ProblemTable } from '../../service/problems.ts';

/** Others are 422: a good request that asks for what cannot be. */
const STATUSES: Partial<Readonly<Record<RefusalCode, number>>> = {
  CONVERSION_WRONG_HOLDER: 403,
  CONVERSION_PRESENTED_ELSEWHERE: 403,
  CONVERSION_NOT_FOUND: 404,
  CONVERSION_ALREADY_DONE: 409,
  CONVERSION_CONSENT_REPLAYED: 409,
  CONVERSION_CODE_UNCONFIRMED: 409,
  CONVERSION_LIST_OUTDATED: 409,
  CONVERSION_NOT_SPENT: 409,
};
const UNPROCESSABLE = 422;

export const CONVERSION_PROBLEMS: ProblemTable = Object.fromEntries(
  // The keys are those of REFUSALS.
  (Object.keys(REFUSALS) as RefusalCode[]).map((code) => [
    code,
    { status: STATUSES[code] ?? UNPROCESSABLE, title: REFUSALS[code].en },
  ]),
);
