/**
 * A replica in a process of its own, to be killed: reads what its arguments say into its folder, and prints a
 * line when it begins to read and when it has read all.
 */
import { flushCompileCache } from 'node:module';
import { stdout } from 'node:process';
import process from 'node:process';
import { LedgerState } from '../../../core/trust/ledger-state.ts';
import type { Deployment } from '../../../ledger/deployment.ts';
import { openLevelBlockStore } from '../../../ledger/level-block-store.ts';
import { Replica } from '../../../ledger/replica.ts';

export interface KilledReplicaOptions {
  readonly folder: string;
  readonly rpcUrls: readonly string[];
  readonly deployment: Deployment;
}

// So does the parent write it.
const { folder, ...options } = JSON.parse(process.argv[2] ?? '{}') as KilledReplicaOptions;
// What is killed does not come to write its compile cache.
flushCompileCache();
await using store = await openLevelBlockStore(folder);
await using replica = await Replica.open(options, { state: new LedgerState(), store });
stdout.write('reading\n');
await replica.sync();
stdout.write('done\n');
