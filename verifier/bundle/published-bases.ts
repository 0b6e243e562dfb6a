/**
 * What devices may hold of what was published before a restart, made again from what is kept (`kept-bases.ts`). So deltas
 * lead on from there.
 */
import { readOwnBundle } from '../../core/bundle/own-bundle.ts';
import type { Crypto } from '../../core/crypto.ts';
import { HclError } from '../../core/errors.ts';
import type { Log } from '../../service/logging.ts';
import type { Base } from './bases.ts';
import type { BundleFolder } from './bundle-folder.ts';
import type { KeptBase } from './kept-bases.ts';
import { BESIDE_REQUESTS } from './pace.ts';

export interface BasesDeps {
  readonly crypto: Crypto;
  readonly folder: Pick<BundleFolder, 'bases' | 'bytesOf'>;
  readonly log: Log;
}

export interface PublishedBases {
  /** Oldest first; with what was none any more, and others were made from. */
  readonly bases: readonly Base[];
  /** What they were made from. */
  readonly kept: readonly KeptBase[];
}

/** Without what cannot be read: who holds that takes the full bundle. */
export async function publishedBases({ crypto, folder, log }: BasesDeps): Promise<PublishedBases> {
  const states = (await orUnreadable(folder.bases())) ?? [];
  const bases = new Map<number, Base>();
  for (const { from, publishedAtSeconds, size, ...file } of states) {
    const base = from === undefined ? undefined : bases.get(from)?.source;
    const bytes = await folder.bytesOf(file);
    const { pause } = BESIDE_REQUESTS;
    const source = bytes && (await orUnreadable(readOwnBundle(bytes, base, { crypto, pause })));
    if (source?.checkpoint.size === size) bases.set(size, { source, publishedAtSeconds });
  }
  // Something was published, so a publisher that kept nothing was of a version that did not yet.
  const isWhole = bases.size > 0 && bases.size === states.length;
  const which = bases.size === 0 ? 'any' : 'some';
  if (!isWhole)
    log.warn({}, `who holds ${which} of the states from before the restart takes the full bundle`);
  return { bases: [...bases.values()], kept: states.filter(({ size }) => bases.has(size)) };
}

async function orUnreadable<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof HclError) return undefined;
    throw error;
  }
}
