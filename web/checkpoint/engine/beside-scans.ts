/**
 * All that is held is written down in the thread that answers scans: after some milliseconds it is their turn, and
 * compressing is the browser's, in a thread of its own.
 */
import type { Pace } from '../../../core/bundle/make-bundle.ts';

const PIECE_MS = 8;

export function besideScans(): Pace {
  let since = performance.now();
  return {
    async pause() {
      if (performance.now() - since < PIECE_MS) return;
      await new Promise((resolve) => setTimeout(resolve));
      since = performance.now();
    },
    deflate: async (bytes) => {
      const packed = new Blob([bytes.slice()]).stream().pipeThrough(new CompressionStream('deflate-raw'));
      return new Uint8Array(await new Response(packed).arrayBuffer());
    },
  };
}
