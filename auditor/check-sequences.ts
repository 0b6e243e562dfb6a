/**
 * Nothing may be left out: each issuer's batches, status versions and batches of acts count up by one, from 1, and so
 * do the batches of conversions of each pair of issuers, on either side.
 */
import type { Hex } from '../core/trust/ledger-event.ts';
import type { Finding, HistoryEntry } from './report.ts';
import { isConversion, writingOfConversion } from './writer-of.ts';

export function checkSequences(history: readonly HistoryEntry[]): readonly Finding[] {
  const batches = new Map<Hex, number>();
  const versions = new Map<Hex, number>();
  const acts = new Map<Hex, number>();
  const conversions = new Map<string, number>();
  return history.flatMap(({ event, block }) => {
    if (event.event === 'BatchAnchored') {
      const expected = nextOf(batches, event.issuer, event.sequence);
      return gap(expected, event.sequence, 'batch', { issuer: event.issuer, block, root: event.root });
    }
    if (event.event === 'StatusPublished') {
      const expected = nextOf(versions, event.issuer, event.version);
      return gap(expected, event.version, 'status version', {
        issuer: event.issuer,
        block,
        root: event.listsRoot,
      });
    }
    if (event.event === 'ActsAnchored') {
      const expected = nextOf(acts, event.issuer, event.sequence);
      return gap(expected, event.sequence, 'batch of acts', {
        issuer: event.issuer,
        block,
        root: event.root,
      });
    }
    if (isConversion(event)) {
      const { event: side, source, target, sequence } = event;
      const expected = nextOf(conversions, `${side} ${source} ${target}`, sequence);
      const { issuer, root } = writingOfConversion(event);
      return gap(expected, sequence, 'batch of conversions', { issuer, block, root });
    }
    return [];
  });
}

/** What had to come, and remembers what came. */
function nextOf<Key extends string>(last: Map<Key, number>, counted: Key, actual: number): number {
  const expected = (last.get(counted) ?? 0) + 1;
  last.set(counted, actual);
  return expected;
}

function gap(
  expected: number,
  actual: number,
  what: string,
  place: Pick<Finding, 'issuer' | 'block' | 'root'>,
): readonly Finding[] {
  if (actual === expected) return [];
  return [{ code: 'SEQUENCE_GAP', ...place, detail: `${what} ${actual} follows where ${expected} was due` }];
}
