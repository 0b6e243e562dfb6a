/** A witness compares with a ledger, or is told not to: it is never log-only by what was left out. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { readWitnessConfig } from '../../cli/witness-config.ts';
import { HclError } from '../../core/errors.ts';

const LOG = { origin: 'hcl/1/ab', keys: [{ key: `0x${'01'.repeat(32)}` }] };

describe('the configuration of a witness', () => {
  let folder: string;
  before(async () => (folder = await mkdtemp(join(tmpdir(), 'hcl-witness-config-'))));
  after(() => rm(folder, { recursive: true }));

  async function ledgerOf(log: object): Promise<unknown> {
    const path = join(folder, 'witness.json');
    const file = { dataFolder: 'record', keyFile: 'key.json', name: 'witness.example', logs: [log] };
    await writeFile(path, JSON.stringify(file));
    try {
      const [first] = (await readWitnessConfig(path)).logs;
      return first?.ledger;
    } catch (error) {
      if (error instanceof HclError) return error.code;
      throw error;
    }
  }

  it('is log-only where it says so', async () => {
    expect(await ledgerOf({ ...LOG, content: 'log-only' })).to.equal('log-only');
  });

  it('is refused without a ledger, with half of one, and with both', async () => {
    for (const log of [
      LOG,
      { ...LOG, rpc: [{ url: 'http://127.0.0.1:1' }] },
      { ...LOG, content: 'anything' },
      { ...LOG, content: 'log-only', rpc: [{ url: 'http://127.0.0.1:1' }] },
    ]) {
      expect(await ledgerOf(log)).to.equal('CLI_FILE_INVALID');
    }
  });
});
