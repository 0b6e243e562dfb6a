/** The process of `useless-clients.ts`: started, asked how its clients fare, and ended. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { Endured } from './returning-sockets.ts';
import type { UselessCrowd } from './useless-clients.ts';

const PROGRAM = join(import.meta.dirname, 'useless-clients.ts');

export class UselessProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #lines: Interface;

  constructor(crowd: UselessCrowd) {
    const words = [PROGRAM, JSON.stringify(crowd)];
    const child = spawn(process.execPath, words, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#child = child;
    this.#lines = createInterface(child.stdout);
  }

  async report(): Promise<readonly Endured[]> {
    const answer = once(this.#lines, 'line');
    this.#child.stdin?.write('\n');
    const [line] = (await answer) as [string]; // what the program prints
    return JSON.parse(line) as readonly Endured[];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.stdin?.end();
    await ended;
  }
}
