/**
 * Codes as they are handed to `hcl verify`: on standard input or in files, one a line, or as PNG and JPEG images. One
 * answer is owed for every line, also for an empty one. Memory is bounded whatever comes: a line is kept up
 * to {@link KEPT_CHARACTERS}, which is more than a code can have, so cutting it changes no verdict.
 */
import { Buffer } from 'node:buffer';
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { CliError } from './errors.ts';
import { joinDocuments } from './json-documents.ts';

export interface CodeLine {
  /** From 1. */
  readonly line: number;
  readonly text: string;
}

const KEPT_CHARACTERS = 131_072;
const MAX_IMAGE_BYTES = 16 * 1024 * 1024;
// None of them begins a line of text.
const PNG: readonly number[] = [0x89];
const JPEG: readonly number[] = [0xff, 0xd8];
const ZIP: readonly number[] = [0x50, 0x4b, 0x03, 0x04];
const MARKS = [PNG, JPEG, ZIP];
const MARK_BYTES = 4;
const UTF16_FIRST_BYTE = 0xff;

/** Reads the text in the QR code of a PNG or JPEG image; throws when there is none. */
export type ReadImage = (image: Uint8Array) => string;

/** The codes in a file. Throws `CLI_FILE_UNREADABLE`. */
export async function* codesOfFile(path: string, readImage: ReadImage): AsyncGenerator<CodeLine> {
  const stream = createReadStream(path);
  try {
    yield* codesOf(stream, readImage);
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    throw new CliError('CLI_FILE_UNREADABLE', 'the file cannot be read', { cause });
  } finally {
    stream.destroy();
  }
}

/** The codes in a stream, as they arrive: a scanner that types into standard input gets each answer at once. */
export async function* codesOf(stream: Readable, readImage: ReadImage): AsyncGenerator<CodeLine> {
  const chunks = byteChunks(stream);
  const first = await beginning(chunks);
  if (startsWith(first, PNG) || startsWith(first, JPEG)) {
    yield { line: 1, text: codeInImage(await allOf(first, chunks), readImage) };
  } else if (startsWith(first, ZIP)) {
    // A code that is a file: its bytes, one character each, as scanners give them.
    yield { line: 1, text: Buffer.from(await allOf(first, chunks)).toString('latin1') };
  } else {
    yield* joinDocuments(linesOf(first, chunks));
  }
}

/** The first chunk, made long enough to tell what it begins like; a single byte is no file. */
async function beginning(chunks: AsyncIterator<Uint8Array>): Promise<Uint8Array> {
  let first = (await chunks.next()).value ?? new Uint8Array(0);
  while (first.length < MARK_BYTES && MARKS.some((mark) => mark[0] === first[0])) {
    const next = await chunks.next();
    if (next.done === true) break;
    first = Buffer.concat([first, next.value]);
  }
  return first;
}

function startsWith(bytes: Uint8Array, mark: readonly number[]): boolean {
  return mark.every((byte, i) => bytes[i] === byte);
}

function codeInImage(png: Uint8Array, readImage: ReadImage): string {
  try {
    return readImage(png);
  } catch (cause) {
    throw new CliError('CLI_FILE_UNREADABLE', 'no QR code can be read in the image', { cause });
  }
}

async function* linesOf(first: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<CodeLine> {
  // PowerShell writes UTF-16 with a byte order mark; everything else is UTF-8.
  const decoder = new TextDecoder(first[0] === UTF16_FIRST_BYTE ? 'utf-16le' : 'utf-8');
  let line = 1;
  let kept = '';
  for (let chunk: Uint8Array | undefined = first; chunk !== undefined; chunk = (await rest.next()).value) {
    const parts = decoder.decode(chunk, { stream: true }).split('\n');
    for (const part of parts.slice(0, -1)) {
      yield { line, text: withoutReturn(keep(kept, part)) };
      line++;
      kept = '';
    }
    kept = keep(kept, parts.at(-1) ?? '');
  }
  kept += decoder.decode();
  if (kept !== '' || line === 1) yield { line, text: withoutReturn(kept) };
}

function keep(kept: string, part: string): string {
  return kept.length >= KEPT_CHARACTERS ? kept : kept + part.slice(0, KEPT_CHARACTERS - kept.length);
}

function withoutReturn(text: string): string {
  return text.endsWith('\r') ? text.slice(0, -1) : text;
}

async function* byteChunks(stream: Readable): AsyncGenerator<Uint8Array, undefined> {
  for await (const chunk of stream) {
    // Streams without an encoding yield Buffers, an interactive terminal may yield text.
    yield typeof chunk === 'string' ? new TextEncoder().encode(chunk) : (chunk as Uint8Array);
  }
  return undefined;
}

async function allOf(first: Uint8Array, rest: AsyncIterator<Uint8Array>): Promise<Uint8Array> {
  const parts = [first];
  let total = first.length;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) {
    total += next.value.length;
    if (total > MAX_IMAGE_BYTES) {
      throw new CliError('CLI_FILE_UNREADABLE', `the image is larger than ${MAX_IMAGE_BYTES} bytes`);
    }
    parts.push(next.value);
  }
  return Buffer.concat(parts);
}
