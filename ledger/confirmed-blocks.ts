/**
 * Reads the chain and believes nothing but hashes.
 *
 *   1. every header hashes to its block hash and follows the one before, back to a block we hold (or the
 *      pinned genesis); the last of a run bears a sealer's seal
 *   2. a header's bloom says which blocks can hold logs of our contracts: no log can be left out
 *   3. such a block's receipts hash to its header's receipts root: no log can be added or altered
 *
 * So `eth_getLogs` is not asked at all. Requests are batched, and the next run's headers are on their way
 * while this run's receipts are checked, as are the next receipts.
 */
import { Buffer } from 'node:buffer';
import type { Hex } from '../core/trust/ledger-event.ts';
import { parseHeader, type BlockHeader } from './block-header.ts';
import { bloomBitsOf, mayContain } from './bloom.ts';
import type { RawLog } from './decode-event.ts';
import { LedgerError } from './errors.ts';
import { parseReceipt, type ParsedReceipt } from './receipt.ts';
import { orderedTrieRoot } from './receipts-root.ts';
import type { LedgerRpc } from './rpc.ts';
import { badReply, parseArray, toQuantity } from './rpc-values.ts';
import { checkSeal } from './seal.ts';

export interface BlockRef {
  readonly number: number;
  readonly hash: Hex;
}

export interface ConfirmedLog extends RawLog {
  /** As the endpoint says: the receipts root does not cover it. */
  readonly transactionHash: Hex;
}

export interface ConfirmedBlock {
  readonly header: BlockHeader;
  /** The logs of our contracts, in order; at least one. */
  readonly logs: readonly ConfirmedLog[];
}

/** A run of consecutive blocks. */
export interface ConfirmedRun {
  readonly first: BlockHeader;
  readonly last: BlockHeader;
  /** Those of the run that hold logs of our contracts. */
  readonly blocks: readonly ConfirmedBlock[];
}

export interface ReadOptions {
  /** The last block already confirmed: the first header must follow it. */
  readonly after: BlockRef;
  /** Number of the last block to read. */
  readonly to: number;
  readonly addresses: readonly Hex[];
  /** From the genesis header (`signersOf`); none where the chain is not sealed by Clique. */
  readonly signers: readonly Hex[];
}

/** Of each run of so many headers one seal is looked at. Nodes take about 1,000 calls at once. */
const HEADERS_PER_BATCH = 400;
const RECEIPTS_PER_BATCH = 50;
/**
 * Of a batch's blocks together, unless it is one block. A log costs 375 gas and is some 700 bytes of JSON, so that
 * their receipts are 20 MB at most, whatever somebody has filled the blocks with.
 */
const GAS_PER_BATCH = 10_000_000;

/**
 * Confirmed runs from `after` to `to`, in order.
 *
 * Throws `LEDGER_HEADER_INVALID`, `LEDGER_RECEIPTS_MISMATCH`, and as `LedgerRpc.batch`; `LEDGER_REORGED` when
 * the first header does not follow `after`.
 */
export async function* confirmedRuns(rpc: LedgerRpc, options: ReadOptions): AsyncGenerator<ConfirmedRun> {
  const { to, addresses, signers } = options;
  const bits = addresses.map(bloomBitsOf);
  const wanted: ReadonlySet<string> = new Set(addresses);
  let after = options.after;
  let coming = readHeaders(rpc, after.number + 1, to);
  while (after.number < to) {
    const headers = await coming;
    coming = readHeaders(rpc, after.number + headers.length + 1, to);
    coming.catch(() => undefined); // an error is met when it is awaited, or not wanted any more
    const last = headers.at(-1);
    const first = headers[0];
    if (first === undefined || last === undefined) throw badReply('a run of headers', 'complete');
    checkOrder(headers);
    if (signers.length > 0) checkSeal(last, signers);
    checkFollows(first, after);
    const candidates = headers.filter((header) => bits.some((each) => mayContain(header.logsBloom, each)));
    const blocks = await readLogs(rpc, candidates, wanted);
    yield { first, last, blocks };
    after = last;
  }
}

