/**
 * What a publisher offers, as files that any web server can host:
 *
 *   <folder>/latest                    JSON: what there is now (`BundleIndex`), replaced as a whole
 *   <folder>/bases                     JSON: what the publisher goes on from (`kept-bases.ts`), for itself
 *   <folder>/files/<sha-256>.hclb      bundles, named by what is in them: they never change
 *   <folder>/deltas/<size>.hclb        what leads on from the state of that size (`follow-deltas.ts`); replaced
 *   <folder>/hours/<size>.hclb         the same, to the first state of an hour
 *   <folder>/pages/<day>/<issuer>.hclb short-lived roots of a day that is over, for who has dropped them
 *
 * A file that `latest` or `bases` names is written before them, and stays for a while after it is named no longer, for
 * those who have just read the old one.
 */
import { chmod, mkdir, open, readdir, readFile, rename, stat, unlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pagePath, type PageName } from '../../core/bundle/accept-page.ts';
import { toHex } from '../../core/bytes/hex.ts';
import { DELTA_LINES, deltaPath, type DeltaLine } from '../../core/bundle/follow-deltas.ts';
import { parseBundleIndex, type BundleFile, type BundleIndex } from '../../core/bundle/bundle-index.ts';
import type { Crypto } from '../../core/crypto.ts';
import { writeFileAtomically } from '../../service/files.ts';
import { parseKeptBases, writeKeptBases, type KeptBase } from './kept-bases.ts';

/** Everybody may read what is published. */
const FOLDER_MODE = 0o755;
const FILE_MODE = 0o644;
const PAGE = /^pages\/\d{4}-\d\d-\d\d\/[0-9a-f]{64}\.hclb$/;
const NAME = /^[0-9a-f]{64}\.hclb$/;
const DELTA_NAME = /^(0|[1-9][0-9]{0,15})\.hclb$/;

/** A file to be sent, read as it is taken: many fetch large bundles at once. Whoever has it reads or destroys it. */
export interface SentFile {
  readonly bytes: number;
  /** Another one when the file was replaced, as the value of `ETag`. */
  readonly etag: string;
  readonly content: Readable;
}

export class BundleFolder {
  readonly folder: string;
  readonly #crypto: Crypto;

  constructor(folder: string, crypto: Crypto) {
    this.folder = folder;
    this.#crypto = crypto;
  }

  async put(bytes: Uint8Array): Promise<BundleFile> {
    const path = `files/${toHex(this.#crypto.sha256(bytes)).slice(2)}.hclb`;
    await this.#write(path, bytes);
    return { path, bytes: bytes.length };
  }

  /** Those of the pages that are not here. */
  async missingOf(pages: readonly PageName[]): Promise<readonly PageName[]> {
    const missing: PageName[] = [];
    for (const page of pages) {
      if ((await orNothing(stat(join(this.folder, pagePath(page))))) === undefined) missing.push(page);
    }
    return missing;
  }

  async putPage(page: PageName, bytes: Uint8Array): Promise<void> {
    await this.#write(pagePath(page), bytes);
  }

  /**
   * Not synced, for there are many and they are made anew all the time: one that a power cut damages is refused, and
   * the index helps.
   *
   * @param size of the log of the state that it is a change to
   */
  async putDelta(line: DeltaLine, size: number, bytes: Uint8Array): Promise<void> {
    const path = join(this.folder, deltaPath(line, size));
    await mkdir(dirname(path), { recursive: true, mode: FOLDER_MODE });
    await writeFile(`${path}.new`, bytes, { mode: FILE_MODE });
    await rename(`${path}.new`, path);
  }

  /** By its name; `undefined` when there is none. */
  async delta(line: DeltaLine, name: string): Promise<SentFile | undefined> {
    return DELTA_NAME.test(name) ? send(join(this.folder, line, name)) : undefined;
  }

  /** `undefined` when there is none. */
  async page(page: PageName): Promise<SentFile | undefined> {
    return PAGE.test(pagePath(page)) ? send(join(this.folder, pagePath(page))) : undefined;
  }

  async putIndex(index: BundleIndex): Promise<void> {
    await this.#write('latest', `${JSON.stringify(index, null, 2)}\n`);
  }

  /** `undefined` when nothing was published yet; throws `BUNDLE_MALFORMED`. */
  async index(): Promise<BundleIndex | undefined> {
    const bytes = await orNothing(readFile(join(this.folder, 'latest')));
    return bytes === undefined ? undefined : parseBundleIndex(bytes);
  }

  async putBases(kept: readonly KeptBase[]): Promise<void> {
    await this.#write('bases', writeKeptBases(kept));
  }

  /** Throws `BUNDLE_MALFORMED` or a `BytesError`. */
  async bases(): Promise<readonly KeptBase[]> {
    const bytes = await orNothing(readFile(join(this.folder, 'bases')));
    return bytes === undefined ? [] : parseKeptBases(bytes);
  }

  /** Of a file that an index names; `undefined` when there is none. */
  async bytesOf({ path }: BundleFile): Promise<Uint8Array | undefined> {
    return NAME.test(path.replace(/^files\//, '')) ? orNothing(readFile(join(this.folder, path))) : undefined;
  }

  /** A file by its name; `undefined` when there is none. */
  async file(name: string): Promise<SentFile | undefined> {
    return NAME.test(name) ? send(join(this.folder, 'files', name)) : undefined;
  }

  /** Removes files but these, and those that are younger than `beforeMs`. */
  async sweep(files: readonly BundleFile[], beforeMs: number): Promise<void> {
    const named = new Set(files.map(({ path }) => path));
    for (const name of await readdir(join(this.folder, 'files'))) {
      const path = join(this.folder, 'files', name);
      if (!named.has(`files/${name}`) && (await stat(path)).mtimeMs < beforeMs) await unlink(path);
    }
  }

  /** Removes those that were written last before `beforeMs`. */
  async sweepDeltas(beforeMs: number): Promise<void> {
    for (const line of DELTA_LINES) {
      for (const name of await readdir(join(this.folder, line))) {
        const path = join(this.folder, line, name);
        if ((await stat(path)).mtimeMs < beforeMs) await unlink(path);
      }
    }
  }

  async #write(path: string, content: string | Uint8Array): Promise<void> {
    const file = join(this.folder, path);
    await mkdir(dirname(file), { recursive: true, mode: FOLDER_MODE });
    await writeFileAtomically(file, content);
    await chmod(file, FILE_MODE);
  }
}

async function send(path: string): Promise<SentFile | undefined> {
  const file = await orNothing(open(path));
  if (file === undefined) return undefined;
  try {
    const { mtimeMs, size: bytes } = await file.stat();
    const etag = `"${Math.round(mtimeMs * 1000).toString(36)}-${bytes.toString(36)}"`;
    return { bytes, etag, content: file.createReadStream() };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** `undefined` when there is no such file. */
async function orNothing<T>(attempt: Promise<T>): Promise<T | undefined> {
  try {
    return await attempt;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
