/**
 * The text of an HCL1 code: a credential with the proof that it is in an anchored batch.
 *
 *   HCL1:<base45 of
 *     version u8 = 1 ‖ dictionary u8 = 1 ‖ flags u8 (1 = with a presentation, else 0)
 *     ‖ varint header length ‖ varint payload length ‖ varint deflated length
 *     ‖ raw deflate of (protected header ‖ payload) with the preset dictionary
 *     ‖ signature r ‖ s (64)
 *     ‖ varint leaf index ‖ path (32 k, from the leaf up, k <= 12)
 *     ‖ presentation (72, `presentation.ts`), with flag 1>
 *
 * Everything is bounded before it is worked on, and there is no room for a byte that means nothing: lengths
 * are exact, varints minimal, the index lies within the tree of the path. Still a text is no identity: the same
 * content can be deflated in many ways. The commitment is the identity.
 */
import { fromBase45, toBase45 } from '../bytes/base45.ts';
import { concatBytes } from '../bytes/concat.ts';
import { deflate } from '../bytes/deflate.ts';
import { BytesError } from '../bytes/errors.ts';
import { inflateBounded } from '../bytes/inflate.ts';
import { readVarint, writeVarint } from '../bytes/varint.ts';
import { CodeError, type CodeErrorCode } from './code-error.ts';
import { DICTIONARY_1 } from './dictionary-1.ts';
import type { SignedBytes } from './jws.ts';
import { recogniseKind } from './kind.ts';
import {
  PRESENTATION_BYTES,
  readPresentation,
  writePresentation,
  type Presentation,
} from './presentation.ts';

export const CODE_PREFIX = 'HCL1:';
/** What a version 40 symbol holds at most (ISO/IEC 18004 table 7, alphanumeric, level L). */
export const MAX_CODE_CHARACTERS = 4296;
/** Header and payload together. */
export const MAX_INFLATED_BYTES = 8192;
/** A batch has at most 4,096 leaves. */
export const MAX_PATH_STEPS = 12;

const VERSION = 1;
const DICTIONARY = 1;
const NO_FLAGS = 0;
const PRESENTED = 1;
const FRAME_BYTES = 3;
const SIGNATURE_BYTES = 64;
const HASH_BYTES = 32;
const MAX_U32 = 0xffff_ffff;
const ANY_VERSION = /^HCL\d+:/;

export interface CodeParts extends SignedBytes {
  /** Place of the leaf in its batch, from 0. */
  readonly index: number;
  /** Inclusion path from the leaf up, 32 bytes a step; its length says the size of the batch. */
  readonly path: Uint8Array;
  /** Of a dynamic code; absent: a static one, as on paper. */
  readonly presentation?: Presentation;
}

/** The text of a code. Parts that {@link decodeCode} would refuse throw the same `CodeError`s. */
export function encodeCode(parts: CodeParts): string {
  const { headerBytes, payloadBytes, signature, index, path, presentation } = parts;
  checkSignature(signature);
  if (presentation !== undefined) checkPresentation(presentation);
  checkProof(index, path);
  checkLengths(headerBytes.length, payloadBytes.length);
  const deflated = deflate(concatBytes(headerBytes, payloadBytes), DICTIONARY_1);
  const text =
    CODE_PREFIX +
    toBase45(
      concatBytes(
        Uint8Array.of(VERSION, DICTIONARY, presentation === undefined ? NO_FLAGS : PRESENTED),
        writeVarint(headerBytes.length),
        writeVarint(payloadBytes.length),
        writeVarint(deflated.length),
        deflated,
        signature,
        writeVarint(index),
        path,
        presentation === undefined ? new Uint8Array(0) : writePresentation(presentation),
      ),
    );
  if (text.length > MAX_CODE_CHARACTERS) throw new CodeError('CODE_TOO_LONG', 'the code fits no QR symbol');
  return text;
}

/** The parts of a code. Whatever is wrong with the text, it throws a `CodeError` and nothing else. */
export function decodeCode(text: string): CodeParts {
  checkText(text);
  const bytes = within('CODE_NOT_BASE45', () => fromBase45(text, CODE_PREFIX.length));
  checkFrame(bytes);
  return within('CODE_MALFORMED', () => readParts(bytes));
}

