/** The text of an answer whose sender may never stop: more than the limit is not read. */
import { Buffer } from 'node:buffer';

/** The body as UTF-8, or `undefined` when it is longer than `maxBytes`; its stream is then closed. */
export async function readBoundedText(response: Response, maxBytes: number): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > maxBytes) return undefined; // leaving the loop cancels the stream
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length).toString('utf8');
}
