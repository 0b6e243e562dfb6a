/**
 * What a disk holds after the power went, from a trace of system calls.
 *
 * Assumed of the file system, which is what ext4 (data=ordered), XFS and btrfs keep on a disk that does not lie
 * about its flushes:
 * - Data of a file is durable once an fsync or fdatasync of that file, begun after the write, has come back. Each
 *   later write may be there, be torn at any byte, or be missing, whatever became of the others; what is missing in
 *   the middle reads as zeros.
 * - Creating, renaming and unlinking go through a journal in their order: a cut keeps some first part of them. A sync
 *   of any file or folder makes all that came before it durable.
 *
 * A call that the model does not know stops the test rather than be passed over.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { bytesOf, targetOf, textsOf, type SystemCall } from './syscall-trace.ts';

interface Write {
  readonly at: number;
  readonly data: Uint8Array;
}

interface DiskFile {
  readonly writes: Write[];
  /** As many writes are durable. */
  durable: number;
  length: number;
}

type NameChange = (names: Map<string, DiskFile>) => void;

/** Plays a trace up to a tick; then {@link PowerCut.rebuild} gives what a cut at that tick leaves. */
export class PowerCut {
  readonly #folder: string;
  readonly #ignoresSyncs: boolean;
  readonly #names = new Map<string, DiskFile>();
  readonly #journal: NameChange[] = [];
  #durableChanges = 0;

  /** `ignoresSyncs` is the disk that lies: for seeing that the test would notice. */
  constructor(folder: string, { ignoresSyncs = false }: { readonly ignoresSyncs?: boolean } = {}) {
    this.#folder = folder;
    this.#ignoresSyncs = ignoresSyncs;
  }

  /** Plays what was complete before `tick`; of a call under way nothing counts. */
  play(calls: readonly SystemCall[], tick: number): void {
    const steps = calls
      .flatMap((call) => this.#stepsOf(call))
      .filter((step) => step.tick < tick)
      .sort((a, b) => a.tick - b.tick);
    for (const step of steps) step.run();
  }

  /** When something begins or ends in the folder. */
  ticksOf(calls: readonly SystemCall[]): number[] {
    return calls
      .filter((call) => call.result >= 0 && this.#concerns(call))
      .flatMap(({ start, end }) => [start, end])
      .sort((a, b) => a - b);
  }

  /** Writes what is left into `target`. `random` decides on all that is not durable; without it all that is lost. */
  async rebuild(target: string, random?: () => number): Promise<void> {
    const open = this.#journal.length - this.#durableChanges;
    const kept = this.#durableChanges + (random === undefined ? 0 : Math.floor(random() * (open + 1)));
    const names = new Map<string, DiskFile>();
    for (const change of this.#journal.slice(0, kept)) change(names);
    await mkdir(target, { recursive: true });
    for (const [path, file] of names) {
      const place = join(target, relative(this.#folder, path));
      await mkdir(dirname(place), { recursive: true });
      await writeFile(place, contentOf(file, random));
    }
  }

  #stepsOf(call: SystemCall): { tick: number; run(): void }[] {
    if (call.result < 0 || !this.#concerns(call)) return [];
    const done = (run: () => void): { tick: number; run(): void }[] => [{ tick: call.end, run }];
    switch (call.name) {
      case 'open':
      case 'openat':
        return done(() => this.#open(call.args));
      case 'write':
      case 'pwrite64':
        return done(() => this.#write(call));
      case 'rename':
        return done(() => this.#rename(textsOf(call.args)));
      case 'unlink':
        return done(() => this.#unlink(textsOf(call.args)));
      case 'mkdir':
      case 'rmdir':
        return [];
      case 'mmap':
        if (!/PROT_WRITE/.test(call.args) || /MAP_PRIVATE/.test(call.args)) return [];
        break;
      case 'fsync':
      case 'fdatasync':
        return this.#syncSteps(call);
      default:
    }
    throw new Error(`the model does not know ${call.name} on this folder`);
  }

  /** A sync covers what was complete when it began, from when it comes back. */
  #syncSteps({ args, start, end }: SystemCall): { tick: number; run(): void }[] {
    if (this.#ignoresSyncs) return [];
    let covered: { readonly file: DiskFile | undefined; readonly writes: number; readonly changes: number };
    return [
      {
        tick: start,
        run: () => {
          const file = this.#names.get(targetOf(args));
          covered = { file, writes: file?.writes.length ?? 0, changes: this.#journal.length };
        },
      },
      {
        tick: end,
        run: () => {
          if (covered.file !== undefined)
            covered.file.durable = Math.max(covered.file.durable, covered.writes);
          this.#durableChanges = Math.max(this.#durableChanges, covered.changes);
        },
      },
    ];
  }

  #concerns({ name, args }: SystemCall): boolean {
    const paths =
      name === 'mmap' ? [mappedFile(args)] : [targetOf(args), ...(isOfPaths(name) ? textsOf(args) : [])];
    return paths.some((path) => path === this.#folder || path.startsWith(`${this.#folder}/`));
  }

  #open(args: string): void {
    const path = textsOf(args)[0] ?? '';
    const isNew = /O_CREAT/.test(args) && !this.#names.has(path);
    if (isNew || (/O_TRUNC/.test(args) && this.#names.has(path))) {
      const file: DiskFile = { writes: [], durable: 0, length: 0 };
      this.#change((names) => names.set(path, file));
    }
  }

  #write({ name, args, result }: SystemCall): void {
    const file = this.#names.get(targetOf(args));
    if (file === undefined) return;
    const data = (bytesOf(args)[0] ?? new Uint8Array(0)).subarray(0, result);
    const at = name === 'pwrite64' ? Number(/, (\d+)$/.exec(args)?.[1]) : file.length;
    file.writes.push({ at, data });
    file.length = Math.max(file.length, at + data.length);
  }

  #rename([from = '', to = '']: readonly string[]): void {
    this.#change((names) => {
      // A folder takes along what is in it.
      for (const [path, file] of Array.from(names)) {
        if (path !== from && !path.startsWith(`${from}/`)) continue;
        names.delete(path);
        names.set(to + path.slice(from.length), file);
      }
    });
  }

  #unlink([path = '']: readonly string[]): void {
    this.#change((names) => names.delete(path));
  }

  #change(change: NameChange): void {
    change(this.#names);
    this.#journal.push(change);
  }
}

function isOfPaths(name: string): boolean {
  return !name.startsWith('write') && !name.startsWith('pwrite');
}

/** `mmap(NULL, 4096, PROT_READ, MAP_SHARED, 7<path>, 0)` */
function mappedFile(args: string): string {
  return targetOf(/\d+<(?:\\x[0-9a-f]{2})*>/.exec(args)?.[0] ?? '');
}

function contentOf({ writes, durable }: DiskFile, random: (() => number) | undefined): Uint8Array {
  const kept = writes.flatMap((write, index) => {
    if (index < durable) return [write];
    const fate = random?.() ?? 0;
    if (fate < 1 / 3) return [];
    if (fate < 2 / 3) return [write];
    return [
      { at: write.at, data: write.data.subarray(0, Math.floor((random?.() ?? 0) * write.data.length)) },
    ];
  });
  const content = new Uint8Array(Math.max(0, ...kept.map(({ at, data }) => at + data.length)));
  for (const { at, data } of kept) content.set(data, at);
  return content;
}
