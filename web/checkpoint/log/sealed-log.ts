/**
 * The log that an authority may ask for: when and where which code was checked, sealed for it at once. Off unless the
 * operator's file names a key. Boxes lie under their day and a random number, so not even their order is kept.
 */
import { BOX_NONCE_BYTES } from '../../../core/checkpoint-log/box.ts';
import type { LogEntry } from '../../../core/checkpoint-log/entry.ts';
import type { KeyValueStore } from '../../shared/store/key-value.ts';
import type { Decision } from '../engine/protocol.ts';
import { logKeyOf } from './kept-log.ts';
import { importRecipient, isSealable, seal, type Recipient } from './seal.ts';

export interface LogPorts {
  readonly store: KeyValueStore;
  readonly subtle: SubtleCrypto;
  readonly randomBytes: (length: number) => Uint8Array<ArrayBuffer>;
}

const NAME_BYTES = 16;

export class SealedLog {
  readonly #ports: LogPorts;
  readonly #recipient: Promise<Recipient>;

  /** @param publicKey the authority's, a P-256 JWK */
  constructor(publicKey: JsonWebKey, ports: LogPorts) {
    this.#ports = ports;
    this.#recipient = importRecipient(ports.subtle, publicKey);
    this.#recipient.catch(() => undefined);
  }

  /** Rejects where the box is not kept: a store says nothing of a disk that is full. */
  async add(
    decision: Decision,
    { nowSeconds, place }: { readonly nowSeconds: number; readonly place: string },
  ): Promise<void> {
    const { randomBytes, store, subtle } = this.#ports;
    const recipient = await this.#recipient;
    const nonce = randomBytes(BOX_NONCE_BYTES);
    const box = await seal(subtle, entryText(decision, nowSeconds, place), { nonce, recipient });
    const key = logKeyOf(nowSeconds, randomBytes(NAME_BYTES));
    await store.put(key, box);
    if ((await store.get(key)) === undefined) throw new Error('the box is not kept');
  }
}

/** Of more codes than a box has room for, the first. */
function entryText(decision: Decision, at: number, place: string): string {
  const { outcome, parts, policy, reasons, stated } = decision;
  const all = parts.flatMap(({ evidence }) => evidence.commitment ?? []);
  const textWith = (count: number): string => {
    const commitments = all.slice(0, count);
    const said = stated === undefined ? {} : { stated };
    const entry: LogEntry = { at, place, outcome, reasons, policy, commitments, ...said };
    return JSON.stringify(entry);
  };
  const counts = all.map((_, left) => all.length - left);
  return textWith(counts.find((count) => isSealable(textWith(count))) ?? 0);
}
