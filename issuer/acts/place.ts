/** An entry of a status list, as a number and as bytes: `list number u32 ‖ index u32`. */
import { readUint32, writeUint32 } from '../../service/big-endian.ts';
import { LIST_SIZE } from '../list-allocator.ts';

export interface StatusPlace {
  readonly list: number;
  readonly index: number;
}

/** Places as numbers sort by list, then by index. */
export function placeNumber({ list, index }: StatusPlace): number {
  return list * LIST_SIZE + index;
}

export function placeOf(number: number): StatusPlace {
  return { list: Math.floor(number / LIST_SIZE), index: number % LIST_SIZE };
}

export const PLACE_BYTES = 8;

export function writePlace(target: Uint8Array, offset: number, number: number): void {
  const { list, index } = placeOf(number);
  writeUint32(target, offset, list);
  writeUint32(target, offset + 4, index);
}

/** The number of the place at `offset`. */
export function readPlace(bytes: Uint8Array, offset = 0): number {
  return placeNumber({ list: readUint32(bytes, offset), index: readUint32(bytes, offset + 4) });
}

export function placeKey(number: number): Uint8Array {
  const key = new Uint8Array(PLACE_BYTES);
  writePlace(key, 0, number);
  return key;
}

/** Groups ascending place numbers by their list. */
export function byList(places: ArrayLike<number>): ReadonlyMap<number, readonly number[]> {
  const lists = new Map<number, number[]>();
  for (let i = 0; i < places.length; i++) {
    // `i` is within.
    const { list, index } = placeOf(places[i]!);
    const indices = lists.get(list);
    if (indices === undefined) lists.set(list, [index]);
    else indices.push(index);
  }
  return lists;
}
