/**
 * A ledger state as named sections of canonical bytes, read piece by piece: each `read` gives the sections that
 * have changed since the one before. What the state knows and nothing else goes in, so two states that folded
 * the same events at the same times give the same sections, whatever the chain's block hashes were.
 *
 *   trust/<part>                              the trust events, in ledger order (`trust-entry-bytes.ts`)
 *   roots/<class>/<day>/<issuer>/<part>       anchors: root 32 ‖ account 20 ‖ time u64 ‖ sequence u64 ‖ log2 size u8
 *   short/<day>/<issuer>/<part>               the same of the short-lived class, of each root its first 20 bytes:
 *                                             what devices keep (docs/bundle.md)
 *   status/<issuer>                           version u64 ‖ lists root 32 ‖ acts digest 32 ‖ next update u64 ‖ time u64
 *   acts/<issuer>/<part>                      act batches: root 32 ‖ log2 size u8 ‖ sequence u64 ‖ time u64 ‖
 *                                             first approver 20 ‖ second approver 20
 *   policies/<part>                           the events of policies and mappings (`policy-entry-bytes.ts`)
 *   conversions/<source>/<target>             of what was spent, then of what was acknowledged: sequence u64 ‖
 *                                             count u64 ‖ digest 32 ‖ time of the last u64 (`conversions.ts`)
 *
 * `<class>` is `long` or `short`, `<day>` the UTC day of anchoring as `2022-12-21`, `<issuer>`, `<source>` and
 * `<target>` 64 hex digits, `<part>` eight, counted from 0: a part has 1,024 entries before the next one begins, which bounds what one
 * more entry costs. Class and day come before the issuer, so that what a device keeps (all of `long`, the last
 * days of `short`) is one range of names each. Times are Unix seconds, numbers big endian.
 */
import { ByteWriter } from '../bytes/byte-writer.ts';
import { fromHex, type Hex } from '../bytes/hex.ts';
import type { BatchClass } from '../credential/credential-type.ts';
import type { ConversionPair, ConversionProgress } from './conversions.ts';
import { GrowingSection, type SectionSink } from './growing-section.ts';
import type { LedgerState, StatusAnchor } from './ledger-state.ts';
import { writePolicyEntry } from './policy-entry-bytes.ts';
import type { Anchor } from './root-index.ts';
import { writeTrustEntry } from './trust-entry-bytes.ts';

export const SECONDS_PER_DAY = 86_400;
/** What is left of a root of the short-lived class on a device. */
export const CUT_ROOT_BYTES = 20;
const MILLISECONDS = 1000;
const WORD = 32;
const ADDRESS = 20;

/** The anchors of one issuer and class on its last day. */
interface Day {
  readonly number: number;
  readonly section: GrowingSection;
  /** Of the short-lived class, with roots that are cut. */
  readonly cut?: GrowingSection;
}

export class SectionReader {
  readonly #state: LedgerState;
  readonly #trust = new GrowingSection('trust');
  /** By issuer. */
  readonly #days: Readonly<Record<BatchClass, Map<Hex, Day>>> = { short: new Map(), long: new Map() };
  readonly #acts = new Map<Hex, GrowingSection>();
  readonly #statuses = new Map<Hex, StatusAnchor>();
  readonly #policies = new GrowingSection('policies');
  readonly #pairs = new Map<string, ConversionPair>();
  readonly #accounts = new Map<Hex, Uint8Array>();
  #trustRead = 0;
  #rootsRead = 0;
  #actsRead = 0;
  #policiesRead = 0;

  constructor(state: LedgerState) {
    this.#state = state;
  }

  /** Gives `sink` every section that is new or has changed since the last read. */
  read(sink: SectionSink): void {
    this.readSome(sink, Infinity);
  }

  /** As {@link read}, but of roots, which can be millions, at most so many: `false` when there are more. */
  readSome(sink: SectionSink, mostRoots: number): boolean {
    this.#readTrust(sink);
    this.#readRoots(sink, mostRoots);
    this.#readActs(sink);
    this.#readStatuses(sink);
    this.#readPolicies(sink);
    this.#readConversions(sink);
    return this.#rootsRead === this.#state.roots.size;
  }

  #readTrust(sink: SectionSink): void {
    const { history } = this.#state.trust;
    for (; this.#trustRead < history.length; this.#trustRead++) {
      // The index is below the length.
      writeTrustEntry(this.#trust.next(sink), history[this.#trustRead]!);
    }
    this.#trust.read(sink);
  }

