/** A disk of a few megabytes that can be filled and freed: a tmpfs, which only the superuser may mount. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PIECE = Buffer.alloc(64 * 1024, 7);

export class SmallDisk implements AsyncDisposable {
  readonly folder: string;
  readonly #ballast: string;

  private constructor(folder: string) {
    this.folder = folder;
    this.#ballast = join(folder, 'ballast');
  }

  /** `undefined` where nothing may be mounted. */
  static async mount(megabytes: number): Promise<SmallDisk | undefined> {
    const folder = await mkdtemp(join(tmpdir(), 'hcl-small-disk-'));
    const args = ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0700`, 'tmpfs', folder];
    if (spawnSync('mount', args).status === 0) return new SmallDisk(folder);
    await rm(folder, { recursive: true });
    return undefined;
  }

  /** Writes until the disk takes nothing more. */
  async fill(): Promise<void> {
    const file = await open(this.#ballast, 'a');
    try {
      for (let size = PIECE.length; size > 0;) {
        try {
          await file.appendFile(PIECE.subarray(0, size));
        } catch {
          size = Math.floor(size / 2);
        }
      }
    } finally {
      await file.close();
    }
  }

  async free(): Promise<void> {
    await rm(this.#ballast);
  }

  /** `ro`, `rw` or a new `size=…`; throws while a file is open for writing and the disk is to become read-only. */
  remount(options: string): void {
    const { status } = spawnSync('mount', ['-o', `remount,${options}`, this.folder]);
    if (status !== 0) throw new Error(`the disk was not remounted ${options}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    spawnSync('umount', [this.folder]);
    await rm(this.folder, { recursive: true, force: true });
  }
}
