/**
 * What the operator of the checkpoints says, in `operator.json` beside the page; there need not be one.
 *
 *   { "ageingHours": {"venue": 24, "border": 72},
 *     "updateMinutes": 480,
 *     "logKey": {"kty": "EC", "crv": "P-256", "x": "…", "y": "…"} }
 *
 * A file that cannot be read, or that the server does not find, changes nothing: the last good one stays, until the
 * operator says otherwise, in a file (`{}`) or by 204.
 */
import type { KeyValueStore } from '../shared/store/key-value.ts';
import { AGEING_SECONDS, type Mode } from './engine/checkpoint-policy.ts';
import type { FetchBeside } from './file-beside.ts';
import { UPDATE_SECONDS } from './knowledge/pace.ts';

export interface Operator {
  readonly ageingSeconds: Readonly<Record<Mode, number>>;
  /** How often the page asks for what is new by itself. */
  readonly updateSeconds: number;
  /** The authority's key; absent: no log is kept. */
  readonly logKey?: JsonWebKey;
}

export const NO_OPERATOR: Operator = { ageingSeconds: AGEING_SECONDS, updateSeconds: UPDATE_SECONDS };
const KEY = 'operator';
const FILE = 'operator.json';
const HOURS: Unit = { seconds: 3600, least: 0, most: 24 * 31 };
const MINUTES: Unit = { seconds: 60, least: 1, most: 24 * 60 };

export async function readOperator(store: KeyValueStore, fetchBeside: FetchBeside): Promise<Operator> {
  const bytes = await fetchBeside(FILE);
  if (bytes === 'none') {
    await store.delete(KEY);
    return NO_OPERATOR;
  }
  const fetched = bytes instanceof Uint8Array ? parseJson(new TextDecoder().decode(bytes)) : undefined;
  const operator = parseOperator(fetched);
  if (operator !== undefined) await store.put(KEY, fetched);
  return operator ?? (await readKeptOperator(store));
}

/** What was said last, without asking anybody. */
export async function readKeptOperator(store: KeyValueStore): Promise<Operator> {
  return parseOperator(await store.get(KEY).catch(() => undefined)) ?? NO_OPERATOR;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `undefined` for anything that is not of this form. */
export function parseOperator(value: unknown): Operator | undefined {
  const fields = membersOf(value);
  const hours = fields?.has('ageingHours') === true ? membersOf(fields.get('ageingHours')) : new Map();
  if (fields === undefined || hours === undefined) return undefined;
  const venue = toSeconds(hours.get('venue'), HOURS, AGEING_SECONDS.venue);
  const border = toSeconds(hours.get('border'), HOURS, AGEING_SECONDS.border);
  const updateSeconds = toSeconds(fields.get('updateMinutes'), MINUTES, UPDATE_SECONDS);
  const logKey = fields.get('logKey');
  if (venue === undefined || border === undefined || updateSeconds === undefined) return undefined;
  const said = { ageingSeconds: { venue, border }, updateSeconds };
  if (logKey === undefined) return said;
  return isPublicKey(logKey) ? { ...said, logKey } : undefined;
}

/** `undefined` for what is no JSON object: a text has entries too. */
function membersOf(value: unknown): ReadonlyMap<string, unknown> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return new Map(Object.entries(value));
}

interface Unit {
  readonly seconds: number;
  readonly least: number;
  readonly most: number;
}

function toSeconds(said: unknown, { least, most, seconds }: Unit, otherwise: number): number | undefined {
  if (said === undefined) return otherwise;
  const isGood = typeof said === 'number' && said > 0 && said >= least && said <= most;
  return isGood ? said * seconds : undefined;
}

/** A private key does not belong in a file that everybody can fetch. */
function isPublicKey(value: unknown): value is JsonWebKey {
  if (typeof value !== 'object' || value === null || 'd' in value) return false;
  return (
    'kty' in value &&
    value.kty === 'EC' &&
    'crv' in value &&
    value.crv === 'P-256' &&
    'x' in value &&
    'y' in value
  );
}
