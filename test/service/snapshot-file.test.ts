import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { StatusLists } from '../../core/status/accepted-lists.ts';
import { LedgerState } from '../../core/trust/ledger-state.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { SNAPSHOT_FILE, SnapshotWriter } from '../../service/snapshot-file.ts';

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
});
