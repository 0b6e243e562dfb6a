/** Bodies as they arrive: in pieces of any size, or whole. */
import type { Bytes } from './row.ts';

const MAX_CHUNK_BYTES = 64 * 1024;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/** Pieces of at most 64 KiB, without the UTF-8 byte order mark at the start. */
export async function* toChunks(body: Bytes): AsyncGenerator<Uint8Array> {
  let matched = 0; // Bytes of the mark seen so far; past its length once the question is settled.
  for await (const whole of body instanceof Uint8Array ? [body] : body) {
    let piece = whole;
    while (matched < BYTE_ORDER_MARK.length && piece.length > 0) {
      if (piece[0] !== BYTE_ORDER_MARK[matched]) {
        if (matched > 0) yield Uint8Array.from(BYTE_ORDER_MARK.slice(0, matched));
        matched = BYTE_ORDER_MARK.length;
        break;
      }
      piece = piece.subarray(1);
      matched++;
    }
    for (let start = 0; start < piece.length; start += MAX_CHUNK_BYTES) {
      yield piece.subarray(start, start + MAX_CHUNK_BYTES);
    }
  }
}

/** All of `body`, or `undefined` as soon as it is longer than `maxBytes`. */
export async function readAll(body: Bytes, maxBytes: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of toChunks(body)) {
    length += chunk.length;
    if (length > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}
