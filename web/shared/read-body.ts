/** What comes over HTTP, up to a length: nobody knows who answers, and memory ends. */
import { concatBytes } from '../../core/bytes/concat.ts';

export interface BodyLimits {
  readonly maxBytes: number;
  /** Before each piece is waited for. */
  readonly onWait?: () => void;
}

/** `undefined`: it is longer, and what is left of it is not taken. Rejects where it ends halfway. */
export async function readBody(
  body: ReadableStream<Uint8Array> | null,
  { maxBytes, onWait }: BodyLimits,
): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  const reader = body?.getReader();
  for (let length = 0; ;) {
    onWait?.();
    const chunk = (await reader?.read())?.value;
    if (chunk === undefined) return concatBytes(...chunks);
    length += chunk.length;
    chunks.push(chunk);
    if (length > maxBytes) {
      await reader?.cancel();
      return undefined;
    }
  }
}
