/** Starting, loading and killing a node that is a process of its own. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Wallet } from 'ethers';
import type { NodeOptions } from '../../../node/options.ts';
import { WaitingProcess } from '../../support/waiting-process.ts';
import { account, CHAIN_ID, FREE, SEALER_KEY, type RpcAnswer } from './test-node.ts';

const PROGRAM = fileURLToPath(new URL('killed-node.ts', import.meta.url));

export const SENDERS: readonly Wallet[] = [0, 1, 2, 3].map(account);

/** What a client was told of its transaction. */
export interface Receipt {
  readonly transactionHash: string;
  readonly blockHash: string;
  readonly blockNumber: string;
  readonly from: string;
  readonly status: string;
}

/** Options of a node in `folder` that permits {@link SENDERS}. */
export async function optionsIn(folder: string): Promise<NodeOptions> {
  const allowlistFile = join(folder, 'permissions.toml');
  const accounts = SENDERS.map((sender) => `"${sender.address}"`).join(',');
  await writeFile(allowlistFile, `accounts-allowlist=[${accounts}]\n`);
  return {
    dataFolder: join(folder, 'data'),
    chainId: CHAIN_ID,
    sealerPrivateKey: SEALER_KEY,
    genesis: { timestampSeconds: 1_700_000_000 },
    allowlistFile,
    port: 0,
  };
}

/** A process that has loaded the node and waits to open the folder; `wrapper` is put before the command. */
export class NodeProcess extends WaitingProcess {
  constructor(options: NodeOptions, wrapper: readonly string[] = []) {
    super(PROGRAM, options, { wrapper });
  }
}

/**
 * Sends one transaction after the other until the node is gone or `isEnough`; `onReceipt` is told of each answer.
 */
export async function sendAlong(
  url: string,
  sender: Wallet,
  { onReceipt, isEnough = () => false }: { onReceipt(receipt: Receipt): void; isEnough?(): boolean },
): Promise<void> {
  try {
    let nonce = Number(await call(url, 'eth_getTransactionCount', [sender.address, 'latest']));
    for (; !isEnough(); nonce++) {
      const raw = await sender.signTransaction({
        ...FREE,
        to: sender.address,
        gasLimit: 60_000,
        nonce,
        data: `0x${'01'.repeat(100 + ((nonce * 37) % 400))}`,
      });
      const hash = await call(url, 'eth_sendRawTransaction', [raw]);
      const receipt = await call(url, 'eth_getTransactionReceipt', [hash]);
      if (receipt === null) throw new Error('answered before its block was there');
      onReceipt(receipt as Receipt); // its shape is that of eth_getTransactionReceipt
    }
  } catch (error) {
    // fetch reports a connection that broke as a TypeError; anything else is a refusal and fails the test.
    if (!(error instanceof TypeError)) throw error;
  }
}

async function call(url: string, method: string, params: readonly unknown[]): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });
  // What breaks in the middle of an answer breaks here, as a TypeError too.
  const answer = JSON.parse(await response.text()) as RpcAnswer;
  if (answer.error !== undefined) throw new Error(answer.error.message);
  return answer.result;
}
