/** What a handle leads to: `record number u64 ‖ place u8 ‖ lane u8 ‖ entry u64`. */
import { readUint64, writeUint64 } from '../service/big-endian.ts';

/** Where a credential is: in which record, and in which lane it waits or waited for its batch. */
export interface HandleEntry {
  readonly recordNumber: number;
  readonly place: number;
  readonly lane: number;
  readonly entry: number;
}

const HANDLE_ENTRY_BYTES = 18;

export function encodeHandleEntry({ recordNumber, place, lane, entry }: HandleEntry): Uint8Array {
  const bytes = new Uint8Array(HANDLE_ENTRY_BYTES);
  writeUint64(bytes, 0, recordNumber);
  bytes[8] = place;
  bytes[9] = lane;
  writeUint64(bytes, 10, entry);
  return bytes;
}

export function decodeHandleEntry(bytes: Uint8Array): HandleEntry {
  return {
    recordNumber: readUint64(bytes, 0),
    // The store holds what encodeHandleEntry wrote: 18 bytes.
    place: bytes[8]!,
    lane: bytes[9]!,
    entry: readUint64(bytes, 10),
  };
}