function checkText(text: string): void {
  if (text.length === 0) throw new CodeError('CODE_EMPTY', 'an empty text');
  if (text.startsWith(CODE_PREFIX)) {
    if (text.length > MAX_CODE_CHARACTERS)
      throw new CodeError('CODE_TOO_LONG', 'longer than a QR symbol holds');
    return;
  }
  if (ANY_VERSION.test(text)) throw new CodeError('CODE_VERSION_UNKNOWN', 'a code of another version');
  const kind = recogniseKind(text);
  if (kind === undefined) throw new CodeError('CODE_UNKNOWN', 'no kind of code that we know');
  throw new CodeError('CODE_FOREIGN', `not a code of ours: ${kind}`, { kind });
}

function checkFrame(bytes: Uint8Array): void {
  if (bytes.length < FRAME_BYTES) throw malformed('cut short');
  if (bytes[0] !== VERSION) throw new CodeError('CODE_VERSION_UNKNOWN', 'a code of another version');
  if (bytes[1] !== DICTIONARY) throw new CodeError('CODE_DICTIONARY_UNKNOWN', 'a dictionary that we lack');
  if (bytes[2] !== NO_FLAGS && bytes[2] !== PRESENTED)
    throw new CodeError('CODE_FLAGS_UNKNOWN', 'a flag that we do not know');
}

function readParts(whole: Uint8Array): CodeParts {
  if (whole[2] !== PRESENTED) return readStaticParts(whole);
  const end = whole.length - PRESENTATION_BYTES;
  if (end < FRAME_BYTES) throw malformed('cut short');
  return {
    ...readStaticParts(whole.subarray(0, end)),
    presentation: readPresentation(whole.subarray(end)),
  };
}

function readStaticParts(bytes: Uint8Array): CodeParts {
  const headerLength = readVarint(bytes, FRAME_BYTES);
  const payloadLength = readVarint(bytes, headerLength.next);
  const deflatedLength = readVarint(bytes, payloadLength.next);
  checkLengths(headerLength.value, payloadLength.value);
  const signatureAt = deflatedLength.next + deflatedLength.value;
  const proofAt = signatureAt + SIGNATURE_BYTES;
  if (proofAt >= bytes.length) throw malformed('cut short');
  const index = readVarint(bytes, proofAt);
  const path = bytes.subarray(index.next);
  checkProof(index.value, path);
  const content = inflate(
    bytes.subarray(deflatedLength.next, signatureAt),
    headerLength.value + payloadLength.value,
  );
  return {
    headerBytes: content.subarray(0, headerLength.value),
    payloadBytes: content.subarray(headerLength.value),
    signature: bytes.subarray(signatureAt, proofAt),
    index: index.value,
    path,
  };
}

function inflate(deflated: Uint8Array, length: number): Uint8Array {
  const content = within('CODE_INFLATE', () =>
    inflateBounded(deflated, { dictionary: DICTIONARY_1, maxBytes: length }),
  );
  if (content.length !== length) throw new CodeError('CODE_INFLATE', 'less content than announced');
  return content;
}

function checkSignature(signature: Uint8Array): void {
  if (signature.length !== SIGNATURE_BYTES) throw malformed('an ES256 signature has 64 bytes');
}

function checkPresentation({ gate, signature, timeSeconds }: Presentation): void {
  checkSignature(signature);
  if (![gate, timeSeconds].every((value) => Number.isInteger(value) && value >= 0 && value <= MAX_U32)) {
    throw malformed('time and gate of a presentation are integers below 2^32');
  }
}

function checkLengths(headerLength: number, payloadLength: number): void {
  if (headerLength === 0 || payloadLength === 0) throw malformed('an empty header or payload');
  if (headerLength + payloadLength > MAX_INFLATED_BYTES) {
    throw new CodeError('CODE_INFLATE', `more than ${MAX_INFLATED_BYTES} bytes of content`);
  }
}

function checkProof(index: number, path: Uint8Array): void {
  if (path.length > MAX_PATH_STEPS * HASH_BYTES) {
    throw new CodeError('CODE_PATH_TOO_LONG', `more than ${MAX_PATH_STEPS} steps`);
  }
  if (path.length % HASH_BYTES !== 0) throw malformed('a path of broken hashes');
  if (index >= 2 ** (path.length / HASH_BYTES)) throw malformed('an index outside the batch');
}

function malformed(what: string): CodeError {
  return new CodeError('CODE_MALFORMED', `not the form of a code: ${what}`);
}

/** Runs `read`; a `BytesError` in it is a `CodeError` with this code. */
function within<T>(code: CodeErrorCode, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof BytesError) throw new CodeError(code, cause.message, { cause });
    throw cause;
  }
}
