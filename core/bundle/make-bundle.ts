/** Bundles from what is known: the publisher's side, and how a device writes down what it holds. */
import { equalBytes } from '../bytes/equal.ts';
import {
  NO_BASE,
  writeContent,
  type BundleContent,
  type ContentBase,
  type SectionContent,
} from './bundle-content.ts';
import { packParts, partWriters } from './bundle-file.ts';
import { writeHead, type BundleHead, type BundleKind } from './bundle-head.ts';
import type { BundleSource, HeldSections } from './bundle-state.ts';

/** All of it; a device writes down what it holds in the same bytes. */
export function fullBundle(source: BundleSource): Uint8Array {
  return pack(
    headOf('full', source),
    contentOf(source, () => true),
    NO_BASE,
  );
}

/**
 * What turns `base` into `source`.
 *
 * @param consistency that the log only grew in between (RFC 9162 §2.1.4)
 */
export function deltaBundle(source: BundleSource, base: BundleSource, consistency: Uint8Array): Uint8Array {
  const { size, root } = base.checkpoint;
  const head = { ...headOf('delta', source), base: { size, root, consistency } };
  return pack(
    head,
    contentOf(source, (section) => isNews(section, base.sections), base),
    heldBy(base),
  );
}

/** A bundle of the sections that the cover shows, without status lists. */
export function partialBundle(kind: 'page' | 'handover', source: BundleSource): Uint8Array {
  return pack(headOf(kind, source), { ...contentOf(source, () => true), issuers: [] }, NO_BASE);
}

/** What a delta's changes are changes to. */
export function heldBy({
  sections,
  statusLists,
}: Pick<BundleSource, 'sections' | 'statusLists'>): ContentBase {
  return {
    section: (name) => sections.get(name)?.bytes,
    list: (issuer, uri) => statusLists.get(issuer, uri)?.list,
  };
}

function headOf(
  kind: BundleKind,
  { note, leaf, leafPath, shortFrom, cover, hidden }: BundleSource,
): BundleHead {
  return { kind, note, leaf, leafPath, shortFrom, cover, hidden };
}

/** Fences are always told anew: they are few, and stand elsewhere in every state. */
function isNews({ name, bytes }: SectionContent, base: HeldSections): boolean {
  const known = base.get(name)?.bytes;
  return bytes === undefined || known === undefined || !equalBytes(bytes, known);
}

function contentOf(
  { sections, statusLists }: BundleSource,
  isNew: (section: SectionContent) => boolean,
  base?: BundleSource,
): BundleContent {
  const sets = [...statusLists.sets()].filter(
    ({ issuer, version }) => base?.statusLists.versionOf(issuer) !== version,
  );
  return {
    sections: toContents(sections).filter(isNew),
    issuers: sets.map(({ issuer, lists }) => ({ issuer, lists })),
  };
}

function toContents(sections: HeldSections): readonly SectionContent[] {
  return [...sections].map(([name, { bytes, digest }]) =>
    bytes === undefined ? { name, digest } : { name, bytes },
  );
}

function pack(head: BundleHead, content: BundleContent, base: ContentBase): Uint8Array {
  const parts = partWriters();
  writeHead(parts, head);
  writeContent(parts, content, base);
  return packParts(parts);
}
