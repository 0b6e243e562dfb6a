/** The process of `load-server.ts`: started, asked what processor time it took, and ended. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const PROGRAM = join(import.meta.dirname, 'load-server.ts');

export interface LoadOptions {
  readonly codes: number;
  readonly roots: number;
  /** 0: no limit. */
  readonly perSecond: number;
  readonly seed: number;
}

export class LoadProcess implements AsyncDisposable {
  readonly url: string;
  /** Requests, each with another genuine code. */
  readonly bodies: readonly string[];
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;

  private constructor(child: ChildProcess, url: string, bodies: readonly string[]) {
    this.#child = child;
    this.#ended = once(child, 'exit');
    this.url = url;
    this.bodies = bodies;
  }

  /** Resolves once it listens. */
  static async start({ codes, perSecond, roots, seed }: LoadOptions): Promise<LoadProcess> {
    const folder = await mkdtemp(join(tmpdir(), 'hcl-load-'));
    try {
      const words = [folder, ...[codes, roots, perSecond, seed].map(String)];
      const child = spawn(process.execPath, [PROGRAM, ...words], { stdio: ['pipe', 'pipe', 'inherit'] });
      for await (const line of createInterface(child.stdout)) {
        // What the programs print and write.
        const { url } = JSON.parse(line) as { readonly url: string };
        const texts = JSON.parse(await readFile(join(folder, 'codes.json'), 'utf8')) as readonly string[];
        return new LoadProcess(
          child,
          url,
          texts.map((code) => JSON.stringify({ code })),
        );
      }
      throw new Error('the service under load ended before it listened');
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  /** Processor time that it has taken so far. */
  async cpuSeconds(): Promise<number> {
    const text = await (await fetch(`${this.url}/metrics`)).text();
    return Number(/^process_cpu_seconds_total (\S+)/m.exec(text)?.[1]);
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
