/** The ledger's whole history, event by event, confirmed as a replica confirms it: for audits. */
import type { Hex, LedgerEvent } from '../../../core/trust/ledger-event.ts';
import { parseHeader } from '../../../ledger/block-header.ts';
import { confirmedRuns, type ConfirmedBlock } from '../../../ledger/confirmed-blocks.ts';
import { decodeEvent } from '../../../ledger/decode-event.ts';
import { checkDeployment, eventContracts, type Deployment } from '../../../ledger/deployment.ts';
import type { LedgerRpc } from '../../../ledger/rpc.ts';
import { signersOf } from '../../../ledger/seal.ts';

export interface HistoryEntry {
  readonly event: LedgerEvent;
  readonly contract: Hex;
  readonly blockNumber: number;
  readonly blockHash: Hex;
  readonly timeSeconds: number;
  /** As the endpoint says; all else is confirmed. */
  readonly transactionHash: Hex;
}

/** Every given filter must hold. */
export interface HistoryFilter {
  readonly fromBlock?: number;
  readonly toBlock?: number;
  /** Unix seconds, half open: `from <= t < until`. */
  readonly fromSeconds?: number;
  readonly untilSeconds?: number;
  readonly events?: ReadonlySet<LedgerEvent['event']>;
  readonly issuer?: Hex;
}

/**
 * Finalised events in the order of the chain. The chain is read and confirmed from the genesis block whatever
 * the filter. Throws as `Replica.sync`.
 */
export async function* readHistory(
  rpc: LedgerRpc,
  deployment: Deployment,
  filter: HistoryFilter = {},
): AsyncGenerator<HistoryEntry> {
  const genesis = await checkDeployment(rpc, deployment);
  const finalised = parseHeader(await rpc.request('eth_getBlockByNumber', ['finalized', false]));
  const runs = confirmedRuns(rpc, {
    after: genesis,
    to: Math.min(finalised.number, filter.toBlock ?? finalised.number),
    addresses: eventContracts(deployment),
    signers: signersOf(genesis),
  });
  for await (const run of runs) {
    for (const entry of run.blocks.flatMap(toEntries)) if (matches(entry, filter)) yield entry;
  }
}

function toEntries({ header, logs }: ConfirmedBlock): readonly HistoryEntry[] {
  return logs.flatMap((log) => {
    const event = decodeEvent(log);
    if (event === undefined) return [];
    const { number: blockNumber, hash: blockHash, timeSeconds } = header;
    const { address: contract, transactionHash } = log;
    return [{ event, contract, blockNumber, blockHash, timeSeconds, transactionHash }];
  });
}

function matches({ event, blockNumber, timeSeconds }: HistoryEntry, filter: HistoryFilter): boolean {
  if (blockNumber < (filter.fromBlock ?? 0)) return false;
  if (timeSeconds < (filter.fromSeconds ?? 0)) return false;
  if (timeSeconds >= (filter.untilSeconds ?? Infinity)) return false;
  if (filter.events !== undefined && !filter.events.has(event.event)) return false;
  return filter.issuer === undefined || ('issuer' in event && event.issuer === filter.issuer);
}
