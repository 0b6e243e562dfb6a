/** What the queue makes of a ledger that has some of a batch, or contradicts itself. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { toHex, type Hex } from '../../../core/bytes/hex.ts';
import { LedgerState } from '../../../core/trust/ledger-state.ts';
import { BlindedQueue } from '../../../issuer/conversion/blinded-queue.ts';
import type { BlindedBatch, ConversionPort } from '../../../issuer/conversion/ports.ts';
import { Lock } from '../../../issuer/lock.ts';
import { readersOf } from '../../../issuer/store.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { Store, WriteBatch } from '../../../service/store.ts';
import { expectRejects } from '../../support/throws-code.ts';

const ISSUER: Hex = `0x${'11'.repeat(32)}`;
const PEER: Hex = `0x${'22'.repeat(32)}`;
const FIRST = new Uint8Array(32).fill(1);
const SECOND = new Uint8Array(32).fill(2);
const LAST = 5;

/** A registry whose last batch with the peer is {@link LAST}, and holds the first value. */
class Registry implements ConversionPort {
  readonly state = new LedgerState();
  readonly written: BlindedBatch[] = [];
  readonly asked: Hex[] = [];
  readonly known = new Map<Hex, number>([[toHex(FIRST), LAST]]);
  last: number = LAST;
  writes = 0;
  /** What each write comes to, whatever it holds. */
  answer: 'taken' | undefined;

  async sync(): Promise<void> {}

  onAcknowledged(): void {}

  sequence(): Promise<number> {
    return Promise.resolve(this.last);
  }

  sequenceOf(_: unknown, __: unknown, value: Uint8Array): Promise<number> {
    this.asked.push(toHex(value));
    return Promise.resolve(this.known.get(toHex(value)) ?? 0);
  }

  write(batch: BlindedBatch): Promise<'written' | 'taken'> {
    this.writes++;
    if (this.answer !== undefined) return Promise.resolve(this.answer);
    if (batch.values.some((value) => this.known.has(toHex(value))))
      return Promise.reject(new Error('ConversionRegistryAlreadySpent'));
    this.written.push(batch);
    this.last = batch.sequence;
    for (const value of batch.values) this.known.set(toHex(value), batch.sequence);
    return Promise.resolve('written');
  }
}

