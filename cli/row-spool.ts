/**
 * Rows that wait until they can be shown, one line each, in a file that has no name: however many there are they take
 * no memory, and nothing of them is left when the process ends, in whatever way.
 */
import { randomUUID } from 'node:crypto';
import { open, unlink, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const PIECE_CHARACTERS = 64 * 1024;

export class RowSpool implements AsyncDisposable {
  readonly #file: FileHandle;
  #piece = '';
  #count = 0;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  static async create(): Promise<RowSpool> {
    const path = join(tmpdir(), `hcl-rows-${randomUUID()}`);
    const file = await open(path, 'wx+', 0o600);
    await unlink(path);
    return new RowSpool(file);
  }

  get count(): number {
    return this.#count;
  }

  /** @param line without a line end */
  async add(line: string): Promise<void> {
    this.#count++;
    this.#piece += `${line}\n`;
    if (this.#piece.length > PIECE_CHARACTERS) await this.#flush();
  }

  /** All lines, in order. Once. */
  async *lines(): AsyncGenerator<string> {
    await this.#flush();
    yield* createInterface({ input: this.#file.createReadStream({ start: 0, autoClose: false }) });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
  }

  async #flush(): Promise<void> {
    await this.#file.appendFile(this.#piece);
    this.#piece = '';
  }
}
