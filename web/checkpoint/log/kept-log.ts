/**
 * The boxes of the log that are kept, whether or not more are added: how many, all of them to hand over, and none that
 * is too old. Handing over takes nothing away; boxes go when their time comes.
 *
 *   log/<day>/<32 hex digits> → a box
 */
import { handoverHead, handoverLine } from '../../../core/checkpoint-log/handover.ts';
import type { KeyValueStore } from '../../shared/store/key-value.ts';
import { dayOf, firstKeptDay } from '../days.ts';

export interface LogExtent {
  readonly boxes: number;
  /** The day of the oldest one, `2026-11-26`; absent: there is none. */
  readonly since?: string;
}

export interface Handover {
  /** What the file may be called. */
  readonly name: string;
  readonly boxes: number;
  readonly file: Blob;
}

const PREFIX = 'log/';
const DAY_LENGTH = '2026-11-26'.length;
/** Read from the store at a time. */
const PIECE = 256;

/** @param name random, so that what is kept has no order within its day */
export function logKeyOf(nowSeconds: number, name: Uint8Array): string {
  const digits = [...name].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${PREFIX}${dayOf(nowSeconds)}/${digits}`;
}

/** Rejects where the store cannot be read. */
export async function extentOfLog(store: KeyValueStore, nowSeconds: number): Promise<LogExtent> {
  const keys = await keptKeys(store, nowSeconds);
  const since = keys[0]?.slice(PREFIX.length, PREFIX.length + DAY_LENGTH);
  return { boxes: keys.length, ...(since === undefined ? {} : { since }) };
}

/**
 * Everything that may still be kept, as `core/checkpoint-log/handover.ts` writes it. Rejects where the store cannot be read.
 * @param notKept how many checks could not be kept
 */
export async function handOverLog(
  store: KeyValueStore,
  { notKept = 0, nowSeconds }: { readonly notKept?: number; readonly nowSeconds: number },
): Promise<Handover> {
  const keys = await keptKeys(store, nowSeconds);
  const pieces: Blob[] = [];
  let boxes = 0;
  for (let at = 0; at < keys.length; at += PIECE) {
    const values = await Promise.all(keys.slice(at, at + PIECE).map((key) => store.get(key)));
    const lines = values.filter((value) => value instanceof Uint8Array).map(handoverLine);
    boxes += lines.length;
    // A browser may keep a blob on its disk.
    pieces.push(new Blob(lines));
  }
  const head = handoverHead({ boxes, madeAt: nowSeconds, notKept });
  const file = new Blob([head, ...pieces], { type: 'text/plain' });
  return { name: `checkpoint-log-${dayOf(nowSeconds)}.txt`, boxes, file };
}

/** Of a store that cannot be read, the next time. */
export async function eraseOldLog(store: KeyValueStore, nowSeconds: number): Promise<void> {
  const keys = await store.keys(PREFIX).catch(() => []);
  for (const key of keys) if (isOld(key, nowSeconds)) await store.delete(key);
}

/** A device that is seldom open long enough to erase hands over nothing that it should have erased. */
async function keptKeys(store: KeyValueStore, nowSeconds: number): Promise<readonly string[]> {
  return (await store.keys(PREFIX)).filter((key) => !isOld(key, nowSeconds));
}

function isOld(key: string, nowSeconds: number): boolean {
  return key < PREFIX + firstKeptDay(nowSeconds);
}
