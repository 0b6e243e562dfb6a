/**
 * What a box says of one check: when and where, and what came of it. No name and no number; the commitment finds the
 * record at its issuer, for whoever may ask there.
 *
 *   {"at":1795622400,"place":"port:SZB","outcome":"refer","reasons":["ROOT_NOT_SEEN"],
 *    "policy":{"id":"border","version":1},"commitments":["0x…"],"stated":{"booked":true}}
 */
import type { JsonValue } from '../bytes/canonical-json.ts';
import type { Hex } from '../bytes/hex.ts';
import { isJsonArray, isJsonObject, parseStrictJsonText } from '../bytes/strict-json.ts';
import { COMMITMENT_BYTES } from '../commitment/leaf.ts';
import { OUTCOMES, type Outcome } from '../verify/reasons.ts';
import { LogError } from './errors.ts';

export interface LogEntry {
  /** Unix seconds. */
  readonly at: number;
  readonly place: string;
  readonly outcome: Outcome;
  readonly reasons: readonly string[];
  readonly policy: { readonly id: string; readonly version: number };
  readonly commitments: readonly Hex[];
  /** What an officer said where rules asked; absent: none did. */
  readonly stated?: Readonly<Record<string, boolean>>;
}

const COMMITMENT = new RegExp(`^0x[0-9a-f]{${2 * COMMITMENT_BYTES}}$`);
const LAST_SECOND = 253_402_300_799;

/** Throws `LOG_ENTRY_INVALID`. */
export function parseEntry(text: string): LogEntry {
  const value = parse(text);
  if (!isJsonObject(value)) throw invalid();
  const { at, place, outcome, reasons, policy, commitments, stated } = value;
  const known = OUTCOMES.find((one) => one === outcome);
  if (!isTime(at) || typeof place !== 'string' || known === undefined) throw invalid();
  return {
    at,
    place,
    outcome: known,
    reasons: textsOf(reasons),
    policy: policyOf(policy),
    commitments: textsOf(commitments).map(toCommitment),
    ...(stated === undefined ? {} : { stated: statedOf(stated) }),
  };
}

function parse(text: string): JsonValue {
  try {
    return parseStrictJsonText(text);
  } catch {
    throw invalid();
  }
}

function isTime(value: JsonValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= LAST_SECOND;
}

function policyOf(value: JsonValue | undefined): LogEntry['policy'] {
  if (!isJsonObject(value)) throw invalid();
  const { id, version } = value;
  if (typeof id !== 'string' || typeof version !== 'number') throw invalid();
  return { id, version };
}

function statedOf(value: JsonValue): Readonly<Record<string, boolean>> {
  if (!isJsonObject(value)) throw invalid();
  const said = Object.entries(value).map(([fact, answer]): readonly [string, boolean] => {
    if (typeof answer !== 'boolean') throw invalid();
    return [fact, answer];
  });
  return Object.fromEntries(said);
}

function textsOf(value: JsonValue | undefined): readonly string[] {
  if (!isJsonArray(value) || !value.every((one) => typeof one === 'string')) throw invalid();
  return value;
}

function toCommitment(text: string): Hex {
  if (!COMMITMENT.test(text)) throw invalid();
  // The pattern has just been checked.
  return text as Hex;
}

/** The text is not repeated: nobody knows what is in it. */
function invalid(): LogError {
  return new LogError('LOG_ENTRY_INVALID', 'what is in the box is no entry of a log');
}
