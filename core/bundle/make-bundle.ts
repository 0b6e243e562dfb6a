/** Bundles from what is known: the publisher's side, and how a device writes down what it holds. */
import { equalBytes } from '../bytes/equal.ts';
import { StatusLists } from '../status/accepted-lists.ts';
import {
  contentSteps,
  NO_BASE,
  writeContent,
  type BundleContent,
  type ContentBase,
  type SectionContent,
} from './bundle-content.ts';
import { packParts, packPartsBy, partWriters, type Deflate } from './bundle-file.ts';
import { writeHead, type BundleHead, type BundleKind } from './bundle-head.ts';
import type { Pause } from './pause.ts';
import { readStatusAnchors, type BundleSource, type HeldSection } from './bundle-state.ts';

/** How a bundle is made beside other work: it waits after each piece, and is compressed elsewhere. */
export interface Pace {
  readonly pause: Pause;
  readonly deflate: Deflate;
}

/** What a bundle says, and what its changes are changes to. */
interface Said {
  readonly head: BundleHead;
  readonly content: BundleContent;
  readonly base: ContentBase;
}

/** All of it; a device writes down what it holds in the same bytes. */
export function fullBundle(source: BundleSource): Uint8Array {
  return pack(saidInFull(source));
}

/** As {@link fullBundle}, but at a pace; how it is compressed may differ. */
export function pacedFullBundle(source: BundleSource, pace: Pace): Promise<Uint8Array> {
  return packAt(pace, saidInFull(source));
}

/**
 * What turns `base` into `source`.
 *
 * @param consistency that the log only grew in between (RFC 9162 §2.1.4)
 */
export function deltaBundle(source: BundleSource, base: BundleSource, consistency: Uint8Array): Uint8Array {
  return pack(saidInDelta(source, base, consistency));
}

/** As {@link deltaBundle}, but at a pace. */
export function pacedDeltaBundle(
  source: BundleSource,
  { base, consistency }: { readonly base: BundleSource; readonly consistency: Uint8Array },
  pace: Pace,
): Promise<Uint8Array> {
  return packAt(pace, saidInDelta(source, base, consistency));
}

/** A bundle of the sections that the cover shows, without status lists. */
export function partialBundle(kind: 'page' | 'handover', source: BundleSource): Uint8Array {
  const content = { ...contentOf(source, () => true), issuers: [] };
  return pack({ head: headOf(kind, source), content, base: NO_BASE });
}

/**
 * What a delta's changes are changes to: what a full bundle of the same state says. Older lists, which some hold beside
 * it and others do not, are none of it: who begins with the full bundle, or with what it wrote down, could not follow.
 */
export function saidBy(base: Pick<BundleSource, 'sections' | 'statusLists'>): ContentBase {
  const lists = saidLists(base);
  return {
    section: (name) => base.sections.get(name)?.bytes,
    list: (issuer, uri) => lists.get(issuer, uri)?.list,
  };
}

function saidInFull(source: BundleSource): Said {
  return { head: headOf('full', source), content: contentOf(source, () => true), base: NO_BASE };
}

function saidInDelta(source: BundleSource, base: BundleSource, consistency: Uint8Array): Said {
  const { size, root } = base.checkpoint;
  const head = { ...headOf('delta', source), base: { size, root, consistency } };
  const content = contentOf(source, (name, section) => isNews(section, base.sections.get(name)), base);
  return { head, content, base: saidBy(base) };
}

function headOf(
  kind: BundleKind,
  { note, leaf, leafPath, shortFrom, cover, hidden }: BundleSource,
): BundleHead {
  return { kind, note, leaf, leafPath, shortFrom, cover, hidden };
}

/**
 * Fences are always told anew: they are few, and stand elsewhere in every state. Digests tell what has changed: to
 * compare years of roots with themselves for each delta would take longer than all the rest.
 */
function isNews(section: HeldSection, known: HeldSection | undefined): boolean {
  const isHeld = section.bytes !== undefined && known?.bytes !== undefined;
  return !isHeld || !equalBytes(section.digest, known.digest);
}

function contentOf(
  source: BundleSource,
  isNew: (name: string, section: HeldSection) => boolean,
  base?: BundleSource,
): BundleContent {
  const known = base === undefined ? StatusLists.empty : saidLists(base);
  const sets = [...saidLists(source).sets()].filter(
    ({ issuer, version }) => known.versionOf(issuer) !== version,
  );
  return {
    sections: toContents([...source.sections].filter((named) => isNew(...named))),
    issuers: sets.map(({ issuer, lists }) => ({ issuer, lists })),
  };
}

/** Those of a full bundle: without an issuer's that are older than the ledger's word on them, which nobody could take. */
export function saidLists({
  sections,
  statusLists,
}: Pick<BundleSource, 'sections' | 'statusLists'>): StatusLists {
  const anchors = readStatusAnchors(sections);
  const sets = [...statusLists.sets()];
  return new StatusLists(sets.filter(({ issuer, version }) => anchors.get(issuer)?.version === version));
}

function toContents(sections: Iterable<readonly [string, HeldSection]>): readonly SectionContent[] {
  return [...sections].map(([name, { bytes, digest }]) =>
    bytes === undefined ? { name, digest } : { name, bytes },
  );
}

function pack({ head, content, base }: Said): Uint8Array {
  const parts = partWriters();
  writeHead(parts, head);
  writeContent(parts, content, base);
  return packParts(parts);
}

async function packAt({ pause, deflate }: Pace, { head, content, base }: Said): Promise<Uint8Array> {
  const parts = partWriters();
  writeHead(parts, head);
  const steps = contentSteps(parts, content, base);
  while (steps.next().done !== true) await pause();
  return packPartsBy(deflate, parts);
}
