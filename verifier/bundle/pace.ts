/**
 * Bundles are made in the process that keeps sightings and answers gates: after each piece it is their turn, and
 * compressing is done by threads.
 */
import { setImmediate as turn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { deflateRaw } from 'node:zlib';
import type { Pace } from '../../core/bundle/make-bundle.ts';

const deflate = promisify<Uint8Array, { level: number }, Uint8Array>(deflateRaw);

export const BESIDE_REQUESTS: Pace = {
  pause: () => turn(),
  deflate: (bytes) => deflate(bytes, { level: 9 }),
};
