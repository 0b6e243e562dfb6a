import type { EmbeddedNode } from '../../../node/node.ts';

/** Everything that JSON-RPC says of a chain, block by block. */
export async function chainDump(node: EmbeddedNode): Promise<unknown[]> {
  const head = Number(await node.request('eth_blockNumber'));
  const numbers = Array.from({ length: head + 1 }, (_, number) => `0x${number.toString(16)}`);
  return Promise.all(
    numbers.map(async (number) => [
      await node.request('eth_getBlockByNumber', [number, true]),
      await node.request('eth_getBlockReceipts', [number]),
      await node.request('eth_getLogs', [{ fromBlock: number, toBlock: number }]),
    ]),
  );
}
