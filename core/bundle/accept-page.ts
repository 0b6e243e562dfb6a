/**
 * Older pages of short-lived roots, fetched when a code of that day is shown: one file for each issuer and day, the
 * same for the thousands who have codes of that day, so asking for it tells nothing. It proves itself like any
 * bundle, under a checkpoint that was made after the day was over.
 *
 *   pages/2022-12-21/<issuer, 64 hex digits>.hclb
 */
import type { Hex } from '../bytes/hex.ts';
import { SECONDS_PER_DAY } from '../trust/section-reader.ts';
import type { CheckpointSet } from '../trust/trust-list.ts';
import { checkLeaf, checkRoot, holdAll, readSigned, refusing, type AcceptContext } from './signed-head.ts';
import { NO_BASE, readContent } from './bundle-content.ts';
import { openParts } from './bundle-file.ts';
import { sectionsUnder, type BundleState } from './bundle-state.ts';
import { DeviceRoots } from './device-roots.ts';
import { BundleError } from './errors.ts';

export interface PageName {
  readonly issuer: Hex;
  /** `2022-12-21`, UTC. */
  readonly day: string;
}

export function pagePath({ issuer, day }: PageName): string {
  return `pages/${day}/${issuer.slice(2)}.hclb`;
}

/** The pages on which the root of a credential can stand: of the day it was issued and the next one. */
export function pagesFor(issuer: Hex, issuedAtSeconds: number): readonly PageName[] {
  return [0, SECONDS_PER_DAY].map((later) => ({
    issuer,
    day: new Date((issuedAtSeconds + later) * 1000).toISOString().slice(0, '2022-12-21'.length),
  }));
}

/**
 * What is held, with the roots of the page: for this code; it is not written down with the rest. Rejects as
 * {@link readPage} does.
 */
export async function acceptPage(
  bytes: Uint8Array,
  page: PageName,
  held: BundleState,
  context: AcceptContext,
): Promise<BundleState> {
  return withPages(held, [await readPage(bytes, page, { ...context, signers: held.signers })]);
}

export interface PageContext extends AcceptContext {
  /** Who has to have signed it: those who sign what is held next. */
  readonly signers: CheckpointSet;
}

/**
 * The roots on a page, which stay true whatever is held later. Rejects with a `BundleError`: `BUNDLE_PAGE_OTHER` for
 * a page of another name, `BUNDLE_INCOMPLETE` for one that was made before its day was over.
 */
export async function readPage(
  bytes: Uint8Array,
  page: PageName,
  context: PageContext,
): Promise<DeviceRoots> {
  return refusing(async () => {
    const parts = openParts(bytes);
    const signed = await readSigned(parts, context.signers, context);
    const { head } = signed;
    checkLeaf(signed, context.crypto);
    const prefix = `short/${page.day}/${page.issuer.slice(2)}/`;
    const { sections } = await readContent(parts, NO_BASE, context.pause);
    const known = await holdAll(sections, context);
    if (head.kind !== 'page') throw new BundleError('BUNDLE_MALFORMED', 'no page of roots');
    await checkRoot(head, known, context);
    if (![...known.keys()].every((name) => name.startsWith(prefix))) {
      throw new BundleError('BUNDLE_PAGE_OTHER', 'a page of another issuer or day');
    }
    const dayEnds = Date.parse(`${page.day}T00:00:00Z`) / 1000 + SECONDS_PER_DAY;
    if (!(head.leaf.block.timeSeconds >= dayEnds)) {
      throw new BundleError('BUNDLE_INCOMPLETE', 'a page from before its day was over');
    }
    return DeviceRoots.of(sectionsUnder(known, prefix), context.pause);
  });
}

/** What is held, with the roots of these pages. */
export function withPages(held: BundleState, pages: readonly DeviceRoots[]): BundleState {
  const all = [held.state.roots, ...pages];
  const roots = {
    size: all.reduce((sum, { size }) => sum + size, 0),
    find: (root: Uint8Array) => all.flatMap((each) => each.find(root)),
  };
  return { ...held, state: { ...held.state, roots } };
}
