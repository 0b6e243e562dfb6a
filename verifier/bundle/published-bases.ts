/**
 * What devices may hold of what was published before a restart, read back as a device reads it: the full bundle, and the
 * last state by its delta. So deltas go on from there.
 */
import { acceptBundle } from '../../core/bundle/accept-bundle.ts';
import type { BundleFile, BundleIndex } from '../../core/bundle/bundle-index.ts';
import type { BundleState } from '../../core/bundle/bundle-state.ts';
import type { Crypto } from '../../core/crypto.ts';
import { HclError } from '../../core/errors.ts';
import type { BundleFolder } from './bundle-folder.ts';

export interface BasesDeps {
  readonly crypto: Crypto;
  readonly folder: Pick<BundleFolder, 'bytesOf'>;
  readonly nowSeconds: () => number;
}

const CLOCK_SKEW_SECONDS = 300;

/** Oldest first; none of what cannot be read, or has other signers than the index: devices then take the full bundle. */
export async function publishedBases(
  { deltas, full, origin, signers }: BundleIndex,
  { crypto, folder, nowSeconds }: BasesDeps,
): Promise<readonly BundleState[]> {
  const trust = { origin, signers };
  const context = { crypto, trust, nowSeconds: nowSeconds(), clockSkewSeconds: CLOCK_SKEW_SECONDS };
  const take = async (file: BundleFile, held?: BundleState): Promise<BundleState | undefined> => {
    const bytes = await folder.bytesOf(file);
    try {
      return bytes && (await acceptBundle(bytes, held, context));
    } catch (error) {
      if (error instanceof HclError) return undefined;
      throw error;
    }
  };
  const first = await take(full);
  if (first === undefined) return [];
  const delta = deltas.find(({ from }) => from === first.checkpoint.size);
  const last = delta && (await take(delta, first));
  return last === undefined || last.checkpoint.size === first.checkpoint.size ? [first] : [first, last];
}
