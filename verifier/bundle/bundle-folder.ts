/**
 * What a publisher offers, as files that any web server can host:
 *
 *   <folder>/latest                    JSON: what there is now (`BundleIndex`), replaced as a whole
 *   <folder>/files/<sha-256>.hclb      bundles, named by what is in them: they never change
 *   <folder>/pages/<day>/<issuer>.hclb short-lived roots of a day that is over, for who has dropped them
 *
 * A file that `latest` names is written before it, and stays for a while after it is named no longer, for those who
 * have just read the old one.
 */
import { chmod, mkdir, open, readdir, readFile, stat, unlink, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pagePath, type PageName } from '../../core/bundle/accept-page.ts';
import { toHex } from '../../core/bytes/hex.ts';
import { parseBundleIndex, type BundleFile, type BundleIndex } from '../../core/bundle/bundle-index.ts';
import type { Crypto } from '../../core/crypto.ts';
import { writeFileAtomically } from '../../service/files.ts';

/** Everybody may read what is published. */
const FOLDER_MODE = 0o755;
const FILE_MODE = 0o644;
const PAGE = /^pages\/\d{4}-\d\d-\d\d\/[0-9a-f]{64}\.hclb$/;
const NAME = /^[0-9a-f]{64}\.hclb$/;

/** A file to be sent, read as it is taken: many fetch large bundles at once. Whoever has it reads or destroys it. */
export interface SentFile {
  readonly bytes: number;
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
    await mkdir(join(this.folder, 'files'), { recursive: true, mode: FOLDER_MODE });
    await writeFileAtomically(join(this.folder, path), bytes);
    await chmod(join(this.folder, path), FILE_MODE);
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
    const path = join(this.folder, pagePath(page));
    await mkdir(dirname(path), { recursive: true, mode: FOLDER_MODE });
    await writeFileAtomically(path, bytes);
    await chmod(path, FILE_MODE);
  }

  /** `undefined` when there is none. */
  async page(page: PageName): Promise<SentFile | undefined> {
    return PAGE.test(pagePath(page)) ? send(join(this.folder, pagePath(page))) : undefined;
  }

  async putIndex(index: BundleIndex): Promise<void> {
    const path = join(this.folder, 'latest');
    await writeFileAtomically(path, `${JSON.stringify(index, null, 2)}\n`);
    await chmod(path, FILE_MODE);
  }

  /** `undefined` when nothing was published yet; throws `BUNDLE_MALFORMED`. */
  async index(): Promise<BundleIndex | undefined> {
    const bytes = await orNothing(readFile(join(this.folder, 'latest')));
    return bytes === undefined ? undefined : parseBundleIndex(bytes);
  }

  /** Of a file that an index names; `undefined` when there is none. */
  async bytesOf({ path }: BundleFile): Promise<Uint8Array | undefined> {
    return NAME.test(path.replace(/^files\//, '')) ? orNothing(readFile(join(this.folder, path))) : undefined;
  }

  /** A file by its name; `undefined` when there is none. */
  async file(name: string): Promise<SentFile | undefined> {
    return NAME.test(name) ? send(join(this.folder, 'files', name)) : undefined;
  }

  /** Removes files that `index` does not name and that are older than `beforeMs`. */
  async sweep({ full, deltas, handovers }: BundleIndex, beforeMs: number): Promise<void> {
    const named = new Set([full, ...deltas, ...handovers].map(({ path }) => path));
    for (const name of await readdir(join(this.folder, 'files'))) {
      const path = join(this.folder, 'files', name);
      if (!named.has(`files/${name}`) && (await stat(path)).mtimeMs < beforeMs) await unlink(path);
    }
  }
}

async function send(path: string): Promise<SentFile | undefined> {
  const file = await orNothing(open(path));
  return file === undefined ? undefined : { bytes: await sizeOf(file), content: file.createReadStream() };
}

async function sizeOf(file: FileHandle): Promise<number> {
  try {
    return (await file.stat()).size;
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