  #readRoots(sink: SectionSink, most: number): void {
    const { roots } = this.#state;
    const end = Math.min(roots.size, this.#rootsRead + most);
    const root = new Uint8Array(WORD);
    for (; this.#rootsRead < end; this.#rootsRead++) {
      const anchor = roots.anchorAt(this.#rootsRead);
      roots.copyRoot(this.#rootsRead, root);
      const { section, cut } = this.#dayOf(anchor, sink);
      this.#writeAnchor(section.next(sink), root, anchor);
      if (cut !== undefined) this.#writeAnchor(cut.next(sink), root.subarray(0, CUT_ROOT_BYTES), anchor);
    }
    for (const days of Object.values(this.#days)) for (const day of days.values()) readDay(day, sink);
  }

  #writeAnchor(out: ByteWriter, root: Uint8Array, anchor: Anchor): void {
    out.raw(root).raw(this.#accountBytes(anchor.account));
    out.u64(anchor.timeSeconds).u64(anchor.sequence).u8(anchor.log2Size);
  }

  /** Time only grows: with an anchor of a new day the sections of the day before are complete. */
  #dayOf({ class: batchClass, issuer, timeSeconds }: Anchor, sink: SectionSink): Day {
    const number = Math.floor(timeSeconds / SECONDS_PER_DAY);
    const days = this.#days[batchClass];
    const known = days.get(issuer);
    if (known?.number === number) return known;
    if (known !== undefined) readDay(known, sink);
    const place = `${dayText(number)}/${issuer.slice(2)}`;
    const section = new GrowingSection(`roots/${batchClass}/${place}`);
    const day =
      batchClass === 'short'
        ? { number, section, cut: new GrowingSection(`short/${place}`) }
        : { number, section };
    days.set(issuer, day);
    return day;
  }

  #readActs(sink: SectionSink): void {
    const { acts } = this.#state;
    for (; this.#actsRead < acts.length; this.#actsRead++) {
      // The index is below the length.
      const { issuer, root, log2Size, sequence, timeSeconds, firstApprover, secondApprover } =
        acts[this.#actsRead]!;
      const section = this.#acts.get(issuer) ?? new GrowingSection(`acts/${issuer.slice(2)}`);
      this.#acts.set(issuer, section);
      const out = section.next(sink).fixed(root, WORD).u8(log2Size).u64(sequence).u64(timeSeconds);
      out.fixed(firstApprover, ADDRESS).fixed(secondApprover, ADDRESS);
    }
    for (const section of this.#acts.values()) section.read(sink);
  }

  #readStatuses(sink: SectionSink): void {
    for (const [issuer, anchor] of this.#state.statusAnchors) {
      if (this.#statuses.get(issuer) === anchor) continue; // anchors are values: a change is another one
      this.#statuses.set(issuer, anchor);
      const out = new ByteWriter().u64(anchor.version);
      out.fixed(anchor.listsRoot, WORD).fixed(anchor.actsDigest, WORD);
      out.u64(anchor.nextUpdate).u64(anchor.timeSeconds);
      sink(`status/${issuer.slice(2)}`, out.bytes);
    }
  }

  #readPolicies(sink: SectionSink): void {
    const { history } = this.#state.policies;
    for (; this.#policiesRead < history.length; this.#policiesRead++) {
      // The index is below the length.
      writePolicyEntry(this.#policies.next(sink), history[this.#policiesRead]!);
    }
    this.#policies.read(sink);
  }

  #readConversions(sink: SectionSink): void {
    for (const pair of this.#state.conversions.pairs()) {
      const name = `conversions/${pair.source.slice(2)}/${pair.target.slice(2)}`;
      if (this.#pairs.get(name) === pair) continue; // pairs are values: a change is another one
      this.#pairs.set(name, pair);
      const out = new ByteWriter();
      writeProgress(out, pair.spent);
      writeProgress(out, pair.acknowledged);
      sink(name, out.bytes);
    }
  }

  #accountBytes(account: Hex): Uint8Array {
    const known = this.#accounts.get(account);
    if (known !== undefined) return known;
    const bytes = fromHex(account);
    this.#accounts.set(account, bytes);
    return bytes;
  }
}

function writeProgress(out: ByteWriter, { sequence, count, digest, timeSeconds }: ConversionProgress): void {
  out.u64(sequence).u64(count).fixed(digest, WORD).u64(timeSeconds);
}

function readDay({ section, cut }: Day, sink: SectionSink): void {
  section.read(sink);
  cut?.read(sink);
}

/** Days since 1970 → `2022-12-21`. */
export function dayText(day: number): string {
  return new Date(day * SECONDS_PER_DAY * MILLISECONDS).toISOString().slice(0, '2022-12-21'.length);
}