/** The next headers, at most a batch of them; none past `to`. */
async function readHeaders(rpc: LedgerRpc, from: number, to: number): Promise<readonly BlockHeader[]> {
  const count = Math.max(0, Math.min(HEADERS_PER_BATCH, to - from + 1));
  const replies = await rpc.batch(
    Array.from({ length: count }, (_, i) => ({
      method: 'eth_getBlockByNumber',
      params: [toQuantity(from + i), false],
    })),
  );
  return replies.map(parseHeader);
}

function checkOrder(headers: readonly BlockHeader[]): void {
  for (let i = 1; i < headers.length; i++) {
    const [parent, child] = [headers[i - 1]!, headers[i]!]; // 1 <= i < length
    const follows = child.number === parent.number + 1 && child.parentHash === parent.hash;
    if (!follows || child.timeSeconds < parent.timeSeconds) {
      throw new LedgerError('LEDGER_HEADER_INVALID', `block ${child.number} does not follow ${parent.hash}`);
    }
  }
}

/** Checked after the seal: only the sealers can make a chain that leaves a block of ours out. */
function checkFollows(first: BlockHeader, after: BlockRef): void {
  if (first.number !== after.number + 1) throw badReply('a header', `of block ${after.number + 1}`);
  if (first.parentHash === after.hash) return;
  throw new LedgerError(
    'LEDGER_REORGED',
    `block ${after.number} that we hold is not on the endpoint's chain`,
  );
}

async function readLogs(
  rpc: LedgerRpc,
  headers: readonly BlockHeader[],
  wanted: ReadonlySet<string>,
): Promise<readonly ConfirmedBlock[]> {
  const blocks: ConfirmedBlock[] = [];
  const batches = receiptBatches(headers);
  let coming = readReceipts(rpc, batches[0] ?? []);
  for (const [i, batch] of batches.entries()) {
    const replies = await coming;
    coming = readReceipts(rpc, batches[i + 1] ?? []);
    coming.catch(() => undefined); // an error is met when it is awaited, or not wanted any more
    batch.forEach((header, at) => {
      const logs = confirmLogs(header, replies[at]).filter((log) => wanted.has(log.address));
      if (logs.length > 0) blocks.push({ header, logs });
    });
  }
  return blocks;
}

/** The blocks in order, cut so that each part can be asked for at once. */
function receiptBatches(headers: readonly BlockHeader[]): readonly (readonly BlockHeader[])[] {
  const batches: BlockHeader[][] = [];
  let gas = Infinity;
  for (const header of headers) {
    const last = batches.at(-1);
    gas += header.gasUsed;
    if (last !== undefined && last.length < RECEIPTS_PER_BATCH && gas <= GAS_PER_BATCH) {
      last.push(header);
    } else {
      batches.push([header]);
      gas = header.gasUsed;
    }
  }
  return batches;
}

function readReceipts(rpc: LedgerRpc, headers: readonly BlockHeader[]): Promise<readonly unknown[]> {
  return rpc.batch(
    headers.map((header) => ({ method: 'eth_getBlockReceipts', params: [toQuantity(header.number)] })),
  );
}

/** All logs of a block; throws `LEDGER_RECEIPTS_MISMATCH`. */
function confirmLogs(header: BlockHeader, reply: unknown): readonly ConfirmedLog[] {
  const receipts: readonly ParsedReceipt[] = parseArray(reply, 'receipts').map(parseReceipt);
  const root = orderedTrieRoot(receipts.map((receipt) => receipt.bytes));
  if (`0x${Buffer.from(root).toString('hex')}` !== header.receiptsRoot) {
    throw new LedgerError(
      'LEDGER_RECEIPTS_MISMATCH',
      `the receipts of block ${header.number} are not its own`,
    );
  }
  return receipts.flatMap(({ logs, transactionHash }) => logs.map((log) => ({ ...log, transactionHash })));
}
