/**
 * What a log sends to a witness (C2SP tlog-witness, `POST /add-checkpoint`):
 *
 *   old 20852014
 *   PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=      consistency proof, a hash a line, at most 63
 *
 *   example.com/behind-the-sofa                        the checkpoint with its signatures
 *   …
 *
 * Strict: what is read is written again byte for byte.
 */
import { fromBase64, toBase64 } from '../bytes/base64.ts';
import { BytesError } from '../bytes/errors.ts';
import { concatBytes } from '../bytes/concat.ts';
import { NoteError } from './errors.ts';

export interface WitnessRequest {
  /** Size that the log believes the witness to have signed last. */
  readonly oldSize: number;
  /** RFC 9162 §2.1.4, 32 bytes a step. */
  readonly proof: Uint8Array;
  /** The checkpoint with its signatures. */
  readonly note: string;
}

const HASH_BYTES = 32;
const MAX_STEPS = 63;
const OLD = /^old (0|[1-9][0-9]{0,15})$/;

export function writeWitnessRequest({ oldSize, proof, note }: WitnessRequest): string {
  const steps = Array.from({ length: proof.length / HASH_BYTES }, (_, i) =>
    toBase64(proof.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES)),
  );
  return [`old ${oldSize}`, ...steps, '', note].join('\n');
}

/** Throws `NOTE_MALFORMED` for whatever {@link writeWitnessRequest} does not write. */
export function parseWitnessRequest(body: string): WitnessRequest {
  const border = body.indexOf('\n\n');
  const [first = '', ...steps] = body.slice(0, Math.max(0, border)).split('\n');
  const oldSize = Number(OLD.exec(first)?.[1]);
  if (!Number.isSafeInteger(oldSize) || steps.length > MAX_STEPS) throw malformed();
  return { oldSize, proof: concatBytes(...steps.map(hashOf)), note: body.slice(border + 2) };
}

function hashOf(line: string): Uint8Array {
  try {
    const hash = fromBase64(line);
    if (hash.length === HASH_BYTES) return hash;
  } catch (cause) {
    if (!(cause instanceof BytesError)) throw cause;
  }
  throw malformed();
}

function malformed(): NoteError {
  return new NoteError('NOTE_MALFORMED', 'not a request to a witness');
}
