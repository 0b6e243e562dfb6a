/**
 * How many in a sliding window: counts in parts of a 24th of it. A part counts as long as any of it may lie in the window,
 * so what is told is never less than the truth, and at most what came in the window and one part before.
 *
 * As bytes: (start of the part u64, Unix seconds ‖ count u32) × n, oldest first.
 */
import { readUint32, readUint64, writeUint32, writeUint64 } from '../../service/big-endian.ts';

const PARTS = 24;
const PART_BYTES = 12;

interface Part {
  readonly start: number;
  count: number;
}

export class WindowCounter {
  readonly #windowSeconds: number;
  readonly #partSeconds: number;
  #parts: Part[];

  constructor(windowSeconds: number, encoded: Uint8Array = new Uint8Array(0)) {
    this.#windowSeconds = windowSeconds;
    this.#partSeconds = Math.max(1, Math.ceil(windowSeconds / PARTS));
    this.#parts = decode(encoded);
  }

  count(atSeconds: number): number {
    this.#forget(atSeconds);
    return this.#parts.reduce((sum, part) => sum + part.count, 0);
  }

  add(count: number, atSeconds: number): void {
    this.#forget(atSeconds);
    const start = atSeconds - (atSeconds % this.#partSeconds);
    const last = this.#parts.at(-1);
    // A clock that was set back counts into the newest part: nothing is lost, and none begins anew.
    if (last !== undefined && last.start >= start) last.count += count;
    else this.#parts.push({ start, count });
  }

  encode(): Uint8Array {
    const bytes = new Uint8Array(this.#parts.length * PART_BYTES);
    this.#parts.forEach(({ start, count }, i) => {
      writeUint64(bytes, i * PART_BYTES, start);
      writeUint32(bytes, i * PART_BYTES + 8, Math.min(count, 0xffff_ffff));
    });
    return bytes;
  }

  #forget(atSeconds: number): void {
    const oldest = atSeconds - this.#windowSeconds - this.#partSeconds;
    if ((this.#parts[0]?.start ?? atSeconds) > oldest) return;
    this.#parts = this.#parts.filter(({ start }) => start > oldest);
  }
}

/** When the newest part began, 0 when there is none. */
export function newestPart(encoded: Uint8Array): number {
  return encoded.length < PART_BYTES ? 0 : readUint64(encoded, encoded.length - PART_BYTES);
}

function decode(encoded: Uint8Array): Part[] {
  const count = Math.floor(encoded.length / PART_BYTES);
  return Array.from({ length: count }, (_, i) => ({
    start: readUint64(encoded, i * PART_BYTES),
    count: readUint32(encoded, i * PART_BYTES + 8),
  }));
}
