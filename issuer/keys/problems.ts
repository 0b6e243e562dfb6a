/** How HTTP answers what a change of keys can meet. */
import type { ProblemSpec } from '../../service/problems.ts';

export const KEY_PROBLEMS: Readonly<
  Record<'KEY_UNKNOWN' | 'KEY_NOT_REGISTERED' | 'KEY_NOT_EFFECTIVE' | 'LEDGER_UNREACHABLE', ProblemSpec>
> = {
  KEY_UNKNOWN: { status: 404, title: 'The key store has no such key' },
  KEY_NOT_REGISTERED: { status: 409, title: 'The trust list has no such key' },
  KEY_NOT_EFFECTIVE: { status: 409, title: 'The key is not good now' },
  LEDGER_UNREACHABLE: { status: 503, title: 'The ledger does not answer' },
};
