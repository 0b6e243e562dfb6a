/**
 * One verifier in a process of its own, so that no other shares its memory, its compiled code or its patched globals.
 * Takes one order after the other and answers each.
 */
import process from 'node:process';
import { invariant } from '../../../core/errors.ts';
import { latencies, quantile } from '../harness.ts';
import { checkVerifier } from './check.ts';
import { KINDS } from './kinds.ts';
import { load } from './packages.ts';
import type { Flaw, Inputs, Sample, Verifier } from './peer.ts';

export type Order =
  | { readonly do: 'open'; readonly kind: string; readonly peer: string; readonly inputs: Inputs }
  | { readonly do: 'run'; readonly count: number }
  | { readonly do: 'latencies'; readonly count: number }
  | { readonly do: 'weigh' };

/** What an order is answered with; a failure ends the measurement. */
export interface Answer {
  readonly noticed?: readonly Flaw[];
  readonly p50?: number;
  readonly p99?: number;
  readonly grownBytes?: number;
  readonly failure?: string;
}

let verify: Verifier = () => false;
let samples: readonly Sample[] = [];
let next = 0;
let residentBefore = 0;

process.on('message', (order: Order) => {
  void carryOut(order)
    .catch((error: unknown): Answer => ({ failure: error instanceof Error ? error.message : String(error) }))
    .then((answer) => process.send?.(answer));
});

async function carryOut(order: Order): Promise<Answer> {
  switch (order.do) {
    case 'open':
      return open(order);
    case 'run':
      for (let i = 0; i < order.count; i++) await once();
      return {};
    case 'latencies': {
      const sorted = await latencies(once, order.count);
      return { p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99) };
    }
    case 'weigh':
      return { grownBytes: resident() - residentBefore };
  }
}

async function open({ kind, peer, inputs }: Extract<Order, { do: 'open' }>): Promise<Answer> {
  const found = KINDS.find(({ name }) => name === kind)?.peers.find(({ name }) => name === peer);
  invariant(found !== undefined, 'the parent knows the same peers');
  samples = inputs.valid;
  residentBefore = resident();
  verify = await found.open(inputs, load);
  return { noticed: await checkVerifier(peer, verify, inputs) };
}

async function once(): Promise<void> {
  // The index stays below the length.
  const answer = verify(samples[next++ % samples.length]!);
  if (!(answer instanceof Promise ? await answer : answer))
    throw new Error('a valid code is refused after a while');
}

/** Bytes, after the rubbish is gone. */
function resident(): number {
  globalThis.gc?.();
  return process.memoryUsage.rss();
}
