/** The codes that a file shows under its colours, and what becomes of them: more are given, or the colour goes. */
import { toHex } from '../../core/bytes/hex.ts';
import type { DerivedColour } from '../../core/health/derive.ts';
import { toUnixSeconds } from '../../core/record/calendar.ts';
import { SCHEMES, type Scheme, type StatusRecord } from '../../core/record/derived.ts';
import { IssuerError } from '../errors.ts';
import type { ColourChange } from './colour-acts.ts';
import type { HealthFile, HeldColour } from './health-file.ts';

/** A colour that nobody can say any more is shown at no door: its codes are to be ended under the change that gave it. */
export function withoutCodes(file: HealthFile, scheme: Scheme, held: HeldColour): HealthFile {
  const { leaf, recordIds } = held;
  if (recordIds.length === 0) return file;
  const ended = [...file.ended, { change: leaf, recordIds }];
  return { ...file, colours: { ...file.colours, [scheme]: { ...held, recordIds: [], codeEnds: {} } }, ended };
}

/** As {@link withoutCodes}, of every colour. */
export function withoutAnyCodes(file: HealthFile): HealthFile {
  return SCHEMES.reduce((left, scheme) => {
    const held = left.colours[scheme];
    return held === undefined ? left : withoutCodes(left, scheme, held);
  }, file);
}

/** The codes of the former colour are to be ended under the change. */
export function withColour(
  file: HealthFile,
  scheme: Scheme,
  { state, ruleId, ruleVersion, ground, basis }: DerivedColour,
  { id, leafHash, act }: ColourChange,
): HealthFile {
  const recordIds = file.colours[scheme]?.recordIds ?? [];
  const leaf = toHex(leafHash);
  const ended = recordIds.length === 0 ? [] : [{ change: leaf, recordIds }];
  const why = ground === undefined ? {} : { ground };
  const held = {
    state,
    ruleId,
    ruleVersion,
    ...why,
    basis,
    sinceSeconds: act.at,
    change: id,
    leaf,
    recordIds: [],
  };
  return { ...file, colours: { ...file.colours, [scheme]: held }, ended: [...file.ended, ...ended] };
}

/** So many codes of one colour may be valid at once: each of them must be ended when the colour turns. */
const MAX_CODES = 64;
/** Verifiers forgive clocks five minutes, and an hour is long enough. */
const FORGIVEN_SECONDS = 3_600;
/** Our own clock may have been a day ahead when a code seemed to be over: it is remembered for longer, to be ended. */
const REMEMBERED_SECONDS: number = 26 * 3_600;

/** Throws `HEALTH_CODES_TOO_MANY`. */
export function checkRoom(held: HeldColour, nowSeconds: number): void {
  if (validCodes(held, nowSeconds).length < MAX_CODES) return;
  throw new IssuerError('HEALTH_CODES_TOO_MANY', 'too many codes of this person are valid');
}

/** Those that a verifier may still take. */
export function validCodes(held: HeldColour, nowSeconds: number): readonly string[] {
  return codesEndingAfter(held, nowSeconds - FORGIVEN_SECONDS);
}

function codesEndingAfter({ recordIds, codeEnds = {} }: HeldColour, seconds: number): readonly string[] {
  return recordIds.filter((one) => (codeEnds[one] ?? Infinity) > seconds);
}

/** With one code more; those that nobody has taken for long are forgotten. */
export function withRecord(
  file: HealthFile,
  record: StatusRecord | undefined,
  recordId: string | undefined,
): HealthFile {
  const held = record === undefined ? undefined : file.colours[record.scheme];
  if (record === undefined || held === undefined || recordId === undefined) return file;
  const remembered = codesEndingAfter(held, file.usedAtSeconds - REMEMBERED_SECONDS);
  const others = remembered.filter((one) => one !== recordId);
  const ends = [
    ...others.map((one) => [one, held.codeEnds?.[one]]),
    [recordId, toUnixSeconds(record.validUntil)],
  ];
  const codeEnds = Object.fromEntries(ends.filter(([, end]) => end !== undefined));
  const kept = { ...held, recordIds: [...others, recordId], codeEnds };
  return { ...file, colours: { ...file.colours, [record.scheme]: kept } };
}