describe('the queue of blinded values', () => {
  let folder: string;
  let store: Store;
  let nowMs = 0;
  const passing = new Lock();

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hcl-queue-'));
    store = await Store.open(folder);
  });

  afterEach(async () => {
    await store[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  async function openQueue(ledger: ConversionPort): Promise<BlindedQueue> {
    return await BlindedQueue.open({
      crypto: nodeCrypto,
      store,
      tables: readersOf(store),
      ledger,
      issuer: ISSUER,
      secret: new Uint8Array(32).fill(9),
      now: () => nowMs,
      passing,
    });
  }

  async function queueOfTwo(ledger: ConversionPort): Promise<BlindedQueue> {
    const queue = await openQueue(ledger);
    const batch = new WriteBatch();
    queue.add(batch, { side: 'spent', peer: PEER, number: 1, value: FIRST });
    queue.add(batch, { side: 'spent', peer: PEER, number: 2, value: SECOND });
    await store.commit(batch);
    queue.added({ side: 'spent', peer: PEER });
    return queue;
  }

  it('notes what the ledger has of a batch, and sends the rest', async () => {
    const ledger = new Registry();
    const queue = await queueOfTwo(ledger);
    const failed = await queue.pass().then(
      () => false,
      () => true,
    );
    expect(failed, 'one value of it is spent').to.equal(true);
    await queue.pass();
    expect(await queue.sentIn('spent', 1)).to.equal(LAST);
    expect(await queue.sentIn('spent', 2)).to.equal(LAST + 1);
    expect(ledger.known.get(toHex(SECOND))).to.equal(LAST + 1);
    expect(queue.isBusy).to.equal(false);
  });

  it('says of each value whether it is on its way, also after a start', async () => {
    const ledger = new Registry();
    const ways = (queue: BlindedQueue): readonly boolean[] =>
      [1, 2].map((number) => queue.isOnItsWay('spent', number));
    expect(ways(await queueOfTwo(ledger)), 'they wait').to.deep.equal([true, true]);
    const opened = await openQueue(ledger);
    expect(ways(opened), 'they wait still').to.deep.equal([true, true]);
    await opened.pass().catch(() => undefined);
    const again = await openQueue(ledger);
    expect(ways(again), 'they are staged').to.deep.equal([true, true]);
    await again.pass();
    expect(ways(again), 'the ledger has them').to.deep.equal([false, false]);
    expect(ways(await openQueue(ledger))).to.deep.equal([false, false]);
  });

  it('lets nobody else wait for a peer of whom the ledger takes nothing', async () => {
    const ledger = new Registry();
    const write = ledger.write.bind(ledger);
    const asked: Hex[] = [];
    ledger.write = (batch) => {
      asked.push(batch.peer);
      return batch.peer === PEER ? Promise.reject(new Error('ConversionRegistryNoTarget')) : write(batch);
    };
    const queue = await queueOfTwo(ledger);
    const failing = await Promise.allSettled([queue.passDue()]);
    expect(failing[0].status).to.equal('rejected');
    expect(queue.nextDueMs, 'it waits').to.equal(nowMs + 200);
    const other = { side: 'spent', peer: `0x${'33'.repeat(32)}` } as const;
    const batch = new WriteBatch();
    queue.add(batch, { ...other, number: 3, value: new Uint8Array(32).fill(3) });
    await store.commit(batch);
    queue.added(other);
    queue.added({ side: 'spent', peer: PEER });
    expect(queue.nextDueMs, 'who comes new does not').to.equal(0);
    await queue.passDue();
    expect(asked).to.deep.equal([PEER, other.peer]);
    expect(await queue.sentIn('spent', 3)).to.equal(LAST + 1);
    nowMs += 200;
    await Promise.allSettled([queue.passDue()]);
    expect(asked, 'its turn comes again').to.deep.equal([PEER, other.peer, PEER]);
    expect(queue.nextDueMs, 'and it waits longer').to.equal(nowMs + 400);
  });

  it('lets nobody wait for a peer to whom there is always more to send', async () => {
    const ledger = new Registry();
    const other: Hex = `0x${'33'.repeat(32)}`;
    const queue = await openQueue(ledger);
    let number = 0;
    const add = async (peer: Hex): Promise<void> => {
      const batch = new WriteBatch();
      const value = new Uint8Array(32).fill(100 + ++number);
      queue.add(batch, { side: 'spent', peer, number, value });
      await store.commit(batch);
      queue.added({ side: 'spent', peer });
    };
    const write = ledger.write.bind(ledger);
    ledger.write = async (batch) => {
      // As people come while a block is waited for.
      if (batch.peer === PEER && number < 20) await add(PEER);
      return await write(batch);
    };
    await add(PEER);
    const sending = queue.passDue();
    await add(other);
    await sending;
    await queue.passDue();
    expect(
      ledger.written.some(({ peer }) => peer === other),
      'in the second pass',
    ).to.equal(true);
    expect(ledger.writes).to.be.at.most(3);
    await queue.pass();
    expect(queue.isBusy).to.equal(false);
  });

  it('keeps nobody from a withdrawal while the ledger takes its time', async () => {
    const ledger = new Registry();
    const sealed = Promise.withResolvers<undefined>();
    const begun = Promise.withResolvers<undefined>();
    ledger.known.clear();
    const write = ledger.write.bind(ledger);
    ledger.write = async (batch) => {
      begun.resolve(undefined);
      await sealed.promise;
      return await write(batch);
    };
    const queue = await queueOfTwo(ledger);
    const sending = queue.passDue();
    await begun.promise;
    // Would wait for ever if the turn were kept until the block comes.
    const wasWaiting = await passing.run(() =>
      queue.remove(new WriteBatch(), { side: 'spent', peer: PEER, number: 1 }),
    );
    expect(wasWaiting, 'it is in the batch by now').to.equal(false);
    sealed.resolve(undefined);
    await sending;
    expect(await queue.sentIn('spent', 1)).to.equal(LAST + 1);
  });

  it('asks no node which of its values are no padding', async () => {
    const ledger = new Registry();
    const queue = await queueOfTwo(ledger);
    await queue.pass().catch(() => undefined);
    expect(ledger.asked, 'before anything failed').to.have.length(0);
    await queue.pass();
    expect(ledger.asked).to.have.length(8);
  });

  it('gives up a pass in which a sequence is taken by nobody', async () => {
    const ledger = new Registry();
    ledger.answer = 'taken';
    const queue = await queueOfTwo(ledger);
    await expectRejects(queue.pass(), 'LEDGER_BAD_REPLY');
    expect(ledger.writes).to.equal(1);
    ledger.answer = undefined;
    ledger.known.clear();
    await queue.pass();
    expect(await queue.sentIn('spent', 2)).to.equal(LAST + 1);
  });
});
