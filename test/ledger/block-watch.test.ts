import { expect } from 'chai';
import { describe, it } from 'mocha';
import { BlockWatch } from '../../ledger/block-watch.ts';
import { LedgerError } from '../../ledger/errors.ts';

/** Longer than any watch of these tests. */
const LONG_MS = 10_000;

/** A node like any other that has these heads, one after the other, and then the last; long waits never end. */
function watchOf(heads: readonly number[]): { readonly watch: BlockWatch; readonly asked: string[] } {
  const asked: string[] = [];
  const request = (method: string): Promise<unknown> => {
    if (method !== 'eth_blockNumber') return Promise.reject(UNKNOWN_METHOD);
    asked.push(method);
    return Promise.resolve(hex(heads[asked.length - 1] ?? heads.at(-1) ?? 0));
  };
  return { watch: new BlockWatch({ request }, waitOf(LONG_MS)), asked };
}

/** One of ours: each question is answered when `tell` is called with a head. */
function tellingWatch(): {
  readonly watch: BlockWatch;
  readonly asked: unknown[];
  readonly waits: number[];
  readonly tell: (head: number) => Promise<void>;
} {
  const asked: unknown[] = [];
  const waits: number[] = [];
  let answer: (head: string) => void = () => undefined;
  const request = (method: string, params: readonly unknown[]): Promise<unknown> => {
    asked.push([method, params[0]]);
    return new Promise((resolve) => (answer = resolve));
  };
  const wait = waitOf(LONG_MS);
  const watch = new BlockWatch({ request }, (ms, signal) => {
    if (signal === undefined) waits.push(ms);
    return wait(ms);
  });
  const tell = async (head: number): Promise<void> => {
    answer(hex(head));
    await turns();
  };
  return { watch, asked, waits, tell };
}

function hex(number: number): string {
  return `0x${number.toString(16)}`;
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((done) => setImmediate(done));
}

const UNKNOWN_METHOD = new LedgerError('LEDGER_RPC_REFUSED', 'the ledger refuses (-32601)', {
  rpcCode: -32_601,
});

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
    await turns();
    expect(asked).to.have.lengthOf(1);
    await watch.after(5, LONG_MS);
    expect(asked).to.have.lengthOf(2);
  });

  it('asks a node of ours once for each block, and is told when there is one', async () => {
    const { watch, asked, waits, tell } = tellingWatch();
    const done: number[] = [];
    for (const after of [6, 5]) void watch.after(after, LONG_MS).then(() => done.push(after));
    await tell(5);
    expect(done, 'the question was kept, and there is none yet').to.deep.equal([]);
    await tell(6);
    expect(done).to.deep.equal([5]);
    await tell(7);
    expect(done).to.deep.equal([5, 6]);
    const first = ['hcl_waitForBlock', '0x6'];
    expect(asked).to.deep.equal([first, ['hcl_waitForBlock', '0x5'], ['hcl_waitForBlock', '0x6']]);
    expect(waits, 'a pause only where there was no block').to.deep.equal([15]);
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
