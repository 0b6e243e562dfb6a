/**
 * Card revocation lists (SMART Health Cards Framework §"Revocation"): per key, `{kid, method: "rid", ctr, rids}`, where
 * a name may be followed by a time: then only cards issued before it are revoked. The key tells the number of the list
 * that there is, so an older one is known to be old.
 */
import type { ContentProblem } from '../foreign-code.ts';
import type { TrustEntry } from '../trust-entry.ts';
import type { ShcPayload } from './payload.ts';

export interface Revocations {
  /** Number of the list that the key announces; 0 when it announces none. */
  readonly announced: number;
  /** Number of the list that is held here; 0 when none is. */
  readonly held: number;
  /** Name of a card → the time up to which what was issued is revoked, Unix seconds. */
  readonly untilByRid: ReadonlyMap<string, number>;
}

export interface RevocationList {
  readonly kid: string;
  readonly ctr: number;
  readonly untilByRid: ReadonlyMap<string, number>;
}

const ENTRY = /^([A-Za-z0-9_-]{1,24})(?:\.(\d{1,12}))?$/;

/** Cards without a name of their own cannot be revoked. `undefined`: no lists of the issuer, nothing was checked. */
export function revocationProblems(
  { rid, nbf }: Pick<ShcPayload, 'rid' | 'nbf'>,
  revocations: Revocations | undefined,
): readonly ContentProblem[] | undefined {
  if (rid === undefined) return [];
  if (revocations === undefined) return undefined;
  const { announced, held, untilByRid } = revocations;
  const until = untilByRid.get(rid);
  if (until !== undefined && nbf < until) return ['STATUS_REVOKED'];
  if (held >= announced) return [];
  return [held === 0 ? 'STATUS_UNKNOWN' : 'STATUS_STALE'];
}

/** Throws `TRUST_LIST_INVALID`. */
export function revocationListOf(entry: TrustEntry): RevocationList {
  if (entry.text('method') !== 'rid') throw entry.invalid('method', 'is not "rid"');
  const untilByRid = new Map<string, number>();
  for (const value of entry.values('rids')) {
    const [, rid, until] = typeof value === 'string' ? (ENTRY.exec(value) ?? []) : [];
    if (rid === undefined) throw entry.invalid('rids', 'has a name that no card may have');
    untilByRid.set(rid, Math.max(untilByRid.get(rid) ?? 0, until === undefined ? Infinity : Number(until)));
  }
  return { kid: entry.text('kid'), ctr: counterOf(entry, 'ctr'), untilByRid };
}

/** A number, or its digits: published lists have both. */
export function counterOf(entry: TrustEntry, name: string): number {
  const value = Number(entry.get(name));
  if (!Number.isSafeInteger(value) || value < 1) throw entry.invalid(name, 'is not a number from 1 on');
  return value;
}
