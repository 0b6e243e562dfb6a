/**
 * The ZIP of a DIVOC code (PKWARE APPNOTE): one file, `certificate.json`, stored or deflated. The end of central
 * directory is the last 22 bytes; sizes and checksum are the directory's.
 */
import { BytesError } from '../../bytes/errors.ts';
import { inflateBounded } from '../../bytes/inflate.ts';
import { fromUtf8 } from '../../bytes/utf8.ts';
import { crc32 } from '../../qr/png-format.ts';
import { ForeignError } from '../errors.ts';

const NAME = 'certificate.json';
const END_BYTES = 22;
const END = 0x504b_0506;
const ENTRY = 0x504b_0102;
const LOCAL = 0x504b_0304;
const ENTRY_BYTES = 46;
const LOCAL_BYTES = 30;
const STORED = 0;
const DEFLATED = 8;

/** Throws `CODE_MALFORMED` or `CODE_INFLATE`. */
export function certificateInZip(zip: Uint8Array, maxBytes: number): Uint8Array {
  if (zip.length < END_BYTES) throw malformed('cut short');
  const view = new DataView(zip.buffer, zip.byteOffset, zip.byteLength);
  const end = zip.length - END_BYTES;
  if (view.getUint32(end) !== END) throw malformed('no directory at its end');
  const directory = view.getUint32(end + 16, true);
  if (view.getUint16(end + 10, true) !== 1) throw malformed('not just one file');
  if (directory + ENTRY_BYTES > end || view.getUint32(directory) !== ENTRY) throw malformed('no entry');
  const method = view.getUint16(directory + 10, true);
  const checksum = view.getUint32(directory + 16, true);
  const packedBytes = view.getUint32(directory + 20, true);
  const local = view.getUint32(directory + 42, true);
  if (local + LOCAL_BYTES > directory || view.getUint32(local) !== LOCAL) throw malformed('no file');
  const nameBytes = view.getUint16(local + 26, true);
  const start = local + LOCAL_BYTES + nameBytes + view.getUint16(local + 28, true);
  if (start + packedBytes > directory) throw malformed('a file past the directory');
  const name = fromUtf8(zip.subarray(local + LOCAL_BYTES, local + LOCAL_BYTES + nameBytes));
  if (name !== NAME) throw malformed('another file');
  const content = unpack(zip.subarray(start, start + packedBytes), method, maxBytes);
  if (crc32(content) !== checksum) throw malformed('another checksum');
  return content;
}

function unpack(packed: Uint8Array, method: number, maxBytes: number): Uint8Array {
  if (method === STORED && packed.length <= maxBytes) return packed;
  if (method !== DEFLATED) throw malformed('packed in another way');
  try {
    return inflateBounded(packed, { maxBytes });
  } catch (cause) {
    if (cause instanceof BytesError)
      throw new ForeignError('CODE_INFLATE', 'the file cannot be unpacked', { cause });
    throw cause;
  }
}

function malformed(what: string): ForeignError {
  return new ForeignError('CODE_MALFORMED', `not the ZIP of a certificate: ${what}`);
}
