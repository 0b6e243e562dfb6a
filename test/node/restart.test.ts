/** What a folder keeps over a restart, and which folders are refused. */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { expect } from 'chai';
import { encodeBytes32String } from 'ethers';
import { Level } from 'level';
import { verifyDataFolder } from '../../node/fsck.ts';
import { EmbeddedNode } from '../../node/node.ts';
import { account, closedNode, deployNotebook, GENESIS_SECONDS, TestNode } from './support/test-node.ts';
import { chainDump } from './support/chain-dump.ts';
import { changeRow } from './support/chain-files.ts';
import { expectCode } from './support/expect-code.ts';

const CLOCK = { nowSeconds: (): number => GENESIS_SECONDS + 5_000 };

describe('node: restart', () => {
  it('keeps blocks, receipts, logs and state, and goes on where it was', async () => {
    await using test = await TestNode.start({
      genesis: {
        timestampSeconds: GENESIS_SECONDS,
        alloc: {
          '0x00000000000000000000000000000000000000ff': {
            balance: 5n,
            nonce: 2n,
            code: '0x60ff',
            storage: { '0x01': '0x02' },
          },
        },
      },
    });
    const notebook = await deployNotebook(test);
    const receipt = await (await notebook.getFunction('note')(1, encodeBytes32String('kept'))).wait();
    const before = await chainDump(test.node);
    const contract = await notebook.getAddress();
    await test.close();

    await test.open();
    expect(await chainDump(test.node)).to.deep.equal(before);
    expect(await test.result('eth_getStorageAt', [`0x${'0'.repeat(38)}ff`, '0x1', 'latest'])).to.equal(
      `0x${'0'.repeat(63)}2`,
    );
    const again = notebook.connect(account(0).connect(test.provider()));
    await (await again.getFunction('note')(2, encodeBytes32String('after'))).wait();
    const latest = await test.provider().getBlock('latest');
    expect(latest?.number).to.equal(receipt.blockNumber + 1);
    expect(await test.result('eth_getCode', [contract, 'latest'])).to.have.length.greaterThan(100);
    await test.close();
    expect((await verifyDataFolder(test.options.dataFolder)).fault).to.equal(undefined);
  });

  it('derives the same genesis from the same settings, and another one from others', async () => {
    await using one = await TestNode.start();
    await using two = await TestNode.start();
    expect(one.node.genesisHash).to.equal(two.node.genesisHash);
    const others = [
      { chainId: 1_234 },
      { sealerPrivateKey: `0x${'7a'.repeat(32)}` },
      { genesis: { timestampSeconds: GENESIS_SECONDS + 1 } },
      {
        genesis: {
          timestampSeconds: GENESIS_SECONDS,
          alloc: { '0x00000000000000000000000000000000000000ff': { balance: 1n } },
        },
      },
    ] as const;
    const hashes = new Set([one.node.genesisHash]);
    for (const settings of others) {
      await using other = await TestNode.start(settings);
      hashes.add(other.node.genesisHash);
    }
    expect(hashes.size).to.equal(others.length + 1);
  });

  it('refuses to run when the allowlist file is absent', async () => {
    await using test = await TestNode.start();
    await test.close();
    await rm(test.options.allowlistFile);
    await expectCode(test.open(), 'NODE_ALLOWLIST_MISSING');
  });

  it('refuses settings that are out of range', async () => {
    await using test = await TestNode.start();
    const bad = [
      { chainId: 0 },
      { chainId: 1.5 },
      { sealIntervalMs: 30_001 },
      { heartbeatSeconds: -1 },
      { port: 70_000 },
      { sealerPrivateKey: '0x1234' },
      { sealerPrivateKey: `0x${'00'.repeat(32)}` },
      { genesis: { timestampSeconds: Number.NaN } },
    ];
    for (const settings of bad) {
      await expectCode(EmbeddedNode.open({ ...test.options, ...settings }, CLOCK), 'NODE_OPTIONS_INVALID');
    }
  });
});

