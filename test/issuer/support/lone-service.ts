/** `hcl start issuer` or `hcl start verifier` as the process that a service manager runs. */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { expect } from 'chai';
import type { Environment } from '../../../service/config.ts';

const MAIN = resolve(import.meta.dirname, '../../../cli/main.ts');

export class LoneService implements AsyncDisposable {
  readonly url: string;
  readonly #child: ChildProcessByStdio<null, null, Readable>;
  readonly #exited: Promise<unknown[]>;

  private constructor(
    url: string,
    child: ChildProcessByStdio<null, null, Readable>,
    exited: Promise<unknown[]>,
  ) {
    this.url = url;
    this.#child = child;
    this.#exited = exited;
  }

  /** Resolves when it listens; rejects with what it says when it does not. */
  static async start(name: 'issuer' | 'verifier', settings: Environment): Promise<LoneService> {
    const child = spawn(process.execPath, [MAIN, 'start', name], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'hcl-compile-cache'), ...settings },
    });
    const exited = once(child, 'exit');
    const lines = createInterface({ input: child.stderr });
    const line = await Promise.race([
      once(lines, 'line').then(([text]) => String(text)),
      exited.then(() => 'it ended'),
    ]);
    if (!line.startsWith('http')) {
      // What refuses also ends by itself.
      expect(await exited).to.deep.equal([1, null]);
      throw new Error(line);
    }
    return new LoneService(line, child, exited);
  }

  /** As a service manager stops it; answers exit code and signal. */
  async stop(): Promise<unknown[]> {
    this.#child.kill('SIGTERM');
    return await this.#exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }
}
