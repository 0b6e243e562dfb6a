/**
 * From the content of a bundle and what is held to what is held then: the sections lead to the state root in its leaf, none
 * that a device needs is missing, and the status lists are those that the ledger vouches for.
 */
import type { Hex } from '../bytes/hex.ts';
import type { Crypto } from '../crypto.ts';
import { acceptLists, StatusLists, type AcceptedSet } from '../status/accepted-lists.ts';
import type { StatusAnchor } from '../trust/ledger-state.ts';
import { NO_BASE, readContent, type IssuerLists } from './bundle-content.ts';
import type { PartReaders } from './bundle-file.ts';
import { readStatusAnchors, type BundleSource, type HeldSection, type HeldSections } from './bundle-state.ts';
import { BundleError } from './errors.ts';
import { dayOfShort, HeldNames, isShortSection } from './held-sections.ts';
import { saidBy } from './make-bundle.ts';
import { NO_PAUSE, type Pause } from './pause.ts';
import { checkRoot, holdAll, type CheckedHead } from './signed-head.ts';

export interface TakeContext {
  readonly crypto: Crypto;
  readonly pause?: Pause;
}

/**
 * @param held what a delta's changes are changes to; of a full bundle, whose lists stay where it brings none
 *
 * Rejects with a `BundleError`, or with what the formats underneath throw.
 */
export async function takeContent(
  parts: PartReaders,
  { head, checkpoint }: CheckedHead,
  { held, ...context }: TakeContext & { readonly held: BundleSource | undefined },
): Promise<BundleSource> {
  const { cover, hidden, leaf, leafPath, note, shortFrom } = head;
  const base = head.kind === 'delta' ? held : undefined;
  const content = await readContent(parts, base === undefined ? NO_BASE : saidBy(base), context.pause);
  const told = await holdAll(content.sections, context);
  const sections = mergeSections(told, base, shortFrom);
  if (!new HeldNames(shortFrom).isComplete([...sections.keys()], cover)) throw incomplete();
  await checkRoot(head, sections, context);
  checkHeld(sections, shortFrom);
  const statusLists = await takeLists(content.issuers, {
    ...context,
    anchors: readStatusAnchors(sections),
    before: held?.statusLists ?? StatusLists.empty,
  });
  return { checkpoint, note, leaf, leafPath, shortFrom, cover, hidden, sections, statusLists };
}

/** In the order of their names: what is held still, and what is told anew. */
function mergeSections(
  told: HeldSections,
  base: Pick<BundleSource, 'sections'> | undefined,
  shortFrom: string,
): HeldSections {
  const isKept = ([name, { bytes }]: readonly [string, HeldSection]): boolean =>
    bytes !== undefined && !(isShortSection(name) && dayOfShort(name) < shortFrom);
  const kept = [...(base?.sections ?? [])].filter(isKept);
  return new Map([...kept, ...told].toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

/** What is held must be known in full, and of fences the digest alone: a device holds what it should and no more. */
function checkHeld(sections: HeldSections, shortFrom: string): void {
  const names = new HeldNames(shortFrom);
  for (const [name, { bytes }] of sections) {
    if (bytes === undefined && names.isHeld(name)) throw incomplete();
    if (bytes !== undefined && !names.isHeld(name)) {
      throw new BundleError('BUNDLE_MALFORMED', 'a section that devices do not hold');
    }
  }
}

interface Lists extends TakeContext {
  readonly anchors: ReadonlyMap<Hex, StatusAnchor>;
  /** Those that no bundle brought anew stay, and become stale in time. */
  readonly before: StatusLists;
}

async function takeLists(
  issuers: readonly IssuerLists[],
  { anchors, before, crypto, pause = NO_PAUSE }: Lists,
): Promise<StatusLists> {
  let lists = before;
  for (const { issuer, lists: published } of issuers) {
    const anchor = anchors.get(issuer);
    if (anchor === undefined)
      throw new BundleError('BUNDLE_LISTS_WRONG', 'lists of an issuer without an anchor');
    const set: AcceptedSet = acceptLists(crypto, anchor, published);
    lists = lists.with(set);
    await pause();
  }
  return lists;
}

function incomplete(): BundleError {
  return new BundleError('BUNDLE_INCOMPLETE', 'sections that a device needs are left out');
}
