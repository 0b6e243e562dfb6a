/**
 * The newest events of one issuer, read backwards through `eth_getLogs`. Believes the endpoint: for a writer
 * who looks at its own node; verifiers read through `confirmed-blocks.ts`.
 */
import type { Hex, LedgerEvent } from '../core/trust/ledger-event.ts';
import { decodeEvent } from './decode-event.ts';
import type { LedgerRpc } from './rpc.ts';
import { parseArray, parseData, parseObject, parseQuantity, toQuantity } from './rpc-values.ts';

export interface EventFilter {
  readonly address: Hex;
  /** As ethers encodes them. */
  readonly topics: readonly unknown[];
  /** The block that created the contract. */
  readonly fromBlock: number;
}

/** Nodes answer for so many blocks at once. */
const BLOCKS_PER_REQUEST = 10_000;

/** In the ledger's order, all events after the newest one that is not `isWanted`. Throws as `LedgerRpc.request`. */
export async function newestEvents<Event extends LedgerEvent>(
  rpc: Pick<LedgerRpc, 'request'>,
  { address, topics, fromBlock }: EventFilter,
  isWanted: (event: LedgerEvent) => event is Event,
): Promise<readonly Event[]> {
  const found: Event[] = [];
  let to = parseQuantity(await rpc.request('eth_blockNumber', []), 'a block number');
  while (to >= fromBlock) {
    const from = Math.max(fromBlock, to - BLOCKS_PER_REQUEST + 1);
    const range = { address, topics, fromBlock: toQuantity(from), toBlock: toQuantity(to) };
    const logs = parseArray(await rpc.request('eth_getLogs', [range]), 'logs');
    const events = logs.map(parseEvent);
    const wanted = events.filter((event) => event !== undefined).filter(isWanted);
    found.unshift(...wanted);
    if (wanted.length < events.length) break;
    to = from - 1;
  }
  return found;
}

/** The event of a log as a node gives it; throws `LEDGER_BAD_REPLY` and as {@link decodeEvent}. */
export function parseEvent(value: unknown): LedgerEvent | undefined {
  const { address, topics, data } = parseObject(value, 'a log');
  return decodeEvent({
    address: parseData(address, 'an address', 20),
    topics: parseArray(topics, 'topics').map((topic) => parseData(topic, 'a topic', 32)),
    data: parseData(data, 'data'),
  });
}
