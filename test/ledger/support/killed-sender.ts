/**
 * An issuer's sender in a process of its own, to be killed: anchors the roots from its first argument's `next` on, one
 * after the other, and prints the number of each once it is told that it is anchored.
 */
import { flushCompileCache } from 'node:module';
import process, { stdout } from 'node:process';
import { getBytes, id } from 'ethers';
import type { Hex } from '../../../core/trust/ledger-event.ts';
import { BatchAnchorClient } from '../../../ledger/batch-anchor.ts';
import type { Deployment } from '../../../ledger/deployment.ts';
import { LedgerRpc } from '../../../ledger/rpc.ts';
import { Sender } from '../../../ledger/sender.ts';

export interface KilledSenderOptions {
  readonly url: string;
  readonly deployment: Deployment;
  readonly issuer: Hex;
  /** Of the issuer's account, hex. */
  readonly privateKey: string;
  /** Number of the first root that is not known to be anchored. */
  readonly next: number;
  readonly last: number;
}

// So does the parent write it.
const options = JSON.parse(process.argv[2] ?? '{}') as KilledSenderOptions;
// What is killed does not come to write its compile cache.
flushCompileCache();
const { deployment, issuer, privateKey } = options;
using rpc = new LedgerRpc({ url: options.url });
const sender = new Sender({ rpc, privateKey, chainId: deployment.chainId });
const batches = new BatchAnchorClient({ rpc, deployment, sender, issuer });
for (let number = options.next; number <= options.last; number++) {
  const root = getBytes(id(`root ${number}`));
  await batches.anchor({ root, log2Size: 6, class: 'short', expectedSequence: number });
  stdout.write(`${number}\n`);
}
