/** Damaged folders: a start names what is wrong and what to do, and nothing damaged is ever answered as good. */
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { expect } from 'chai';
import { verifyDataFolder } from '../../node/fsck.ts';
import { EmbeddedNode } from '../../node/node.ts';
import { NodeError } from '../../node/node-errors.ts';
import type { NodeOptions } from '../../node/options.ts';
import { seededRandom } from '../../scripts/bench/harness.ts';
import { runs, testSeed } from '../support/scale.ts';
import { chainDump } from './support/chain-dump.ts';
import {
  blockKey,
  changeRow,
  compact,
  cutOff,
  databaseFiles,
  flipByte,
  flipCode,
  newestFile,
  remove,
} from './support/chain-files.ts';
import { expectCode } from './support/expect-code.ts';
import { closedNode, GENESIS_SECONDS, type TestNode } from './support/test-node.ts';

const CLOCK = { nowSeconds: (): number => GENESIS_SECONDS + 5_000 };
const FLIPS = runs(60, 1_000);

interface Damage {
  readonly what: string;
  readonly says: RegExp;
  do(dataFolder: string): Promise<unknown>;
}

const DAMAGES: readonly Damage[] = [
  {
    what: 'a byte flipped in the log',
    says: /is missing|does not follow|ends at block|damaged|is empty/,
    do: async (folder) => {
      const log = await newestFile(folder, '.log');
      await flipByte(log, Math.floor((await readFile(log)).length / 2));
    },
  },
  {
    what: 'a log cut off',
    says: /ends at block \d+, although block 6 was acknowledged: its newest file was cut off or is gone/,
    do: async (folder) => cutOff(await newestFile(folder, '.log'), 0.6),
  },
  {
    what: 'a log cut off by its last byte',
    says: /ends at block 5, although block 6 was acknowledged/,
    do: async (folder) => {
      const log = await newestFile(folder, '.log');
      const { length } = await readFile(log);
      await cutOff(log, (length - 0.5) / length);
    },
  },
  {
    what: 'a log that is gone',
    says: /is empty, although block 6 was acknowledged/,
    do: async (folder) => remove(await newestFile(folder, '.log')),
  },
  {
    what: 'a table that is gone',
    says: /the database is damaged/,
    do: async (folder) => {
      await compact(folder);
      await remove(await newestFile(folder, '.ldb'));
    },
  },
  {
    what: 'a manifest with a flipped byte',
    says: /the database is damaged|although block/,
    do: async (folder) => flipByte(await newestFile(folder, 'MANIFEST'), 12),
  },
  {
    what: 'a manifest that is gone',
    says: /a file of the database is missing/,
    do: async (folder) => remove(await newestFile(folder, 'MANIFEST')),
  },
  {
    what: 'the file CURRENT gone',
    says: /CURRENT is missing, although block 6 was acknowledged/,
    do: (folder) => remove(join(folder, 'chain', 'CURRENT')),
  },
  {
    what: 'the whole database gone',
    says: /CURRENT is missing, although block 6 was acknowledged/,
    do: (folder) => rm(join(folder, 'chain'), { recursive: true }),
  },
  {
    what: 'a missing block',
    says: /block 3 is missing/,
    do: (folder) => changeRow(folder, { table: 'block', key: blockKey(3) }, () => undefined),
  },
  {
    what: 'a block that was altered',
    says: /block 4 does not follow the block before it/,
    do: (folder) =>
      changeRow(folder, { table: 'block', key: blockKey(3) }, (stored) =>
        stored?.with(100, (stored[100] ?? 0) ^ 1),
      ),
  },
  {
    what: 'a newest block that was altered',
    says: /block 6 is not the one that was acknowledged|no readable seal|does not follow|state of block/,
    do: (folder) =>
      changeRow(folder, { table: 'block', key: blockKey(6) }, (stored) =>
        stored?.with(stored.length - 90, (stored.at(-90) ?? 0) ^ 1),
      ),
  },
  {
    what: 'a head that was set back',
    says: /ends at block 4, although block 6 was acknowledged/,
    do: (folder) => changeRow(folder, { table: 'meta', key: 'head' }, () => blockKey(4)),
  },
  {
    what: 'missing receipts',
    says: /the receipts of block 5 are missing/,
    do: (folder) => changeRow(folder, { table: 'rcpt', key: blockKey(5) }, () => undefined),
  },
];

