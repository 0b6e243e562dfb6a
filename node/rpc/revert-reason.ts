/**
 * The text of Solidity's `Error(string)`, as clients expect it in the message of a reverted call:
 *
 *     08c379a0 ‖ 32 bytes offset (0x20) ‖ 32 bytes length ‖ UTF-8, padded
 */
import { bytesToBigInt, bytesToHex } from '@ethereumjs/util';

const ERROR_SELECTOR = '0x08c379a0';
const HEAD_BYTES = 68;

/** The reason, or `undefined` when the data is something else, such as a custom error. */
export function revertReason(data: Uint8Array): string | undefined {
  if (data.length < HEAD_BYTES || bytesToHex(data.subarray(0, 4)) !== ERROR_SELECTOR) return undefined;
  if (bytesToBigInt(data.subarray(4, 36)) !== 32n) return undefined;
  const length = bytesToBigInt(data.subarray(36, HEAD_BYTES));
  if (length > BigInt(data.length - HEAD_BYTES)) return undefined;
  return new TextDecoder().decode(data.subarray(HEAD_BYTES, HEAD_BYTES + Number(length)));
}
