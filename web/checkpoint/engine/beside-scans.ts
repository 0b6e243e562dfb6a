/**
 * Bundles are read, and all that is held is written down, in the thread that answers scans: after some milliseconds it is
 * their turn, and compressing is the browser's, in a thread of its own. Scans wait for it in a browser that has no raw
 * deflate.
 */
import { deflateSync } from 'fflate';
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
      const stream = rawDeflate();
      if (stream === undefined) return deflateSync(bytes, { level: 9 });
      const packed = new Blob([bytes.slice()]).stream().pipeThrough(stream);
      return new Uint8Array(await new Response(packed).arrayBuffer());
    },
  };
}

/** `undefined`: this browser compresses nothing, or only with a frame around it. */
function rawDeflate(): CompressionStream | undefined {
  try {
    return new CompressionStream('deflate-raw');
  } catch {
    return undefined;
  }
}