describe('node: a damaged folder', () => {
  let test: TestNode;
  let scratch: string;
  let golden: unknown[];

  before(async () => {
    test = await closedNode();
    scratch = await mkdtemp(join(tmpdir(), 'hcl-damage-'));
    // Opening empties the log into tables, so the good folder itself is never opened again.
    await using node = await EmbeddedNode.open(await onCopy('golden'), CLOCK);
    golden = await chainDump(node);
  });
  after(async () => {
    await test[Symbol.asyncDispose]();
    await rm(scratch, { recursive: true, force: true });
  });

  /** Options of a node on a fresh copy of the good folder. */
  async function onCopy(name: string): Promise<NodeOptions> {
    const dataFolder = join(scratch, name.replaceAll(' ', '-'));
    await rm(dataFolder, { recursive: true, force: true });
    await cp(test.options.dataFolder, dataFolder, { recursive: true });
    return { ...test.options, dataFolder };
  }

  for (const { what, says, do: damage } of DAMAGES) {
    it(`is named at start, with what to do: ${what}`, async () => {
      const options = await onCopy(what);
      await damage(options.dataFolder);
      const error = await refusalOf(options);
      expect(error.code).to.equal('NODE_STORE_CORRUPT');
      expect(error.message).to.match(says);
      expect(error.message).to.match(/keep a copy .* restore it from a backup; "hcl fsck --node FOLDER"/);
    });
  }

  it('is still the same one after a refused start', async () => {
    const options = await onCopy('twice');
    await remove(join(options.dataFolder, 'chain', 'CURRENT'));
    const files = await databaseFiles(options.dataFolder, '.log');
    await refusalOf(options);
    await refusalOf(options);
    expect(await databaseFiles(options.dataFolder, '.log')).to.deep.equal(files);
  });

  it('may have a note that is torn or absent: that says nothing', async () => {
    const options = await onCopy('note');
    const note = join(options.dataFolder, 'head-note');
    await flipByte(note, 20);
    await expectWhole(options);
    await cutOff(note, 0.5);
    await expectWhole(options);
    await remove(note);
    await expectWhole(options);
  });

  it('is made again when a power cut left it half made, with nothing in it', async () => {
    const options = await onCopy('unborn');
    await rm(options.dataFolder, { recursive: true });
    await mkdir(join(options.dataFolder, 'chain'), { recursive: true });
    await writeFile(join(options.dataFolder, 'chain', 'CURRENT'), 'MANIFEST-000001\n');
    await writeFile(join(options.dataFolder, 'chain', 'MANIFEST-000001'), '');
    await using node = await EmbeddedNode.open(options, CLOCK);
    expect(await node.request('eth_blockNumber')).to.equal('0x0');
  });

  it('is not answered from where its state was altered', async () => {
    const options = await onCopy('state');
    await flipCode(options.dataFolder);
    const errors: unknown[] = [];
    await using node = await EmbeddedNode.open(options, { ...CLOCK, onError: (error) => errors.push(error) });
    const receipts = (await node.request('eth_getBlockReceipts', ['0x1'])) as { contractAddress: string }[];
    const asked = node.request('eth_getCode', [receipts[0]?.contractAddress, 'latest']);
    await expectCode(asked, 'NODE_RPC_REFUSED');
    expect(errors.map((error) => (error instanceof NodeError ? error.code : error))).to.deep.equal([
      'NODE_STORE_CORRUPT',
    ]);
  });

  it(`never answers anything but what was stored, or names the damage, in ${FLIPS} flips of a byte`, async () => {
    const random = seededRandom(testSeed);
    const tally = { atStart: 0, byFsck: 0, harmless: 0 };
    for (let flip = 0; flip < FLIPS; flip++) {
      const options = await onCopy('flip');
      if (flip % 2 === 0) await compact(options.dataFolder);
      const files = (
        await Promise.all(
          (['.log', '.ldb', 'MANIFEST'] as const).map((kind) => databaseFiles(options.dataFolder, kind)),
        )
      ).flat();
      const file = files[Math.floor(random() * files.length)] ?? '';
      const { length } = await readFile(file);
      if (length === 0) continue;
      await flipByte(file, Math.floor(random() * length));
      tally[await fateOf(options)]++;
    }
    expect(tally.atStart, JSON.stringify(tally)).to.be.greaterThan(0);
    expect(tally.byFsck, JSON.stringify(tally)).to.be.greaterThan(0);
  });

  /** How a damaged folder is found out; throws when damage was answered as good. */
  async function fateOf(options: NodeOptions): Promise<'atStart' | 'byFsck' | 'harmless'> {
    try {
      await using node = await EmbeddedNode.open(options, CLOCK);
      await node[Symbol.asyncDispose]();
    } catch (error) {
      if (error instanceof NodeError && error.code === 'NODE_STORE_CORRUPT') return 'atStart';
      throw error;
    }
    const report = await verifyDataFolder(options.dataFolder).catch((error: unknown) => error);
    if (report instanceof NodeError && report.code === 'NODE_STORE_CORRUPT') return 'byFsck';
    if (report instanceof Error) throw report;
    if (report !== null && typeof report === 'object' && 'fault' in report) return 'byFsck';
    await expectWhole(options);
    return 'harmless';
  }

  async function expectWhole(options: NodeOptions): Promise<void> {
    await using node = await EmbeddedNode.open(options, CLOCK);
    expect(await chainDump(node)).to.deep.equal(golden);
  }
});

async function refusalOf(options: NodeOptions): Promise<NodeError> {
  try {
    await using node = await EmbeddedNode.open(options, CLOCK);
    expect.fail(`opened at ${String(await node.request('eth_blockNumber'))}`);
  } catch (error) {
    if (error instanceof NodeError) return error;
    throw error;
  }
}
