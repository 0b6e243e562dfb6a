/** When blocks are made, what time they have, and what happens when one cannot be written. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { expect } from 'chai';
import { hexToBytes } from '@ethereumjs/util';
import { Allowlist } from '../../node/allowlist.ts';
import { admit } from '../../node/admission.ts';
import { createChainRules } from '../../node/chain-rules.ts';
import { ChainStore } from '../../node/chain-store.ts';
import { Executor } from '../../node/executor.ts';
import { createGenesis } from '../../node/genesis.ts';
import { TransactionPool } from '../../node/pool.ts';
import { Sealer } from '../../node/sealer.ts';
import { account, CHAIN_ID, FREE, GENESIS_SECONDS, SEALER_KEY, TestNode } from './support/test-node.ts';
import { expectCode } from './support/expect-code.ts';

type Hex = `0x${string}`;

async function transfer(test: TestNode, nonce: number, sender = 0): Promise<unknown> {
  const raw = await account(sender).signTransaction({
    ...FREE,
    to: account(1).address,
    gasLimit: 21_000,
    nonce,
  });
  return test.result('eth_sendRawTransaction', [raw]);
}

/** Waits until so many transactions of a sender are in the pool or in blocks. */
async function untilSent(test: TestNode, sender: number, count: number): Promise<void> {
  const params = [account(sender).address, 'pending'];
  while (Number(await test.result('eth_getTransactionCount', params)) < count)
    await new Promise(setImmediate);
}

async function timestamps(test: TestNode): Promise<number[]> {
  const head = Number(await test.result('eth_blockNumber'));
  const blocks = Array.from({ length: head + 1 }, (_, number) =>
    test.result('eth_getBlockByNumber', [`0x${number.toString(16)}`, false]),
  );
  return (await Promise.all(blocks)).map(
    (block) => Number((block as { timestamp: string }).timestamp) - GENESIS_SECONDS,
  );
}

