/**
 * The anchored roots that a device holds, found where they lie: in the bytes of the sections. An open-addressing
 * table leads from the first word of a root to its row, so the index costs six bytes a root and no copy.
 *
 * Roots of the short-lived class are cut to 20 bytes: whoever is found by one of those has `isCut`, and must be
 * authenticated by its signature as well (docs/bundle.md says what 20 bytes are good for).
 */
import { toHex, type Hex } from '../bytes/hex.ts';
import type { BatchClass } from '../credential/credential-type.ts';
import type { Anchor } from '../trust/root-index.ts';
import { isShortSection } from './held-sections.ts';
import { NO_PAUSE, type Pause } from './pause.ts';
import { isRootSection, MAX_ROWS, rootBytesOf, rowBytesOf } from './root-columns.ts';

interface Part {
  readonly bytes: Uint8Array;
  readonly rootBytes: number;
  readonly rowBytes: number;
  readonly issuer: Hex;
  readonly class: BatchClass;
}

const ACCOUNT_BYTES = 20;
const NONE: readonly Anchor[] = Object.freeze([]);

export class DeviceRoots {
  readonly #parts: readonly Part[];
  /** Row plus one; 0 = free. At most two thirds are taken. */
  readonly #slots: Uint32Array;
  readonly size: number;

  private constructor(parts: readonly Part[]) {
    this.#parts = parts;
    this.size = parts.reduce((sum, { bytes, rowBytes }) => sum + bytes.length / rowBytes, 0);
    this.#slots = new Uint32Array(Math.max(16, Math.ceil(this.size * 1.5)));
  }

  /** @param sections by name; those that hold no roots are passed over */
  static async of(
    sections: Iterable<readonly [name: string, bytes: Uint8Array]>,
    pause: Pause = NO_PAUSE,
  ): Promise<DeviceRoots> {
    const parts = [...sections].filter(([name]) => isRootSection(name)).map(toPart);
    const roots = new DeviceRoots(parts);
    for (const [i, part] of parts.entries()) {
      roots.#insertAll(part, i);
      await pause();
    }
    return roots;
  }

  /** Everybody who anchored `root`, 32 bytes, among what is held. */
  find(root: Uint8Array): readonly Anchor[] {
    let found: Anchor[] | undefined;
    const slots = this.#slots;
    let slot = slotOf(wordAt(root, 0), slots.length);
    // The table is never full, so the search ends at a free slot.
    for (let entry = slots[slot]!; entry !== 0; entry = slots[slot]!) {
      const part = this.#parts[Math.floor((entry - 1) / MAX_ROWS)]!; // entries are rows of parts
      const at = ((entry - 1) % MAX_ROWS) * part.rowBytes;
      if (beginsWith(root, part, at)) (found ??= []).push(anchorAt(part, at));
      if (++slot === slots.length) slot = 0;
    }
    return found ?? NONE;
  }

  #insertAll({ bytes, rowBytes }: Part, part: number): void {
    const slots = this.#slots;
    for (let at = 0, row = 0; at < bytes.length; at += rowBytes, row++) {
      let slot = slotOf(wordAt(bytes, at), slots.length);
      while (slots[slot] !== 0) if (++slot === slots.length) slot = 0;
      slots[slot] = part * MAX_ROWS + row + 1;
    }
  }
}

/** `roots/long/<day>/<issuer>/<part>` or `short/<day>/<issuer>/<part>` */
function toPart([name, bytes]: readonly [string, Uint8Array]): Part {
  const issuer: Hex = `0x${name.split('/').at(-2) ?? ''}`;
  return {
    bytes,
    rootBytes: rootBytesOf(name),
    rowBytes: rowBytesOf(name),
    issuer,
    class: isShortSection(name) ? 'short' : 'long',
  };
}

function beginsWith(root: Uint8Array, { bytes, rootBytes }: Part, at: number): boolean {
  for (let i = 0; i < rootBytes; i++) if (bytes[at + i] !== root[i]) return false;
  return true;
}

function anchorAt({ bytes, rootBytes, rowBytes, issuer, class: batchClass }: Part, at: number): Anchor {
  const rest = new DataView(bytes.buffer, bytes.byteOffset + at + rootBytes, rowBytes - rootBytes);
  return {
    issuer,
    account: toHex(bytes.subarray(at + rootBytes, at + rootBytes + ACCOUNT_BYTES)),
    timeSeconds: Number(rest.getBigUint64(ACCOUNT_BYTES)),
    sequence: Number(rest.getBigUint64(ACCOUNT_BYTES + 8)),
    log2Size: rest.getUint8(ACCOUNT_BYTES + 16),
    class: batchClass,
    ...(batchClass === 'short' ? { isCut: true as const } : {}),
  };
}

function wordAt(bytes: Uint8Array, at: number): number {
  // A row begins with at least 20 bytes of root; a missing byte would count as 0 and match nothing.
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

function slotOf(word: number, slots: number): number {
  return Math.floor((word / 0x1_0000_0000) * slots);
}
