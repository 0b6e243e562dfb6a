/**
 * Who signs from now on, by the word of those who signed until now: the trust list in a bundle of kind `handover`. A
 * device that was away for a change of signers takes these first, in their order.
 */
import type { CheckpointSet } from '../trust/trust-list.ts';
import { NO_BASE, readContent } from './bundle-content.ts';
import { openParts } from './bundle-file.ts';
import type { BundleHead } from './bundle-head.ts';
import { readTrust, type HeldSections } from './bundle-state.ts';
import { BundleError } from './errors.ts';
import { checkLeaf, checkRoot, holdAll, readSigned, refusing, type AcceptContext } from './signed-head.ts';

/** Rejects with a {@link BundleError}; `BUNDLE_OLDER` for signers that are not newer than `signers`, k of whom have to have signed. */
export async function acceptHandover(
  bytes: Uint8Array,
  signers: CheckpointSet,
  context: AcceptContext,
): Promise<CheckpointSet> {
  return refusing(async () => {
    const parts = openParts(bytes);
    const signed = await readSigned(parts, signers, context);
    if (signed.head.kind !== 'handover') throw new BundleError('BUNDLE_MALFORMED', 'not a handover');
    checkLeaf(signed, context.crypto);
    const { sections } = await readContent(parts, NO_BASE, context.pause);
    const held = await holdAll(sections, context);
    await checkRoot(signed.head, held, context);
    if (!endsWithTrust(signed.head, held)) {
      throw new BundleError('BUNDLE_INCOMPLETE', 'a part of the trust list is left out');
    }
    const next = readTrust(held).checkpointSet;
    if (next === undefined || next.version <= signers.version) {
      throw new BundleError('BUNDLE_OLDER', 'the signers are known already');
    }
    return next;
  });
}

/** Trust is the last of the sections: with all of its parts and the last leaf nothing of it can be missing. */
function endsWithTrust({ cover }: BundleHead, sections: HeldSections): boolean {
  const isAllTrust = [...sections].every(
    ([name, { bytes }]) => name.startsWith('trust/') && bytes !== undefined,
  );
  const shown = cover.runs.reduce((sum, { hide, show }) => sum + hide + show, 0);
  return isAllTrust && sections.has('trust/00000000') && cover.runs.length === 1 && shown === cover.size;
}
