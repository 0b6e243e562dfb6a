import { HclError } from '../core/errors.ts';

/** Stable codes of what the embedded node refuses or reports; the README lists what to do about each. */
export type NodeErrorCode =
  /** An option is missing or out of range. */
  | 'NODE_OPTIONS_INVALID'
  /** Another process, or another node of this process, has the folder open. */
  | 'NODE_FOLDER_LOCKED'
  /** The system does not let the store be opened: permissions, space, a file in its place. */
  | 'NODE_STORE_UNAVAILABLE'
  /** What is stored cannot be right. */
  | 'NODE_STORE_CORRUPT'
  /** A folder that should hold a chain holds none. */
  | 'NODE_STORE_EMPTY'
  /** The folder was written by another version of the storage format. */
  | 'NODE_STORE_VERSION'
  /** A write failed; whether it took effect is unknown until the node is opened again. */
  | 'NODE_WRITE_FAILED'
  /** The stored chain starts from another genesis than the one configured. */
  | 'NODE_GENESIS_MISMATCH'
  /** The allowlist file does not exist. */
  | 'NODE_ALLOWLIST_MISSING'
  /** The allowlist file is not in the expected form. */
  | 'NODE_ALLOWLIST_INVALID'
  /** The node is closed or closing. */
  | 'NODE_CLOSED';

export class NodeError extends HclError<NodeErrorCode> {}
