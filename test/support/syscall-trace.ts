/**
 * Runs a program under Debian's `strace` and reads what it did to files and sockets.
 *
 *     4711 pwrite64(25</tmp/x>, "\x00\x01", 2, 0) = 2
 *     4711 fdatasync(23</tmp/y> <unfinished ...>
 *     4711 <... fdatasync resumed>) = 0
 *
 * (`-xx` writes every string and path as \x… in fact.) A call takes effect somewhere between its two ticks.
 */
import { spawnSync } from 'node:child_process';

/** Everything that changes files or makes them durable, and everything that could do so unseen. */
const CALLS: readonly string[] = [
  'open',
  'openat',
  'creat',
  'write',
  'writev',
  'pwrite64',
  'pwritev',
  'pwritev2',
  'mmap',
  'msync',
  'sendfile',
  'copy_file_range',
  'splice',
  'ftruncate',
  'truncate',
  'fallocate',
  'io_uring_enter',
  'rename',
  'renameat',
  'renameat2',
  'link',
  'linkat',
  'symlink',
  'symlinkat',
  'unlink',
  'unlinkat',
  'mkdir',
  'mkdirat',
  'rmdir',
  'fsync',
  'fdatasync',
  'sync_file_range',
  'syncfs',
  'sync',
];

export interface SystemCall {
  readonly name: string;
  /** As strace prints them, up to the closing bracket. */
  readonly args: string;
  /** Negative when the call failed or never came back. */
  readonly result: number;
  /** Order among all starts and ends of the trace. */
  readonly start: number;
  readonly end: number;
}

export function hasStrace(): boolean {
  return spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0;
}

/** The words before a command that make strace write its calls to `file`. */
export function tracedTo(file: string): readonly string[] {
  const what = `trace=${CALLS.join(',')}`;
  return ['strace', '-f', '-y', '-xx', '-s', '100000000', '-e', what, '-E', 'UV_USE_IO_URING=0', '-o', file];
}

export interface InjectedFault {
  readonly call: string;
  readonly path: string;
  /** The call's how-manieth on this path fails. */
  readonly when: number;
  readonly fault: 'EIO' | 'ENOSPC' | 'EROFS' | 'EMFILE' | 'SIGKILL';
}

/** The words before a command that make one call of it on one path fail, or kill it, and write the calls to `file`. */
export function failing({ call, path, when, fault }: InjectedFault, file: string): readonly string[] {
  const what = fault === 'SIGKILL' ? 'signal=KILL' : `error=${fault}`;
  const calls = ['-P', path, '-e', `trace=${call}`, '-e', `inject=${call}:${what}:when=${when}`];
  // Faults are counted for each thread: one does all the work on files.
  const environment = ['-E', 'UV_USE_IO_URING=0', '-E', 'UV_THREADPOOL_SIZE=1'];
  return ['strace', '-f', '-q', '-o', file, ...calls, ...environment];
}

/** Whether a trace shows that the fault came about: whoever calls in another order may never make that call. */
export function hasFailed(trace: string): boolean {
  return /\(INJECTED|killed by SIGKILL/.test(trace);
}

/** Reads a trace; `firstTick` lets traces follow one another. */
export function readTrace(text: string, firstTick = 0): SystemCall[] {
  const calls: SystemCall[] = [];
  const unfinished = new Map<string, { name: string; args: string; start: number }>();
  for (const [index, line] of text.split('\n').entries()) {
    const tick = firstTick + index;
    const [, thread = '', rest = ''] = /^(\d+)\s+(.*)$/s.exec(line) ?? [];
    const resumed = /^<\.\.\. (\w+) resumed>(.*)\)\s+= (-?\d+|\?)/s.exec(rest);
    if (resumed !== null) {
      const begun = unfinished.get(thread);
      unfinished.delete(thread);
      if (begun !== undefined) {
        calls.push({
          ...begun,
          args: begun.args + (resumed[2] ?? ''),
          result: resultOf(resumed[3]),
          end: tick,
        });
      }
      continue;
    }
    const [, name = '', body = ''] = /^(\w+)\((.*)$/s.exec(rest) ?? [];
    if (name === '') continue;
    const cut = body.lastIndexOf(' <unfinished ...>');
    if (cut >= 0) {
      unfinished.set(thread, { name, args: body.slice(0, cut), start: tick });
      continue;
    }
    const close = body.lastIndexOf(') ');
    const [, value] = /= (-?\d+|\?)/.exec(body.slice(close)) ?? [];
    calls.push({ name, args: body.slice(0, close), result: resultOf(value), start: tick, end: tick });
  }
  for (const begun of unfinished.values())
    calls.push({ ...begun, result: -1, end: Number.POSITIVE_INFINITY });
  return calls;
}

/** The bytes of the quoted strings among the arguments, in order. */
export function bytesOf(args: string): Uint8Array[] {
  return Array.from(args.matchAll(/"((?:\\x[0-9a-f]{2})*)"/g), ([, hex = '']) =>
    Uint8Array.from(Buffer.from(hex.replaceAll('\\x', ''), 'hex')),
  );
}

/** The texts of the quoted strings: paths. */
export function textsOf(args: string): string[] {
  return bytesOf(args).map((bytes) => new TextDecoder().decode(bytes));
}

/** The path, or the kind of socket, behind the file descriptor that comes first. */
export function targetOf(args: string): string {
  const [, hex = ''] = /^\d+<((?:\\x[0-9a-f]{2})*)>/.exec(args) ?? [];
  return Buffer.from(hex.replaceAll('\\x', ''), 'hex').toString('utf8');
}

function resultOf(text: string | undefined): number {
  return text === undefined || text === '?' ? -1 : Number(text);
}
