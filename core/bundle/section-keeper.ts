/**
 * The sections of a ledger state that bundles are made of, kept beside the state and brought up to date when asked.
 * What it hands out does not change with the state: a checkpoint can be signed while the ledger goes on.
 */
import type { Crypto } from '../crypto.ts';
import type { LedgerState } from '../trust/ledger-state.ts';
import { SectionReader } from '../trust/section-reader.ts';
import { SectionTable } from '../trust/sections.ts';
import { invariant } from '../errors.ts';
import { pagePath, type PageName } from './accept-page.ts';
import type { BundleSource, HeldSection } from './bundle-state.ts';
import { coverOf, hiddenHashes } from './covered-leaves.ts';
import { dayOfShort, HeldNames, isShortSection } from './held-sections.ts';

/** What a bundle shows of one state, and the root that it leads to. */
export interface ShownSections extends Pick<BundleSource, 'shortFrom' | 'cover' | 'hidden' | 'sections'> {
  readonly stateRoot: Uint8Array;
}

type IsShown = (names: readonly string[], index: number) => boolean;

/** Before every day that a ledger has. */
const ALL_DAYS = '0000-00-00';

export class SectionKeeper {
  readonly #reader: SectionReader;
  readonly #table: SectionTable;
  /** Of what devices hold; their bytes are never written to again. */
  readonly #bytes = new Map<string, Uint8Array>();
  readonly #held = new HeldNames(ALL_DAYS);

  constructor(crypto: Crypto, state: LedgerState) {
    this.#reader = new SectionReader(state);
    this.#table = new SectionTable(crypto);
  }

  /** Of the state as it is now. */
  root(): Uint8Array {
    this.#reader.read((name, bytes) => {
      this.#table.set(name, bytes);
      if (this.#held.isHeld(name)) this.#bytes.set(name, bytes.slice());
    });
    return this.#table.root();
  }

  /** For devices that hold short-lived roots from `shortFrom` on. */
  forDevices(shortFrom: string): ShownSections {
    const stateRoot = this.root();
    const held = new HeldNames(shortFrom);
    const shown = this.#show((names, index) => held.isShown(names, index));
    const sections = [...shown.sections].map(([name, section]) => {
      return [name, held.isHeld(name) ? section : { digest: section.digest }] as const;
    });
    return { shortFrom, stateRoot, ...shown, sections: new Map(sections) };
  }

  /** The trust list alone: for a handover. */
  ofTrust(): ShownSections {
    const stateRoot = this.root();
    const isTrust: IsShown = (names, index) => names[index]?.startsWith('trust/') === true;
    return { shortFrom: ALL_DAYS, stateRoot, ...this.#show(isTrust) };
  }

  /** Roots of one issuer and day. */
  ofPage({ issuer, day }: PageName): ShownSections {
    const stateRoot = this.root();
    const prefix = `short/${day}/${issuer.slice(2)}/`;
    const isOfPage: IsShown = (names, index) => names[index]?.startsWith(prefix) === true;
    return { shortFrom: ALL_DAYS, stateRoot, ...this.#show(isOfPage) };
  }

  /** Pages of days before `day` that are kept here, oldest first. */
  pagesBefore(day: string): readonly PageName[] {
    this.root();
    const pages = new Map<string, PageName>();
    for (const name of this.#shortNames()) {
      const page = pageOf(name);
      if (page.day < day) pages.set(pagePath(page), page);
    }
    return [...pages].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, page]) => page);
  }

  /** The roots of these pages are kept here no longer: they are written down, and devices hold them no more. */
  forget(pages: readonly PageName[]): void {
    const forgotten = new Set(pages.map(pagePath));
    for (const name of this.#shortNames()) {
      if (forgotten.has(pagePath(pageOf(name)))) this.#bytes.delete(name);
    }
  }

  #shortNames(): readonly string[] {
    return [...this.#bytes.keys()].filter(isShortSection);
  }

  #show(isShown: IsShown): Pick<ShownSections, 'cover' | 'hidden' | 'sections'> {
    const names = this.#table.names();
    const cover = coverOf(names.length, (index) => isShown(names, index));
    const hidden = hiddenHashes(cover, (from, to) => this.#table.subtreeRoot(from, to));
    const shown = names.filter((_, index) => isShown(names, index));
    return { cover, hidden, sections: new Map(shown.map((name) => [name, this.#sectionOf(name)])) };
  }

  /** Of what devices do not hold, and of what is no longer kept, the digest alone. */
  #sectionOf(name: string): HeldSection {
    const digest = this.#table.digestOf(name);
    invariant(digest !== undefined, 'every name has a digest');
    const bytes = this.#bytes.get(name);
    return bytes === undefined ? { digest } : { digest, bytes };
  }
}

/** The page on which a section `short/<day>/<issuer>/<part>` stands. */
function pageOf(name: string): PageName {
  return { day: dayOfShort(name), issuer: `0x${name.split('/')[2] ?? ''}` };
}
