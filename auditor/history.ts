/** The ledger's history as a list that can be asked by issuer, kind of event, class and time. */
import { BATCH_CLASSES, type BatchClass } from '../core/credential/credential-type.ts';
import type { Hex, LedgerBlock, LedgerEvent } from '../core/trust/ledger-event.ts';
import type { HistoryCount, HistoryEntry } from './report.ts';
import { isConversion, writingOfConversion } from './writer-of.ts';

/** Absent parts let everything through; times are Unix seconds, `until` exclusive. */
export interface HistoryFilter {
  readonly issuer?: Hex;
  readonly event?: LedgerEvent['event'];
  readonly class?: BatchClass;
  readonly since?: number;
  readonly until?: number;
}

/** Every event of `blocks` with its place and what people ask for. */
export function historyOf(blocks: readonly LedgerBlock[]): readonly HistoryEntry[] {
  return blocks.flatMap((block) =>
    block.events.map((event) => ({
      block: block.number,
      timeSeconds: block.timeSeconds,
      event,
      ...issuerOf(event),
      ...classOf(event),
    })),
  );
}

export function filterHistory(
  history: readonly HistoryEntry[],
  filter: HistoryFilter,
): readonly HistoryEntry[] {
  return history.filter(
    (entry) =>
      (filter.issuer === undefined || entry.issuer === filter.issuer) &&
      (filter.event === undefined || entry.event.event === filter.event) &&
      (filter.class === undefined || entry.class === filter.class) &&
      (filter.since === undefined || entry.timeSeconds >= filter.since) &&
      (filter.until === undefined || entry.timeSeconds < filter.until),
  );
}

/** Rows in order of first appearance. */
export function countHistory(history: readonly HistoryEntry[]): readonly HistoryCount[] {
  const rows = new Map<string, HistoryCount>();
  for (const entry of history) {
    const day = new Date(entry.timeSeconds * 1000).toISOString().slice(0, 10);
    const key = [entry.issuer, day, entry.event.event, entry.class].join(' ');
    const count = (rows.get(key)?.count ?? 0) + 1;
    rows.set(key, { ...issuerPart(entry), day, event: entry.event.event, ...classPart(entry), count });
  }
  return [...rows.values()];
}

function issuerPart({ issuer }: HistoryEntry): { readonly issuer?: Hex } {
  return issuer === undefined ? {} : { issuer };
}

function classPart(entry: HistoryEntry): { readonly class?: BatchClass } {
  return entry.class === undefined ? {} : { class: entry.class };
}

function issuerOf(event: LedgerEvent): { readonly issuer?: Hex } {
  if (isConversion(event)) return { issuer: writingOfConversion(event).issuer };
  return 'issuer' in event ? { issuer: event.issuer } : {};
}

function classOf(event: LedgerEvent): { readonly class?: BatchClass } {
  const found = event.event === 'BatchAnchored' ? BATCH_CLASSES[event.class] : undefined;
  return found === undefined ? {} : { class: found };
}
