/**
 * The same code again on the same day is the same record, and so the same credentials. One that has ended must not be
 * answered again: the next one ends a second sooner, and so is another.
 */
import { toCanonicalJson } from '../../core/bytes/canonical-json.ts';
import { toUtf8 } from '../../core/bytes/utf8.ts';
import { toUnixSeconds } from '../../core/record/calendar.ts';
import type { StatusRecord } from '../../core/record/derived.ts';
import { invariant } from '../../core/errors.ts';
import { readUint64, toUint64 } from '../../service/big-endian.ts';
import { IssuerError } from '../errors.ts';
import type { EndedCodes } from './health-file.ts';
import { isOver, placesOf, type KnownFactsDependencies } from './known-facts.ts';
import { momentOf } from './status-record.ts';

/** More than a person can have been given in a day. */
const MAX_ENDED = 1_000;

/** @param ended codes that are about to be */
export async function unendedCode(
  record: StatusRecord,
  ended: readonly EndedCodes[],
  deps: KnownFactsDependencies,
): Promise<StatusRecord> {
  const last = toUnixSeconds(record.validUntil);
  invariant(last !== undefined, 'a status record says when it ends');
  const ending = new Set(ended.flatMap(({ recordIds }) => recordIds));
  for (let sooner = 0; sooner < MAX_ENDED; sooner++) {
    const candidate = { ...record, validUntil: momentOf(last - sooner) };
    if (!(await hasEnded(candidate, ending, deps))) return candidate;
  }
  throw new IssuerError('HEALTH_CODES_TOO_MANY', 'too many codes of this person have ended today');
}

async function hasEnded(
  record: StatusRecord,
  ending: ReadonlySet<string>,
  deps: KnownFactsDependencies,
): Promise<boolean> {
  const { ring, tables, index, sealer, history, now } = deps;
  const names = ring.recordNames(toUtf8(toCanonicalJson(record))).all;
  const found = (await tables.duplicates.getMany(names)).find((value) => value !== undefined);
  if (found === undefined) return false;
  const number = readUint64(found);
  if (ending.has(index.toRecordId(number))) return true;
  const sealed = await tables.records.get(toUint64(number));
  if (sealed === undefined) return false;
  const places = placesOf(sealer.open(number, sealed), deps);
  const statuses = await history.statusesAt(places, Math.floor(now() / 1000));
  return statuses.some(({ value }) => isOver(value));
}
