/** Whether a device went forward, or stayed: by the log, by time, and in all that it knows. */
import type { BundleState } from '../../../../core/bundle/bundle-state.ts';
import { toHex, type Hex } from '../../../../core/bytes/hex.ts';

/** Of a history of hours, in which nothing is so old that it may be dropped. */
export function isAtLeast(after: BundleState | undefined, before: BundleState): boolean {
  if (after === undefined) return false;
  const { size, root } = after.checkpoint;
  const names = [...before.sections].filter(([, { bytes }]) => bytes !== undefined);
  if (!names.every(([name]) => after.sections.get(name)?.bytes !== undefined)) return false;
  if (after.state.roots.size < before.state.roots.size) return false;
  const isBehind = ({ issuer, version }: { readonly issuer: Hex; readonly version: number }): boolean =>
    after.statusLists.versionOf(issuer) < version;
  if ([...before.statusLists.sets()].some(isBehind)) return false;
  if (size === before.checkpoint.size) {
    return toHex(root) === toHex(before.checkpoint.root) && after.timeSeconds >= before.timeSeconds;
  }
  return size > before.checkpoint.size && after.leaf.block.number > before.leaf.block.number;
}
