/**
 * A program of the tests that runs as a process of its own, to be killed, stopped or traced. It loads what it needs,
 * waits for a line on its input, opens what it is to open and prints one line, mostly the address where it listens.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface WaitingProcessOptions {
  /** Put before the command. */
  readonly wrapper?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export class WaitingProcess {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown[]>;

  /** @param options the program's argument, as JSON */
  constructor(program: string, options: object, { wrapper = [], env = {} }: WaitingProcessOptions = {}) {
    const whole = [...wrapper, process.execPath, program, JSON.stringify(options)];
    // There is at least the program.
    const [command = '', ...args] = whole;
    this.#child = spawn(command, args, {
      stdio: ['pipe', 'pipe', 'inherit'],
      // Loading takes a second of processor time, half of it compiling.
      env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'hcl-compile-cache'), ...env },
    });
    this.#exited = once(this.#child, 'exit');
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Resolves with exit code and signal. */
  get exited(): Promise<unknown[]> {
    return this.#exited;
  }

  /** Lets it open; answers the line it prints, or `undefined` when it ends without one. */
  async tryOpen(): Promise<string | undefined> {
    if (this.#child.stdin === null || this.#child.stdout === null)
      throw new Error('the child has no streams');
    this.#child.stdin.write('open\n');
    for await (const line of createInterface({ input: this.#child.stdout })) return line;
    return undefined;
  }

  async open(): Promise<string> {
    const line = await this.tryOpen();
    if (line === undefined) throw new Error('the process did not start');
    return line;
  }

  /** Sends a signal, such as SIGSTOP. */
  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Ends the process at once; answers its exit code and signal. */
  async kill(): Promise<unknown[]> {
    this.#child.kill('SIGKILL');
    return this.#exited;
  }

  /** Ends a wrapped process by the end of its input. */
  async leave(): Promise<void> {
    this.#child.stdin?.end();
    await this.#exited;
  }
}
