/**
 * What endpoints say about blocks that we hold or that another one has given: whoever lies, lags or keeps silent shall neither be
 * believed nor stop the reading of one that does not.
 */
import { parseHeader, type BlockHeader } from './block-header.ts';
import type { BlockStore, ReplicaHead } from './block-store.ts';
import { isWordOfOne, LedgerError, type LedgerErrorCode } from './errors.ts';
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
  /**
   * Another block that does not hash to its name, or that no sealer of this chain has sealed; or more blocks than
   * the others, which are not what they should be.
   */
  | 'lies';

const HAS_FAILED: Readonly<Record<Standing, boolean>> = {
  agrees: false,
  behind: false,
  silent: true,
  lies: true,
};
const SILENCES: readonly LedgerErrorCode[] = [
  'LEDGER_UNREACHABLE',
  'LEDGER_BAD_REPLY',
  'LEDGER_RPC_REFUSED',
  'LEDGER_REVERTED',
];

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

  /** Those that have not failed. */
  get able(): readonly LedgerRpc[] {
    return [...this.#standings].filter(([, standing]) => !HAS_FAILED[standing]).map(([rpc]) => rpc);
  }

  /** That one failed when it was asked for more than a header. */
  noteFailure(rpc: LedgerRpc, error: LedgerError): void {
    this.#standings.set(rpc, standingAfter(error));
  }

  /** Throws `LEDGER_SPLIT_VIEW` when one holds another block of this number that is as good. */
  async compare(header: BlockHeader): Promise<void> {
    if (header.number === 0) return; // the genesis block is pinned
    await Promise.all(
      this.able.map(async (rpc) => this.#standings.set(rpc, await standingTo(header, rpc, this.#signers))),
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

/** The last header that an endpoint calls finalised; throws as `LedgerRpc.request` and `parseHeader`. */
export async function askForFinalised(rpc: LedgerRpc): Promise<BlockHeader> {
  return parseHeader(await rpc.request('eth_getBlockByNumber', ['finalized', false]));
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
    if (!isWordOfOne(error)) throw error;
    return standingAfter(error);
  }
}

/** Who gave none is silent; who gave one that is none of this chain lies. */
function standingAfter({ code }: LedgerError): 'lies' | 'silent' {
  return SILENCES.includes(code) ? 'silent' : 'lies';
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

export interface HeldHistory {
  readonly head: ReplicaHead;
  readonly store: Pick<BlockStore, 'lastUpTo'>;
  readonly signers: readonly Hex[];
}

/** Throws `LEDGER_REORGED` or `LEDGER_CHAIN_RESET` when the endpoint has other blocks than we hold. */
export async function checkSameHistory(
  rpc: LedgerRpc,
  finalised: BlockHeader,
  { head, store, signers }: HeldHistory,
): Promise<void> {
  if (finalised.number === 0 || finalised.number > head.number) return; // the first header must follow ours
  if (finalised.number === head.number) {
    if (finalised.hash === head.hash) return;
    if (signers.length > 0) checkSeal(finalised, signers);
    throw new LedgerError('LEDGER_REORGED', `block ${finalised.number} that we hold was replaced`);
  }
  const held = await store.lastUpTo(finalised.number);
  if (held === undefined) return;
  const theirs = held.number === finalised.number ? finalised : await askForHeader(rpc, held.number);
  if (typeof theirs === 'string' || theirs.hash === held.hash) return;
  if (signers.length > 0) checkSeal(theirs, signers);
  throw new LedgerError(
    'LEDGER_CHAIN_RESET',
    `the endpoint is at block ${finalised.number} of another history than ours`,
  );
}
