/** The transaction pool against a plain model. */
import { describe, it } from 'mocha';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { createLegacyTx } from '@ethereumjs/tx';
import { TransactionPool, type PooledTransaction } from '../../node/pool.ts';

const SENDERS = ['0xa', '0xb', '0xc'];

function pooled(sender: string, nonce: number): PooledTransaction {
  return { sender, hash: `${sender}-${nonce}`, transaction: createLegacyTx({ nonce }) };
}

type Step =
  | { readonly kind: 'add'; readonly sender: string; readonly nonce: number }
  | { readonly kind: 'seal'; readonly count: number }
  | { readonly kind: 'drop'; readonly at: number };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('add' as const),
        sender: fc.constantFrom(...SENDERS),
        nonce: fc.nat(8),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('seal' as const), count: fc.nat(5) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('drop' as const), at: fc.nat(5) }) },
  ),
  { maxLength: 60 },
);

/** Waiting transactions in the order of their arrival, and each sender's next nonce. */
interface Model {
  waiting: PooledTransaction[];
  readonly next: Map<string, number>;
}

function modelReady({ waiting, next }: Model, sender: string): PooledTransaction[] {
  const run: PooledTransaction[] = [];
  for (let nonce = next.get(sender) ?? 0; ; nonce++) {
    const found = waiting.find((one) => one.sender === sender && Number(one.transaction.nonce) === nonce);
    if (found === undefined) return run;
    run.push(found);
  }
}

describe('node: transaction pool', () => {
  it('offers each sender’s gapless run in nonce order, whatever is added, sealed and dropped', () => {
    fc.assert(
      fc.property(steps, (given) => {
        const pool = new TransactionPool(1_000);
        const model: Model = { waiting: [], next: new Map() };
        for (const sender of SENDERS) pool.learnNonce(sender, 0n);
        for (const step of given) {
          apply(step, pool, model);
          const offered = pool.executable();
          for (const sender of SENDERS) {
            const mine = offered.filter((one) => one.sender === sender).map(({ hash }) => hash);
            const ready = modelReady(model, sender);
            expect(mine).to.deep.equal(ready.map(({ hash }) => hash));
            expect(pool.pendingNonce(sender)).to.equal(BigInt((model.next.get(sender) ?? 0) + ready.length));
          }
          expect(pool.hasExecutable()).to.equal(offered.length > 0);
          for (const one of model.waiting) {
            expect(pool.find(one.hash)?.hash).to.equal(one.hash);
            expect(pool.isReady(one)).to.equal(offered.some(({ hash }) => hash === one.hash));
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  function poolOf(capacity: number, given: readonly PooledTransaction[]): TransactionPool {
    const pool = new TransactionPool(capacity);
    for (const sender of SENDERS) pool.learnNonce(sender, 0n);
    for (const one of given) pool.add(one);
    return pool;
  }

  function order(pool: TransactionPool): string[] {
    return pool.executable().map(({ hash }) => hash);
  }

  /** A sender's first transactions. */
  function run(sender: string, count: number): PooledTransaction[] {
    return Array.from({ length: count }, (_, nonce) => pooled(sender, nonce));
  }

  it('serves the senders in turn, first come first served', () => {
    const given = [pooled('0xa', 1), pooled('0xb', 0), pooled('0xa', 0), pooled('0xc', 0), pooled('0xa', 2)];
    expect(order(poolOf(10, given))).to.deep.equal(['0xb-0', '0xa-0', '0xc-0', '0xa-1', '0xa-2']);
  });

  it('serves first whoever was served longest ago, however much another has sent before', () => {
    const pool = poolOf(10, [...run('0xa', 4), ...run('0xb', 2)]);
    pool.markSealed([pooled('0xa', 0)]);
    expect(order(pool)[0]).to.equal('0xb-0');
    pool.markSealed([pooled('0xb', 0)]);
    pool.add(pooled('0xc', 0));
    expect(order(pool)).to.deep.equal(['0xc-0', '0xa-1', '0xb-1', '0xa-2', '0xa-3']);
  });

  it('makes room by taking from whoever has most, with or without gaps', () => {
    const gapped = [pooled('0xa', 7), pooled('0xa', 5), pooled('0xa', 6)];
    for (const most of [gapped, run('0xa', 3)]) {
      const pool = poolOf(4, [...most, pooled('0xb', 0)]);
      const last = most.toSorted((a, b) => Number(a.transaction.nonce - b.transaction.nonce)).at(-1);
      expect(pool.add(pooled('0xc', 0))?.hash).to.equal(last?.hash);
      expect(pool.find(last?.hash ?? '')).to.equal(undefined);
      expect(order(pool)).to.include.members(['0xb-0', '0xc-0']);
    }
  });

  it('makes no room for whoever has most, or would have', () => {
    const pool = poolOf(4, [...run('0xa', 2), ...run('0xb', 2)]);
    expect(pool.add(pooled('0xc', 0))?.hash).to.equal('0xa-1');
    for (const one of [pooled('0xa', 1), pooled('0xb', 2), pooled('0xc', 1)]) {
      expect(() => pool.add(one), one.hash).to.throw('txpool is full');
    }
    expect(order(pool)).to.deep.equal(['0xa-0', '0xb-0', '0xc-0', '0xb-1']);
  });
});

function apply(step: Step, pool: TransactionPool, model: Model): void {
  if (step.kind === 'add') {
    const one = pooled(step.sender, step.nonce);
    const isKnown = model.waiting.some(({ hash }) => hash === one.hash);
    if (isKnown || step.nonce < (model.next.get(step.sender) ?? 0)) {
      expect(() => pool.add(one)).to.throw();
    } else {
      pool.add(one);
      model.waiting.push(one);
    }
    return;
  }
  const offered = pool.executable();
  const taken = step.kind === 'seal' ? offered.slice(0, step.count) : offered.slice(step.at, step.at + 1);
  model.waiting = model.waiting.filter(({ hash }) => !taken.some((one) => one.hash === hash));
  if (step.kind === 'drop') {
    for (const one of taken) pool.drop(one);
    return;
  }
  pool.markSealed(taken);
  for (const { sender, transaction } of taken) model.next.set(sender, Number(transaction.nonce) + 1);
}
