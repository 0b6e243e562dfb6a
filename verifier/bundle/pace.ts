/**
 * Bundles are made in the process that keeps sightings and answers gates: after each piece it is their turn, and
 * compressing what is long is done by threads.
 */
import { setImmediate as turn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { deflateRaw, deflateRawSync } from 'node:zlib';
import type { Pace } from '../../core/bundle/make-bundle.ts';

const deflate = promisify<Uint8Array, { level: number }, Uint8Array>(deflateRaw);

/** Up to here handing it to a thread takes the event loop longer than doing it: 120 against 70 µs for 2,000 bytes. */
const SHORT_BYTES = 4_096;

export const BESIDE_REQUESTS: Pace = {
  pause: () => turn(),
  deflate: async (bytes) =>
    bytes.length <= SHORT_BYTES ? deflateRawSync(bytes, { level: 9 }) : await deflate(bytes, { level: 9 }),
};
