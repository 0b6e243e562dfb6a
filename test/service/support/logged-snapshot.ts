/** Appends to a checkpoint log and writes a snapshot that relies on it, into the folder that is its argument. */
import { join } from 'node:path';
import { StatusLists } from '../../../core/status/accepted-lists.ts';
import { LedgerState } from '../../../core/trust/ledger-state.ts';
import { LogFile } from '../../../service/log-file.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { SnapshotWriter } from '../../../service/snapshot-file.ts';

const [, , folder = ''] = process.argv;
using log = await LogFile.open(join(folder, 'log'));
log.append([new Uint8Array(32)]);
log.appendBlock(1);
const state = new LedgerState();
state.apply({ number: 1, hash: `0x${'01'.repeat(32)}`, timeSeconds: 1, events: [] });
const snapshot = { state, statusLists: StatusLists.empty };
await new SnapshotWriter(folder, nodeCrypto).write(snapshot, { before: () => log.sync() });
