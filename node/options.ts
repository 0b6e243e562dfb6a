/** What a node is started with. Every default is safe for one machine: loopback, bounded everything. */
import { hexToBytes, isHexString } from '@ethereumjs/util';
import { DEFAULT_WRITE_BUFFER_BYTES } from './database.ts';
import type { GenesisOptions } from './genesis.ts';
import { NodeError } from './node-errors.ts';

export interface NodeOptions {
  /** Folder that this node owns; created when it does not exist. */
  readonly dataFolder: string;
  /** EIP-155 chain id, 1 to 2^48. */
  readonly chainId: number;
  /** secp256k1 key of the only account that seals, 32 bytes or 0x-hex. Making and keeping it is the caller's duty. */
  readonly sealerPrivateKey: string | Uint8Array;
  readonly genesis: GenesisOptions;
  /** Besu permissions file with the accounts that may send (allowlist.ts); it must exist. */
  readonly allowlistFile: string;
  /** How long a waiting transaction lets others join its block, 0 to 30,000 ms; default 0: seal at once. Whoever sends waits a minute at most. */
  readonly sealIntervalMs?: number;
  /** An empty block after so many seconds without one; default 0: never. */
  readonly heartbeatSeconds?: number;
  /** What LevelDB gathers before it writes a table, 64 KiB to 1 GiB; default 16 MiB. Less: more tables, smaller logs. */
  readonly writeBufferBytes?: number;
  /** Address to listen on; default 127.0.0.1. Anything else exposes an unauthenticated node. */
  readonly host?: string;
  /** Port to listen on; default 8545, 0 for any free one. */
  readonly port?: number;
  readonly limits?: Partial<NodeLimits>;
}

export interface NodeLimits {
  /** Largest request body; default 5 MiB. */
  readonly maxBodyBytes: number;
  /** Most calls in one batch; default 1,024. */
  readonly maxBatchCalls: number;
  /** Most blocks in one `eth_getLogs`; default 10,000. */
  readonly maxLogBlocks: number;
  /** Most logs in one answer; default 10,000. */
  readonly maxLogs: number;
  /**
   * About how long an answer to a batch, or the data of the logs in one, may be; default 32 MiB. What is in memory
   * at once is this, and one more answer, for each connection.
   */
  readonly maxAnswerBytes: number;
  /** Connections at once; default 256. */
  readonly maxConnections: number;
  /** Transactions waiting, of all senders; default 4,096. */
  readonly maxPoolTransactions: number;
  /**
   * How far a new block's time may lie ahead of the clock; default 15 s. Block times never fall, so a clock that
   * goes back leaves the last block ahead of it; beyond the limit blocks wait for the clock.
   */
  readonly maxClockLeadSeconds: number;
  /** Names that a `Host` header may carry besides loopback's; default none. */
  readonly allowedHosts: readonly string[];
  /** `Origin` headers that are answered; default none, so no web page reaches the node. */
  readonly allowedOrigins: readonly string[];
  /** Methods that are answered; default all that the node has. */
  readonly allowedMethods: readonly string[] | undefined;
}

/** {@link NodeOptions} with every default filled in. */
export interface NodeConfig extends Required<Omit<NodeOptions, 'limits' | 'sealerPrivateKey'>> {
  readonly sealerPrivateKey: Uint8Array;
  readonly limits: NodeLimits;
}

const DEFAULT_LIMITS: NodeLimits = {
  maxBodyBytes: 5 * 1024 * 1024,
  maxBatchCalls: 1_024,
  maxLogBlocks: 10_000,
  maxLogs: 10_000,
  maxAnswerBytes: 32 * 1024 * 1024,
  maxConnections: 256,
  maxPoolTransactions: 4_096,
  maxClockLeadSeconds: 15,
  allowedHosts: [],
  allowedOrigins: [],
  allowedMethods: undefined,
};

/** Checks options and fills defaults; throws `NODE_OPTIONS_INVALID` with the option's name. */
export function toNodeConfig(options: NodeOptions): NodeConfig {
  const config: NodeConfig = {
    dataFolder: options.dataFolder,
    chainId: options.chainId,
    sealerPrivateKey: privateKeyBytes(options.sealerPrivateKey),
    genesis: options.genesis,
    allowlistFile: options.allowlistFile,
    sealIntervalMs: options.sealIntervalMs ?? 0,
    heartbeatSeconds: options.heartbeatSeconds ?? 0,
    writeBufferBytes: options.writeBufferBytes ?? DEFAULT_WRITE_BUFFER_BYTES,
    host: options.host ?? '127.0.0.1',
    port: options.port ?? 8545,
    limits: { ...DEFAULT_LIMITS, ...options.limits },
  };
  requireInteger('chainId', config.chainId, 1, 2 ** 48);
  requireInteger('genesis.timestampSeconds', config.genesis.timestampSeconds, 0, 2 ** 40);
  requireInteger('sealIntervalMs', config.sealIntervalMs, 0, 30_000);
  requireInteger('heartbeatSeconds', config.heartbeatSeconds, 0, 86_400);
  requireInteger('writeBufferBytes', config.writeBufferBytes, 2 ** 16, 2 ** 30);
  requireInteger('port', config.port, 0, 65_535);
  requireInteger('limits.maxClockLeadSeconds', config.limits.maxClockLeadSeconds, 0, 2 ** 40);
  return Object.freeze(config);
}

function privateKeyBytes(key: string | Uint8Array): Uint8Array {
  const bytes = typeof key === 'string' && isHexString(key) ? hexToBytes(key) : key;
  if (typeof bytes === 'string' || bytes.length !== 32) {
    throw new NodeError(
      'NODE_OPTIONS_INVALID',
      'sealerPrivateKey: expected 32 bytes or 0x and 64 hex digits',
    );
  }
  return bytes;
}

function requireInteger(name: string, value: number, low: number, high: number): void {
  if (!Number.isSafeInteger(value) || value < low || value > high) {
    throw new NodeError('NODE_OPTIONS_INVALID', `${name}: expected an integer from ${low} to ${high}`);
  }
}
