/**
 * What other endpoints say about a block that one has given: whoever lies, lags or keeps silent shall neither be
 * believed nor stop the reading of one that does not.
 */
import { parseHeader, type BlockHeader } from './block-header.ts';
import { isRetryable, LedgerError } from './errors.ts';
import type { Hex } from '../core/trust/ledger-event.ts';
import type { LedgerRpc } from './rpc.ts';
import { toQuantity } from './rpc-values.ts';
import { checkSeal } from './seal.ts';

export type Standing =
  /** Holds the same block. */
  | 'agrees'
  /** Has not got so far. */
  | 'behind'
  /** No answer, or one that is no answer. */
  | 'silent'
  /** Another block that does not hash to its name, or that no sealer of this chain has sealed. */
  | 'lies';

/** The endpoints to compare with during one sync. Who failed is not asked again before the next one. */
export class Others {
  readonly #signers: readonly Hex[];
  readonly #standings: Map<LedgerRpc, Standing>;

  constructor(endpoints: readonly LedgerRpc[], signers: readonly Hex[]) {
    this.#signers = signers;
    this.#standings = new Map(endpoints.map((rpc) => [rpc, 'behind']));
  }

  /** By URL, as of the last comparison. */
  get standings(): ReadonlyMap<string, Standing> {
    return new Map(Array.from(this.#standings, ([rpc, standing]) => [rpc.url, standing]));
  }

  /** Throws `LEDGER_SPLIT_VIEW` when one holds another block of this number that is as good. */
  async compare(header: BlockHeader): Promise<void> {
    if (header.number === 0) return; // the genesis block is pinned
    const able = [...this.#standings].filter(
      ([, standing]) => standing === 'agrees' || standing === 'behind',
    );
    await Promise.all(
      able.map(async ([rpc]) => this.#standings.set(rpc, await standingTo(header, rpc, this.#signers))),
    );
  }
}

async function standingTo(header: BlockHeader, rpc: LedgerRpc, signers: readonly Hex[]): Promise<Standing> {
  const other = await askForHeader(rpc, header.number);
  if (typeof other === 'string') return other;
  if (other.hash === header.hash) return 'agrees';
  if (other.number !== header.number || !isSealed(other, signers)) return 'lies';
  throw new LedgerError(
    'LEDGER_SPLIT_VIEW',
    `endpoints disagree about block ${header.number}: ${header.hash} and ${other.hash}`,
  );
}

/** A header from an endpoint that may be behind, away or lying. */
export async function askForHeader(
  rpc: LedgerRpc,
  number: number,
): Promise<BlockHeader | Exclude<Standing, 'agrees'>> {
  try {
    const reply = await rpc.request('eth_getBlockByNumber', [toQuantity(number), false]);
    return reply === null ? 'behind' : parseHeader(reply);
  } catch (error) {
    if (!isRetryable(error) && !isRefusal(error)) throw error;
    return error instanceof LedgerError && error.code === 'LEDGER_HEADER_INVALID' ? 'lies' : 'silent';
  }
}

/** On a chain without seals, a header that hashes to its name is as good as any. */
function isSealed(header: BlockHeader, signers: readonly Hex[]): boolean {
  if (signers.length === 0) return true;
  try {
    checkSeal(header, signers);
    return true;
  } catch (error) {
    if (error instanceof LedgerError) return false;
    throw error;
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof LedgerError && error.code === 'LEDGER_RPC_REFUSED';
}