describe('node: sealing', () => {
  it('gives blocks the time of the clock, or the block before’s while the clock is behind it', async () => {
    await using test = await TestNode.start();
    test.clockSeconds = GENESIS_SECONDS + 100.9;
    await transfer(test, 0);
    await transfer(test, 1);
    test.clockSeconds = GENESIS_SECONDS + 50;
    await transfer(test, 2);
    test.clockSeconds = GENESIS_SECONDS + 200;
    await transfer(test, 3);
    expect(await timestamps(test)).to.deep.equal([0, 100, 100, 100, 200]);
  });

  it('never runs ahead of its clock, however many blocks one second has', async () => {
    await using test = await TestNode.start({ limits: { maxClockLeadSeconds: 0 } });
    test.clockSeconds = GENESIS_SECONDS + 10;
    for (let nonce = 0; nonce < 30; nonce++) await transfer(test, nonce);
    const times = await timestamps(test);
    expect(times).to.deep.equal([0, ...Array.from({ length: 30 }, () => 10)]);
  });

  it('tells who waits for a block of it when there is one, and at once who has missed it', async () => {
    await using test = await TestNode.start();
    const told: string[] = [];
    const wait = async (after: string, milliseconds: string): Promise<void> => {
      told.push(`${after} ${String(await test.result('hcl_waitForBlock', [after, milliseconds]))}`);
    };
    const waiting = wait('0x0', '0x3e8');
    await wait('0x0', '0x0');
    expect(told, 'there is none yet').to.deep.equal(['0x0 0x0']);
    await transfer(test, 0);
    await waiting;
    await wait('0x0', '0x3e8');
    expect(told.slice(1)).to.deep.equal(['0x0 0x1', '0x0 0x1']);
    expect((await test.send('hcl_waitForBlock', ['0x0', '0x3e9'])).error?.code).to.equal(-32602);
  });

  it('keeps nobody who waits for a block when it stops', async () => {
    const test = await TestNode.start();
    const waiting = test.node.request('hcl_waitForBlock', ['0x0', '0x3e8']);
    await test.node[Symbol.asyncDispose]();
    expect(await waiting).to.equal('0x0');
    await test[Symbol.asyncDispose]();
  });

  it('waits for a clock that has gone back too far, and then takes all that waits', async () => {
    await using test = await TestNode.start({ limits: { maxClockLeadSeconds: 5 } });
    test.clockSeconds = GENESIS_SECONDS + 100;
    await transfer(test, 0);
    test.clockSeconds = GENESIS_SECONDS + 94;
    const waiting = [transfer(test, 1), transfer(test, 0, 2)];
    await untilSent(test, 0, 2);
    await untilSent(test, 2, 1);
    expect(Number(await test.result('eth_blockNumber'))).to.equal(1);
    test.clockSeconds = GENESIS_SECONDS + 95;
    await Promise.all(waiting);
    expect(await timestamps(test)).to.deep.equal([0, 100, 100]);
  });

  it('shows a transaction as waiting until its block is acknowledged, never half a block', async () => {
    await using test = await TestNode.start({ sealIntervalMs: 1 });
    for (let nonce = 0; nonce < 40; nonce++) {
      const hash = await transfer(test, nonce);
      while ((await test.result('eth_getTransactionReceipt', [hash])) === null) {
        await test.result('eth_getTransactionByHash', [hash]);
        await new Promise(setImmediate);
      }
    }
    expect(test.errors).to.deep.equal([]);
  });

  it('makes no block for nothing, unless it is time for a heartbeat', async () => {
    await using quiet = await TestNode.start();
    await using beating = await TestNode.start({ heartbeatSeconds: 1 });
    while ((await beating.result('eth_blockNumber')) !== '0x1') await new Promise(setImmediate);
    expect(await quiet.result('eth_blockNumber')).to.equal('0x0');
    expect((await timestamps(beating))[1]).to.equal(1_000);
  });

  it('puts transactions that come together into one block, first come first served', async () => {
    // Long enough for the three to come before the node seals by itself.
    await using test = await TestNode.start({ sealIntervalMs: 1_000 });
    const hashes = [await transfer(test, 0, 3), await transfer(test, 0, 2), await transfer(test, 1, 3)];
    await test.node.sealBlock();
    while (Number(await test.result('eth_blockNumber')) < 1) await new Promise(setImmediate);
    const block = (await test.result('eth_getBlockByNumber', ['0x1', false])) as { transactions: unknown };
    expect(block.transactions).to.deep.equal(hashes);
  });

  it('leaves for the next block what does not fit', async () => {
    await using test = await TestNode.start({ sealIntervalMs: 1_000 });
    const burn = { ...FREE, to: null, data: '0xfe', gasLimit: 16_000_000 };
    for (const nonce of [0, 1, 2, 3]) {
      await test.result('eth_sendRawTransaction', [await account(0).signTransaction({ ...burn, nonce })]);
    }
    await transfer(test, 4);
    await test.node.sealBlock();
    await test.node.sealBlock();
    const head = Number(await test.result('eth_blockNumber'));
    const counts = await Promise.all(
      Array.from({ length: head }, (_, index) =>
        test.result('eth_getBlockTransactionCountByNumber', [`0x${(index + 1).toString(16)}`]),
      ),
    );
    expect(counts.slice(0, 2)).to.deep.equal(['0x3', '0x2']);
  });
});

describe('node: an account that sends without end', () => {
  /** Takes all its gas at once. */
  const burn = { ...FREE, to: null, data: '0xfe', gasLimit: 16_000_000 };
  /** Loops until its gas is spent. */
  const loop = { ...FREE, to: null, data: '0x5b600056', gasLimit: 3_000_000 };

  it('does not keep another’s transaction out of the next block', async () => {
    await using test = await TestNode.start({ sealIntervalMs: 1_000 });
    for (let nonce = 0; nonce < 7; nonce++) {
      await test.result('eth_sendRawTransaction', [await account(0).signTransaction({ ...burn, nonce })]);
    }
    await test.node.sealBlock();
    const hash = await transfer(test, 0, 1);
    await test.node.sealBlock();
    expect(await test.result('eth_getTransactionReceipt', [hash])).to.include({ blockNumber: '0x2' });
  });

  it('leaves others time between its blocks', async () => {
    await using test = await TestNode.start();
    const transactions = [burn, burn, burn, loop, burn, loop].map(async (fields, nonce) => ({
      jsonrpc: '2.0',
      id: nonce,
      method: 'eth_sendRawTransaction',
      params: [await account(0).signTransaction({ ...fields, nonce })],
    }));
    const state = { isSealed: false };
    const sent = test
      .post(JSON.stringify(await Promise.all(transactions)))
      .then(() => (state.isSealed = true));
    let answersBetween = 0;
    while (!state.isSealed) if ((await test.result('eth_blockNumber')) === '0x1') answersBetween++;
    await sent;
    expect(await test.result('eth_blockNumber')).to.equal('0x2');
    expect(answersBetween).to.be.greaterThan(5); // without a rest, one call at most was there already
  });

  it('is told at once when its transaction had to make room for another’s', async () => {
    await using test = await TestNode.start({ sealIntervalMs: 1_000, limits: { maxPoolTransactions: 2 } });
    await transfer(test, 1);
    await transfer(test, 2);
    const hash = await transfer(test, 0, 1);
    expect(await test.result('eth_getTransactionByHash', [hash])).to.include({ hash });
    const { error } = await test.send('eth_sendRawTransaction', [
      await account(1).signTransaction({ ...burn, nonce: 1 }),
    ]);
    expect(error?.message).to.equal('txpool is full');
  });
});

