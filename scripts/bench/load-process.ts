/** The process of `load-server.ts`: started, asked what it took, and ended. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import nodeOptions from '../node-options.json' with { type: 'json' };
import type { LoadServer } from './load-server.ts';
import type { LoadWorld } from './load-world.ts';

const PROGRAM = join(import.meta.dirname, 'load-server.ts');

export interface LoadOptions {
  /** 0: no limit. */
  readonly perSecond?: number;
  /** 0: one process syncs and answers. */
  readonly workers?: number;
}

/** Since the start, workers included. */
export interface Spent {
  /** Processor time. */
  readonly cpuSeconds: number;
  /** Of it, in the system: connections are opened, read, written to and closed there. */
  readonly systemSeconds: number;
  /** In which garbage was collected and nobody answered. */
  readonly garbageSeconds: number;
  /** The longest time between two timers of 10 ms, since it was asked last. */
  readonly longestTurnMs: number;
}

export class LoadProcess implements AsyncDisposable {
  readonly url: string;
  readonly bodies: readonly string[];
  /** From nothing until it listened. */
  readonly startSeconds: number;
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;

  private constructor(child: ChildProcess, url: string, startSeconds: number, { bodies }: LoadWorld) {
    this.#child = child;
    this.#ended = once(child, 'exit');
    this.url = url;
    this.startSeconds = startSeconds;
    this.bodies = bodies;
  }

  /** Resolves once it listens. */
  static async start(
    world: LoadWorld,
    { perSecond = 0, workers = 0 }: LoadOptions = {},
  ): Promise<LoadProcess> {
    const { bodies: _, ...place } = world;
    const server: LoadServer = { ...place, perSecond, workers };
    const words = [...nodeOptions['start verifier'], PROGRAM, JSON.stringify(server)];
    const startedAt = performance.now();
    const child = spawn(process.execPath, words, { stdio: ['pipe', 'pipe', 'inherit'] });
    for await (const line of createInterface(child.stdout)) {
      const { url } = JSON.parse(line) as { readonly url: string }; // what the program prints
      return new LoadProcess(child, url, (performance.now() - startedAt) / 1000, world);
    }
    throw new Error('the service under load ended before it listened');
  }

  async spent(): Promise<Spent> {
    const text = await (await fetch(`${this.url}/metrics`)).text();
    const sumOf = (name: string): number =>
      [...text.matchAll(new RegExp(`^${name}(?:{.*})? (\\S+)$`, 'gm'))].reduce(
        (sum, [, value]) => sum + Number(value),
        0,
      );
    return {
      cpuSeconds: sumOf('process_cpu_seconds_total'),
      systemSeconds: sumOf('process_cpu_system_seconds_total'),
      garbageSeconds: sumOf('nodejs_gc_duration_seconds_sum'),
      longestTurnMs: 1000 * sumOf('nodejs_eventloop_lag_max_seconds'),
    };
  }

  /** As an operator stops a service. */
  terminate(): void {
    this.#child.kill('SIGTERM');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.stdin?.end();
    await this.#ended;
  }
}
