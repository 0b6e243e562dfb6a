import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { StatusLists } from '../../core/status/accepted-lists.ts';
import { LedgerState } from '../../core/trust/ledger-state.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { SNAPSHOT_FILE, SnapshotWriter } from '../../service/snapshot-file.ts';
import { hasStrace, readTrace, targetOf, textsOf, tracedTo } from '../support/syscall-trace.ts';

const PROGRAM = join(import.meta.dirname, 'support/logged-snapshot.ts');

const HASH = `0x${'01'.repeat(32)}` as const;

describe('a snapshot on disk', () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'hcl-snapshot-'))));
  afterEach(() => rm(folder, { recursive: true }));

  it('is written once what it relies on is durable, which is waited for beside other work', async () => {
    const state = new LedgerState();
    state.apply({ number: 1, hash: HASH, timeSeconds: 1, events: [] });
    const durable = Promise.withResolvers<void>();
    const before = (): Promise<void> => durable.promise;
    const written = new SnapshotWriter(folder, nodeCrypto).write(
      { state, statusLists: StatusLists.empty },
      { before },
    );
    for (let turn = 0; turn < 10; turn++) await nextTurn();
    expect(await readdir(folder)).to.deep.equal([]);
    durable.resolve();
    await written;
    expect(await readdir(folder)).to.deep.equal([SNAPSHOT_FILE]);
  });

  it('takes its place after both files of the log that it relies on have been synced', async function () {
    if (!hasStrace()) this.skip();
    const trace = join(folder, 'trace');
    const [strace = '', ...words] = tracedTo(trace);
    expect(spawnSync(strace, [...words, process.execPath, PROGRAM, folder]).status).to.equal(0);
    const calls = readTrace(await readFile(trace, 'latin1'));
    const placed = calls.find(
      ({ args, name }) =>
        name.startsWith('rename') && textsOf(args).some((path) => path.endsWith(SNAPSHOT_FILE)),
    );
    const syncedBefore = calls
      .filter(({ end, name }) => name === 'fdatasync' && end < (placed?.start ?? 0))
      .map(({ args }) => basename(targetOf(args)));
    expect(syncedBefore).to.include.members(['hashes', 'blocks']);
  });
});
