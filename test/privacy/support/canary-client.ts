/** The services of `canary-services.ts` as a client has them: started, listened to, asked, killed. */
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'chai';

export interface Answer {
  readonly status: number;
  readonly text: string;
}

export interface Row {
  readonly recordId: string;
  readonly credentials: readonly { readonly handle: string }[];
}

export function rowsOf({ text }: Answer): readonly Row[] {
  const { rows } = JSON.parse(text) as { rows: readonly Row[] }; // the route's response schema
  for (const row of rows) expect(row, 'a row is taken in').to.have.property('recordId');
  return rows;
}

/** The rows of an answer that were refused. Members unknown to us are named to whoever sent them, and to nobody else. */
export function refusalsOf(text: string): readonly string[] {
  if (!text.startsWith('{"summary"')) return [];
  const { rows } = JSON.parse(text) as { rows: readonly { problems?: readonly object[] }[] }; // as above
  const problems = rows.flatMap((row) => row.problems ?? []);
  return problems.map((problem) => JSON.stringify({ ...problem, field: undefined }));
}

export interface Services {
  readonly urls: { readonly issuer: string; readonly verifier: string; readonly node: string };
  readonly ended: Promise<void>;
  /** Resolves with the next line of the log, from now on, that holds `text`. */
  untilLogged(text: string): Promise<void>;
  kill(): void;
}

export async function startServices(folder: string, said: string[]): Promise<Services> {
  const program = join(import.meta.dirname, 'canary-services.ts');
  const child: ChildProcess = spawn(process.execPath, [program, folder], {
    cwd: join(folder, 'cwd'),
    env: { ...process.env, TMPDIR: join(folder, 'tmp') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const started = Promise.withResolvers<Services['urls']>();
  const ended = Promise.withResolvers<void>();
  const waiting: { readonly text: string; readonly done: () => void }[] = [];
  const listen = (line: string): void => {
    said.push(line);
    if (line.startsWith('{"urls"')) started.resolve((JSON.parse(line) as { urls: Services['urls'] }).urls);
    for (const one of waiting) if (line.includes(one.text)) one.done();
  };
  for (const stream of [child.stdout, child.stderr]) {
    if (stream !== null) createInterface({ input: stream }).on('line', listen);
  }
  child.once('exit', () => {
    started.reject(new Error(`the services ended:\n${said.slice(-10).join('\n')}`));
    ended.resolve();
  });
  return {
    urls: await started.promise,
    ended: ended.promise,
    untilLogged: (text) => new Promise((done) => waiting.push({ text, done })),
    kill: () => child.kill('SIGKILL'),
  };
}
