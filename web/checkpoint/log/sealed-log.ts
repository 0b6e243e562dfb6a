/**
 * The log that an authority may ask for: when and where which code was checked, sealed for it at once. Off unless the
 * operator's file names a key. Boxes lie under their day and a random number, so not even their order is kept.
 */
import type { KeyValueStore } from '../../shared/store/key-value.ts';
import { dayOf, firstKeptDay } from '../days.ts';
import type { Decision } from '../engine/protocol.ts';
import { importRecipient, isSealable, seal } from './seal.ts';

export interface LogPorts {
  readonly store: KeyValueStore;
  readonly subtle: SubtleCrypto;
  readonly randomBytes: (length: number) => Uint8Array<ArrayBuffer>;
}

const PREFIX = 'log/';
const NONCE_BYTES = 12;
const NAME_BYTES = 16;

export class SealedLog {
  readonly #ports: LogPorts;
  readonly #recipient: Promise<CryptoKey>;

  /** @param publicKey the authority's, a P-256 JWK */
  constructor(publicKey: JsonWebKey, ports: LogPorts) {
    this.#ports = ports;
    this.#recipient = importRecipient(ports.subtle, publicKey);
    this.#recipient.catch(() => undefined);
  }

  async add(
    decision: Decision,
    { nowSeconds, place }: { readonly nowSeconds: number; readonly place: string },
  ): Promise<void> {
    const { randomBytes, store, subtle } = this.#ports;
    const recipient = await this.#recipient;
    const box = await seal(subtle, entryText(decision, nowSeconds, place), {
      nonce: randomBytes(NONCE_BYTES),
      recipient,
    });
    const name = [...randomBytes(NAME_BYTES)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    await store.put(`${PREFIX}${dayOf(nowSeconds)}/${name}`, box);
  }

  /** All boxes, to hand over. */
  async boxes(): Promise<readonly Uint8Array[]> {
    const { store } = this.#ports;
    const values = await Promise.all((await store.keys(PREFIX)).map((key) => store.get(key)));
    return values.filter((value) => value instanceof Uint8Array);
  }
}

/** Whether or not there is a log now: an older one is erased all the same. */
export async function eraseOldLog(store: KeyValueStore, nowSeconds: number): Promise<void> {
  const keys = await store.keys(PREFIX).catch(() => []);
  for (const key of keys) if (key < PREFIX + firstKeptDay(nowSeconds)) await store.delete(key);
}

/**
 * No name and no number: the commitment finds the record at its issuer, for whoever may ask there. Of more codes than a
 * box has room for, the first.
 */
function entryText(decision: Decision, at: number, place: string): string {
  const { outcome, parts, policy, reasons } = decision;
  const commitments = parts.flatMap(({ evidence }) => evidence.commitment ?? []);
  const textWith = (count: number): string =>
    JSON.stringify({ at, place, outcome, reasons, policy, commitments: commitments.slice(0, count) });
  const counts = commitments.map((_, left) => commitments.length - left);
  return textWith(counts.find((count) => isSealable(textWith(count))) ?? 0);
}