describe('node: folders it refuses', () => {
  let test: TestNode;
  before(async () => {
    test = await closedNode();
  });
  after(() => test[Symbol.asyncDispose]());

  it('a folder that another node has open', async () => {
    await test.open();
    await expectCode(EmbeddedNode.open(test.options, CLOCK), 'NODE_FOLDER_LOCKED');
    await test.close();
  });

  it('a folder with another genesis', async () => {
    const settings = { ...test.options, genesis: { timestampSeconds: GENESIS_SECONDS + 9 } };
    await expectCode(EmbeddedNode.open(settings, CLOCK), 'NODE_GENESIS_MISMATCH');
  });

  it('a folder of another storage format', async () => {
    await change(test, 'meta', 'format', () => Uint8Array.of(99));
    await expectCode(EmbeddedNode.open(test.options, CLOCK), 'NODE_STORE_VERSION');
    await change(test, 'meta', 'format', () => Uint8Array.of(1));
  });

  it('a folder whose newest blocks do not hold together', async () => {
    const block3 = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 3);
    const original = await change(test, 'block', block3, () => undefined);
    await expectCode(EmbeddedNode.open(test.options, CLOCK), 'NODE_STORE_CORRUPT');
    await change(test, 'block', block3, () => original?.with(40, (original[40] ?? 0) ^ 1));
    await expectCode(EmbeddedNode.open(test.options, CLOCK), 'NODE_STORE_CORRUPT');
    await change(test, 'block', block3, () => original);
    expect((await verifyDataFolder(test.options.dataFolder)).fault).to.equal(undefined);
  });

  it('a folder whose database is damaged', async () => {
    const folder = join(test.options.dataFolder, 'chain');
    const manifest = (await readdir(folder)).find((name) => name.startsWith('MANIFEST'));
    const file = join(folder, manifest ?? '');
    const bytes = await readFile(file);
    await writeFile(
      file,
      bytes.map((byte) => byte ^ 0x55),
    );
    await expectCode(EmbeddedNode.open(test.options, CLOCK), 'NODE_STORE_CORRUPT');
    await writeFile(file, bytes);
  });
});

describe('node: a folder that cannot be used', () => {
  it('is not taken for a damaged one', async () => {
    await using test = await TestNode.start();
    await test.close();
    const chain = join(test.options.dataFolder, 'chain');
    await rm(chain, { recursive: true });
    await writeFile(chain, 'a file in its place');
    await expectCode(EmbeddedNode.open(test.options, CLOCK), 'NODE_STORE_UNAVAILABLE');
  });
});

describe('node: check of a stored history', () => {
  it('finds a receipt that was changed', async () => {
    await using test = await closedNode();
    const block2 = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 2);
    await change(test, 'rcpt', block2, (stored) => stored?.with(stored.length - 1, 0x21));
    expect((await verifyDataFolder(test.options.dataFolder)).fault).to.deep.equal({
      blockNumber: 2n,
      what: 'stored receipts',
    });
  });

  it('finds state that was left out of the chain, because reading it fails rather than looks empty', async () => {
    await using test = await closedNode();
    await using database = new Level<string, Uint8Array>(join(test.options.dataFolder, 'chain'));
    const nodes = database.sublevel<string, Uint8Array>('node', {
      keyEncoding: 'hex',
      valueEncoding: 'view',
    });
    for await (const key of nodes.keys()) if (key.startsWith('63')) await nodes.del(key);
    await database.close();
    await test.open();
    const address = await deployedAddress(test);
    const { error } = await test.send('eth_getCode', [address, 'latest']);
    expect(error?.code).to.equal(-32603);
    expect(test.errors).to.have.length(1);
  });
});

async function deployedAddress(test: TestNode): Promise<unknown> {
  const receipts = (await test.result('eth_getBlockReceipts', ['0x1'])) as { contractAddress: string }[];
  return receipts[0]?.contractAddress;
}

function change(
  test: TestNode,
  table: string,
  key: string | Uint8Array,
  to: (stored: Uint8Array | undefined) => Uint8Array | undefined,
): Promise<Uint8Array | undefined> {
  return changeRow(test.options.dataFolder, { table, key }, to);
}
