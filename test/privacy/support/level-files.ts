/**
 * All bytes that a LevelDB folder holds, dead entries included, as whoever finds the disk would read them: blocks
 * of tables (`.ldb`) are decompressed, records of logs (`.log`, `MANIFEST`) put together again, whatever is left
 * is taken as it is. Formats: leveldb/doc/table_format.md, log_format.md, google/snappy format_description.txt.
 */
import { Buffer } from 'node:buffer';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface FoundBytes {
  readonly name: string;
  readonly bytes: Buffer;
}

/** Every file below `folder`, as it is and, where LevelDB packs, unpacked. */
export async function allBytesBelow(folder: string): Promise<readonly FoundBytes[]> {
  const found: FoundBytes[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const name = join(entry.parentPath, entry.name);
    const bytes = await readFile(name);
    found.push({ name, bytes });
    if (name.endsWith('.ldb')) found.push({ name, bytes: unpackTable(bytes) });
    if (/\.log$|MANIFEST-\d+$/.test(name)) found.push({ name, bytes: unpackLog(bytes) });
  }
  return found;
}

const FOOTER_BYTES = 48;
const SNAPPY = 1;

/** All data blocks of a table, one after another. */
function unpackTable(file: Buffer): Buffer {
  const footer = { bytes: file.subarray(file.length - FOOTER_BYTES), at: 0 };
  readHandle(footer);
  const index = readBlock(file, readHandle(footer));
  return Buffer.concat(handlesOf(index).map((handle) => readBlock(file, handle)));
}

interface Handle {
  readonly offset: number;
  readonly size: number;
}

interface Cursor {
  readonly bytes: Buffer;
  at: number;
}

/** The values of an index block: where the data blocks are. */
function handlesOf(index: Buffer): readonly Handle[] {
  const restarts = index.readUInt32LE(index.length - 4);
  const end = index.length - 4 - 4 * restarts;
  const handles: Handle[] = [];
  for (const cursor = { bytes: index, at: 0 }; cursor.at < end;) {
    readVarint(cursor);
    const keyBytes = readVarint(cursor);
    const valueBytes = readVarint(cursor);
    cursor.at += keyBytes;
    handles.push(readHandle({ bytes: index, at: cursor.at }));
    cursor.at += valueBytes;
  }
  return handles;
}

/** A block is followed by a byte that says how it is packed, and a checksum. */
function readBlock(file: Buffer, { offset, size }: Handle): Buffer {
  const stored = file.subarray(offset, offset + size);
  return file[offset + size] === SNAPPY ? unsnap(stored) : Buffer.from(stored);
}

function readHandle(cursor: Cursor): Handle {
  return { offset: readVarint(cursor), size: readVarint(cursor) };
}

function readVarint(cursor: Cursor): number {
  let value = 0;
  for (let shift = 1; ; shift *= 128) {
    const byte = cursor.bytes.readUInt8(cursor.at++);
    value += (byte & 0x7f) * shift;
    if (byte < 0x80) return value;
  }
}

function unsnap(packed: Buffer): Buffer {
  const cursor = { bytes: packed, at: 0 };
  const out = Buffer.alloc(readVarint(cursor));
  let to = 0;
  const copy = (distance: number, length: number): void => {
    for (let i = 0; i < length; i++, to++) out[to] = out.readUInt8(to - distance);
  };
  while (cursor.at < packed.length) {
    const tag = packed.readUInt8(cursor.at++);
    const upper = tag >> 2;
    if ((tag & 3) === 0) {
      const extra = upper < 60 ? 0 : upper - 59;
      const length = (extra === 0 ? upper : packed.readUIntLE(cursor.at, extra)) + 1;
      cursor.at += extra;
      to += packed.copy(out, to, cursor.at, cursor.at + length);
      cursor.at += length;
    } else if ((tag & 3) === 1) {
      copy(((tag >> 5) << 8) | packed.readUInt8(cursor.at++), ((tag >> 2) & 7) + 4);
    } else {
      const bytes = (tag & 3) === 2 ? 2 : 4;
      const distance = packed.readUIntLE(cursor.at, bytes);
      cursor.at += bytes;
      copy(distance, upper + 1);
    }
  }
  return out;
}

const LOG_BLOCK_BYTES = 32_768;
const LOG_HEADER_BYTES = 7;

/** The payloads of a log without the headers that stand between their fragments. */
function unpackLog(file: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let block = 0; block < file.length; block += LOG_BLOCK_BYTES) {
    const end = Math.min(block + LOG_BLOCK_BYTES, file.length);
    for (let at = block; at + LOG_HEADER_BYTES <= end;) {
      const length = file.readUInt16LE(at + 4);
      parts.push(file.subarray(at + LOG_HEADER_BYTES, at + LOG_HEADER_BYTES + length));
      at += LOG_HEADER_BYTES + length;
    }
  }
  return Buffer.concat(parts);
}
