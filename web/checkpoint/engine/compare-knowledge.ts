/** Whether what is offered goes on from what is known. Both were read whole; neither is changed. */
import { toCanonicalJson } from '../../../core/bytes/canonical-json.ts';
import type { LedgerEvent } from '../../../core/trust/ledger-event.ts';
import type { LedgerState } from '../../../core/trust/ledger-state.ts';
import type { TrustEntry } from '../../../core/trust/trust-list.ts';

export type Comparison = 'newer' | 'same' | 'BUNDLE_OLDER' | 'BUNDLE_OTHER_LEDGER';

export function compareKnowledge(known: LedgerState, offered: LedgerState): Comparison {
  if (known.head.number < 0) return offered.head.number < 0 ? 'same' : 'newer';
  if (!isOneHistory(known.trust.history, offered.trust.history)) return 'BUNDLE_OTHER_LEDGER';
  const blocks = offered.head.number - known.head.number;
  if (blocks === 0) return offered.head.hash === known.head.hash ? 'same' : 'BUNDLE_OTHER_LEDGER';
  if (blocks < 0) return 'BUNDLE_OLDER';
  const hasGrown =
    offered.trust.history.length >= known.trust.history.length &&
    offered.roots.rows.size >= known.roots.rows.size &&
    offered.head.timeSeconds >= known.head.timeSeconds;
  return hasGrown ? 'newer' : 'BUNDLE_OTHER_LEDGER';
}

/** Ledgers begin with different authorities and never forget an event of trust. */
function isOneHistory(a: readonly TrustEntry[], b: readonly TrustEntry[]): boolean {
  const common = Math.min(a.length, b.length);
  return a.slice(0, common).every((entry, i) => textOf(entry) === textOf(b[i]));
}

function textOf(entry: TrustEntry | undefined): string {
  return entry === undefined ? '' : toCanonicalJson([entry.timeSeconds, withoutBigints(entry.event)]);
}

function withoutBigints(event: LedgerEvent): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(event).map(([name, value]) => [name, typeof value === 'bigint' ? String(value) : value]),
  );
}
