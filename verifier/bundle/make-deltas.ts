/** What leads from each of the bases to the state that is published. */
import type { BundleSource } from '../../core/bundle/bundle-state.ts';
import { pacedDeltaBundle } from '../../core/bundle/make-bundle.ts';
import type { StateLog } from '../../core/bundle/state-log.ts';
import type { Base } from './bases.ts';
import { BESIDE_REQUESTS } from './pace.ts';

export interface MadeDelta {
  /** Size of the log that it is a change to. */
  readonly from: number;
  readonly bytes: Uint8Array;
}

export async function makeDeltas(
  source: BundleSource,
  bases: readonly Base[],
  log: StateLog,
): Promise<readonly MadeDelta[]> {
  const made: MadeDelta[] = [];
  for (const { source: base } of bases) {
    const from = base.checkpoint.size;
    const consistency = log.consistency(from, source.checkpoint.size);
    const bytes = await pacedDeltaBundle(source, { base, consistency }, BESIDE_REQUESTS);
    made.push({ bytes, from });
  }
  return made;
}
