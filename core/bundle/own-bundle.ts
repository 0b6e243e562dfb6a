/**
 * A bundle that a publisher has made and kept, read again: it has to hold together and to lead to its checkpoint, but nobody's
 * signature is asked for, and no clock.
 */
import { openParts } from './bundle-file.ts';
import { readHead } from './bundle-head.ts';
import type { BundleSource } from './bundle-state.ts';
import { parseCheckpoint } from './checkpoint.ts';
import { checkLeaf, refusing } from './signed-head.ts';
import { parseNote } from './signed-note.ts';
import { takeContent, type TakeContext } from './take-content.ts';

/**
 * What it was made of. Rejects with a `BundleError`.
 *
 * @param base what a delta's changes are changes to
 */
export async function readOwnBundle(
  bytes: Uint8Array,
  base: BundleSource | undefined,
  context: TakeContext,
): Promise<BundleSource> {
  return refusing(async () => {
    const parts = openParts(bytes);
    const head = readHead(parts);
    const checkpoint = parseCheckpoint(parseNote(head.note).text);
    checkLeaf({ head, checkpoint }, context.crypto);
    return takeContent(parts, { head, checkpoint }, { ...context, held: base });
  });
}
