/**
 * Who says that a checkpoint is good, and when they said so.
 *
 *   log          type 0x01, Ed25519 over the text of the checkpoint (C2SP signed-note)
 *   cosigner     type 0x04, time u64 ‖ Ed25519 over "cosignature/v1\ntime <time>\n" ‖ text (C2SP tlog-cosignature)
 *
 * A cosigner says that, as of that time, this is the largest tree of the log that it has seen, and that it only
 * ever grew. With k of them at or after a time t, the checkpoint holds as of t.
 *
 * The trust list knows keys and no names: a line counts for a key when its key id is that of its own name and the
 * key. One key counts once, under however many names it signs.
 */
import { ByteWriter } from '../bytes/byte-writer.ts';
import { concatBytes } from '../bytes/concat.ts';
import { equalBytes } from '../bytes/equal.ts';
import { fromHex, type Hex } from '../bytes/hex.ts';
import { toUtf8 } from '../bytes/utf8.ts';
import type { Crypto } from '../crypto.ts';
import type { CheckpointSet } from '../trust/trust-list.ts';
import { COSIGNATURE_V1, ED25519, keyIdOf, type NoteSignature, type SignedNote } from './signed-note.ts';

const TIME_BYTES = 8;
const SIGNATURE_BYTES = 64;
/** SubjectPublicKeyInfo of an Ed25519 key (RFC 8410 §4), up to the key itself. */
const SPKI_PREFIX = fromHex('0x302a300506032b6570032100');

/** Signs with one Ed25519 key: RFC 8032, 64 bytes. */
export type SignEd25519 = (message: Uint8Array) => Uint8Array | Promise<Uint8Array>;

/** A key that signs notes. */
export interface NoteSigner {
  readonly name: string;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  readonly sign: SignEd25519;
}

/** The log's own signature. */
export async function signNote(crypto: Crypto, text: string, signer: NoteSigner): Promise<NoteSignature> {
  const { name, publicKey, sign } = signer;
  return { name, keyId: keyIdOf(crypto, name, ED25519, publicKey), bytes: await sign(toUtf8(text)) };
}

export async function cosign(
  crypto: Crypto,
  text: string,
  { signer, timeSeconds }: { readonly signer: NoteSigner; readonly timeSeconds: number },
): Promise<NoteSignature> {
  const { name, publicKey, sign } = signer;
  const signature = await sign(cosignedMessage(text, timeSeconds));
  const bytes = concatBytes(new ByteWriter().u64(timeSeconds).bytes, signature);
  return { name, keyId: keyIdOf(crypto, name, COSIGNATURE_V1, publicKey), bytes };
}

/** Whether one of the note's signatures is the log's, by this key under any name. */
export async function isSignedByLog(
  crypto: Crypto,
  { text, signatures }: SignedNote,
  key: Uint8Array,
): Promise<boolean> {
  for (const { name, keyId, bytes } of signatures) {
    if (!equalBytes(keyId, keyIdOf(crypto, name, ED25519, key))) continue;
    if (await verifyEd25519(crypto, key, toUtf8(text), bytes)) return true;
  }
  return false;
}

/** When the cosigner with this key signed at its latest, Unix seconds; `undefined` when it did not. */
export async function cosignedAt(
  crypto: Crypto,
  { text, signatures }: SignedNote,
  key: Uint8Array,
): Promise<number | undefined> {
  let latest: number | undefined;
  for (const { name, keyId, bytes } of signatures) {
    if (bytes.length !== TIME_BYTES + SIGNATURE_BYTES) continue;
    if (!equalBytes(keyId, keyIdOf(crypto, name, COSIGNATURE_V1, key))) continue;
    const time = timeIn(bytes);
    if (time === undefined) continue;
    const message = cosignedMessage(text, time);
    if (!(await verifyEd25519(crypto, key, message, bytes.subarray(TIME_BYTES)))) continue;
    latest = Math.max(latest ?? 0, time);
  }
  return latest;
}

/**
 * The latest time at or after which k of the set signed, Unix seconds; `undefined` when fewer than k signed at
 * all. A key that the set names twice counts once.
 */
export async function quorumTime(
  crypto: Crypto,
  note: SignedNote,
  { keys, threshold }: Pick<CheckpointSet, 'keys' | 'threshold'>,
): Promise<number | undefined> {
  if (threshold < 1) return undefined;
  const times: number[] = [];
  for (const key of new Set<Hex>(keys)) {
    const time = await cosignedAt(crypto, note, fromHex(key));
    if (time !== undefined) times.push(time);
  }
  return times.toSorted((a, b) => b - a)[threshold - 1];
}

function cosignedMessage(text: string, timeSeconds: number): Uint8Array {
  return toUtf8(`cosignature/v1\ntime ${timeSeconds}\n${text}`);
}

function timeIn(bytes: Uint8Array): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, TIME_BYTES);
  const time = Number(view.getBigUint64(0));
  return Number.isSafeInteger(time) ? time : undefined;
}

/** Never throws: a key that is none has signed nothing. */
async function verifyEd25519(
  crypto: Crypto,
  key: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  try {
    return await crypto.verify('EdDSA', crypto.importSpki(concatBytes(SPKI_PREFIX, key)), message, signature);
  } catch {
    return false;
  }
}
