import { expect } from 'chai';
import { describe, it } from 'mocha';
import { BlockWatch } from '../../ledger/block-watch.ts';
import { LedgerError } from '../../ledger/errors.ts';

/** Longer than any watch of these tests. */
const LONG_MS = 10_000;

/** A node that has these heads, one after the other, and then the last; long waits never end. */
function watchOf(heads: readonly number[]): { readonly watch: BlockWatch; readonly asked: string[] } {
  const asked: string[] = [];
  const request = (method: string): Promise<unknown> => {
    asked.push(method);
    return Promise.resolve(`0x${(heads[asked.length - 1] ?? heads.at(-1) ?? 0).toString(16)}`);
  };
  return { watch: new BlockWatch({ request }, waitOf(LONG_MS)), asked };
}

function waitOf(endlessMs: number): (ms: number) => Promise<unknown> {
  return (ms) => (ms >= endlessMs ? new Promise(() => undefined) : new Promise((done) => setImmediate(done)));
}

describe('a watch for blocks', () => {
  it('lets all go on with the block after theirs, and asks once for all of them', async () => {
    const { watch, asked } = watchOf([5, 5, 6, 6, 7]);
    const done: number[] = [];
    const waitFor = async (after: number): Promise<void> => {
      await watch.after(after, LONG_MS);
      done.push(after);
    };
    const first = Promise.all([waitFor(5), waitFor(5)]);
    const second = waitFor(6);
    await first;
    expect(done).to.deep.equal([5, 5]);
    expect(asked).to.have.lengthOf(3);
    await second;
    expect(asked).to.have.lengthOf(5);
    expect(new Set(asked)).to.deep.equal(new Set(['eth_blockNumber']));
  });

  it('asks nothing once nobody waits, and again for whoever comes then', async () => {
    const { watch, asked } = watchOf([6]);
    await watch.after(5, LONG_MS);
    for (let turn = 0; turn < 5; turn++) await new Promise((done) => setImmediate(done));
    expect(asked).to.have.lengthOf(1);
    await watch.after(5, LONG_MS);
    expect(asked).to.have.lengthOf(2);
  });

  it('leaves no wait behind once there is a block', async () => {
    const waits: AbortSignal[] = [];
    const wait = waitOf(LONG_MS);
    const watch = new BlockWatch({ request: () => Promise.resolve('0x6') }, (ms, signal) => {
      if (signal !== undefined) waits.push(signal);
      return wait(ms);
    });
    await watch.after(5, LONG_MS);
    expect(waits.map(({ aborted }) => aborted)).to.deep.equal([true]);
  });

  it('keeps nobody longer than they said from a node that does not answer', async () => {
    const request = (): Promise<unknown> =>
      Promise.reject(new LedgerError('LEDGER_UNREACHABLE', 'no reply from the ledger'));
    const watch = new BlockWatch({ request }, waitOf(LONG_MS));
    await watch.after(5, LONG_MS - 1);
  });
});
