/** The contracts' mocha tests on changed contracts, in a process of their own (`test-worker.ts`). */
import { type ChildProcess, fork } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import type { TestAnswer, TestRequest } from './test-worker.ts';

const root = resolve(import.meta.dirname, '..', '..');
const WORKER = join(import.meta.dirname, 'test-worker.ts');
const CONFIG = join(import.meta.dirname, 'hardhat.config.ts');

export class TestRunner implements AsyncDisposable {
  readonly #folder: string;
  readonly #worker: ChildProcess;
  #rssBytes = 0;

  private constructor(folder: string, worker: ChildProcess) {
    this.#folder = folder;
    this.#worker = worker;
  }

  /**
   * Starts from the artifacts in `artifacts/`, which the launcher keeps up to date. `watched`: answers have `hits`.
   */
  static async start({ watched }: { readonly watched: boolean }): Promise<TestRunner> {
    const folder = mkdtempSync(join(tmpdir(), 'hcl-contracts-'));
    // Without build-info: Hardhat only explains failures with it, and reads it for long.
    const filter = (path: string): boolean => !path.endsWith('build-info');
    cpSync(join(root, 'artifacts'), join(folder, 'artifacts'), { recursive: true, filter });
    const worker = fork(WORKER, {
      cwd: root,
      execArgv: ['--expose-gc'],
      env: {
        ...process.env,
        HARDHAT_CONFIG: CONFIG,
        HCL_GATE_FOLDER: folder,
        HCL_GATE_WATCH: watched ? '1' : '0',
        HCL_LONG: '0',
      },
    });
    const runner = new TestRunner(folder, worker);
    await runner.#next();
    return runner;
  }

  /** Memory that the process held when it last tested something. */
  get rssBytes(): number {
    return this.#rssBytes;
  }

  /** One request at a time. */
  async run(request: TestRequest): Promise<TestAnswer> {
    const next = this.#next();
    this.#worker.send(request);
    // The worker answers each request with a TestAnswer.
    const answer = (await next) as TestAnswer;
    if (answer.kind === 'tested') this.#rssBytes = answer.rssBytes;
    return answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended =
      this.#worker.exitCode === null
        ? new Promise((done) => this.#worker.once('exit', done))
        : Promise.resolve();
    this.#worker.kill();
    await ended;
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #next(): Promise<unknown> {
    return new Promise((done, fail) => {
      const onMessage = (message: unknown): void => {
        this.#worker.off('exit', onExit);
        done(message);
      };
      const onExit = (code: number | null): void => {
        this.#worker.off('message', onMessage);
        fail(new Error(`the process with the contracts' tests ended (${code ?? 'killed'})`));
      };
      this.#worker.once('message', onMessage).once('exit', onExit);
    });
  }
}
