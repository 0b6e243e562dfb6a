/**
 * Signed notes (C2SP signed-note): a text, an empty line, and signature lines.
 *
 *   Ognuno sta solo sul cuor della terra
 *
 *   — quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=
 *
 * A line is em dash, space, name, space, base64 of key id (4 bytes) ‖ signature. Reading is strict, and one note has
 * one text: what is read is written again byte for byte.
 */
import { fromBase64, toBase64 } from '../bytes/base64.ts';
import { concatBytes } from '../bytes/concat.ts';
import { BytesError } from '../bytes/errors.ts';
import { toUtf8 } from '../bytes/utf8.ts';
import type { Crypto } from '../crypto.ts';
import { NoteError } from './errors.ts';

export interface NoteSignature {
  /** Name of the key: no spaces, no plus. */
  readonly name: string;
  /** 4 bytes. */
  readonly keyId: Uint8Array;
  /** What follows the key id; its form is the algorithm's. */
  readonly bytes: Uint8Array;
}

export interface SignedNote {
  /** With its final newline. */
  readonly text: string;
  /** At least one. */
  readonly signatures: readonly NoteSignature[];
}

/** C2SP signed-note, signature types. */
export const ED25519 = 0x01;
export const COSIGNATURE_V1 = 0x04;

const KEY_ID_BYTES = 4;
const MAX_SIGNATURES = 64;
/** Far more than a checkpoint with {@link MAX_SIGNATURES} has. */
const MAX_NOTE_CHARACTERS = 65_536;
const LINE = /^— ([^\s+]+) (\S+)$/u;
const CONTROL = /[\u0000-\u0009\u000b-\u001f]/;

/** SHA-256(name ‖ newline ‖ type ‖ public key), its first four bytes. */
export function keyIdOf(crypto: Crypto, name: string, type: number, publicKey: Uint8Array): Uint8Array {
  return crypto
    .sha256(concatBytes(toUtf8(`${name}\n`), Uint8Array.of(type), publicKey))
    .slice(0, KEY_ID_BYTES);
}

/** Throws `NOTE_MALFORMED` for whatever {@link writeNote} does not write. */
export function parseNote(note: string): SignedNote {
  if (note.length > MAX_NOTE_CHARACTERS || CONTROL.test(note) || !note.isWellFormed()) throw malformed();
  const border = note.lastIndexOf('\n\n');
  if (border < 1 || !note.endsWith('\n')) throw malformed();
  const lines = note.slice(border + 2, -1).split('\n');
  if (lines.length > MAX_SIGNATURES) throw malformed();
  return { text: note.slice(0, border + 1), signatures: lines.map(parseSignatureLine) };
}

/** One signature line without its newline; throws `NOTE_MALFORMED`. */
export function parseSignatureLine(line: string): NoteSignature {
  const [, name, base64] = LINE.exec(line) ?? [];
  if (name === undefined || base64 === undefined) throw malformed();
  const bytes = bytesOf(base64);
  if (bytes.length <= KEY_ID_BYTES) throw malformed();
  return { name, keyId: bytes.slice(0, KEY_ID_BYTES), bytes: bytes.slice(KEY_ID_BYTES) };
}

/** With its newline. */
export function signatureLine({ name, keyId, bytes }: NoteSignature): string {
  return `— ${name} ${toBase64(concatBytes(keyId, bytes))}\n`;
}

export function writeNote({ text, signatures }: SignedNote): string {
  return `${text}\n${signatures.map(signatureLine).join('')}`;
}

function bytesOf(base64: string): Uint8Array {
  try {
    return fromBase64(base64);
  } catch (cause) {
    if (cause instanceof BytesError) throw malformed(cause);
    throw cause;
  }
}

function malformed(cause?: unknown): NoteError {
  return new NoteError('NOTE_MALFORMED', 'not a signed note', { cause });
}