describe('node: a transaction that turns out invalid in its block', () => {
  it('is dropped without a trace, and the sender’s next ones wait for another in its place', async () => {
    const address = account(0).address.toLowerCase() as Hex;
    await using test = await TestNode.start({
      sealIntervalMs: 1_000,
      genesis: { timestampSeconds: GENESIS_SECONDS, alloc: { [address]: { balance: 5n } } },
    });
    const send = async (nonce: number, value: bigint): Promise<unknown> => {
      const fields = { ...FREE, to: account(1).address, gasLimit: 21_000, nonce, value };
      return test.result('eth_sendRawTransaction', [await account(0).signTransaction(fields)]);
    };
    const hashes = [await send(0, 4n), await send(1, 4n), await send(2, 1n)];
    await test.node.sealBlock();
    const seen = await Promise.all(hashes.map((hash) => test.result('eth_getTransactionByHash', [hash])));
    expect(seen.map((one) => (one as { blockNumber: string | null } | null)?.blockNumber)).to.deep.equal([
      '0x1',
      undefined,
      null,
    ]);
    await send(1, 0n);
    await test.node.sealBlock();
    expect(await test.result('eth_getTransactionByHash', [hashes[2]])).to.include({ blockNumber: '0x2' });
    expect(await test.result('eth_getBalance', [account(1).address, 'latest'])).to.equal('0x5');
  });
});

describe('node: a block that cannot be written', () => {
  it('is acknowledged to nobody and stops the sealer, while the chain before stays readable', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hcl-fault-'));
    await writeFile(join(folder, 'allow.toml'), `accounts-allowlist=["${account(0).address}"]`);
    const privateKey = hexToBytes(SEALER_KEY as Hex);
    const rules = await createChainRules(CHAIN_ID, privateKey);
    const store = await ChainStore.open(folder, rules.crypto);
    const genesis = await createGenesis({ timestampSeconds: GENESIS_SECONDS }, rules, store.stateNodes);
    await store.commit({ block: genesis, receipts: [] });
    const pool = new TransactionPool(10);
    const failures: unknown[] = [];
    const sealer = new Sealer(
      { privateKey, sealIntervalMs: 0, heartbeatSeconds: 0, maxClockLeadSeconds: 10 },
      {
        rules,
        store,
        pool,
        executor: await Executor.create(rules, store.stateNodes, () => undefined),
        allowlist: await Allowlist.open(join(folder, 'allow.toml')),
        nowSeconds: () => GENESIS_SECONDS + 10,
        onFailure: (error) => failures.push(error),
      },
    );
    const raw = await account(0).signTransaction({
      ...FREE,
      to: account(1).address,
      gasLimit: 21_000,
      nonce: 0,
    });
    const pooled = admit(hexToBytes(raw as Hex), rules, await Allowlist.open(join(folder, 'allow.toml')));
    pool.learnNonce(pooled.sender, 0n);
    pool.add(pooled);

    const head = store.head;
    await store[Symbol.asyncDispose]();
    sealer.wake();
    await sealer.acknowledged(pooled.hash);
    expect(
      failures.map((error) => (error instanceof Error && 'code' in error ? error.code : error)),
    ).to.deep.equal(['NODE_WRITE_FAILED']);
    expect([sealer.isSealing, store.head, pool.find(pooled.hash)]).to.deep.equal([
      false,
      head,
      { ...pooled, arrival: 0 },
    ]);
    await sealer.sealNow();
    expect(failures).to.have.length(1);
    await sealer.stop();

    {
      await using again = await ChainStore.open(folder, rules.crypto);
      expect(again.head?.header.hash).to.deep.equal(genesis.header.hash);
      await expectCode(ChainStore.open(folder, rules.crypto), 'NODE_FOLDER_LOCKED');
    }
    await rm(folder, { recursive: true, force: true });
  });
});
