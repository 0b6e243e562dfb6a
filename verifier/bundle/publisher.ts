/**
 * Publishes bundles of what the verifier knows: takes the state as it is, has its checkpoint signed by the witnesses,
 * and puts full bundle and deltas into a folder. Whatever fails until the index is replaced, what was published before
 * stays; what fails from then on is logged, and the index helps devices until the next time.
 *
 *   sign     ours first, then every witness at once; k of those whom devices trust have to
 *   full     of the first state of an hour: that one stays a base for a day
 *   deltas   from every state that devices may hold (`bases.ts`), the full bundle's among them, those from before a
 *            restart too (`kept-bases.ts`)
 *   pages    of days that are over and have none yet; until they are on the disk, their roots are kept
 *
 * Devices trust the signers of the state they hold. So when the ledger names new ones, the first state that says so
 * is signed by k of the old ones, and the trust list of that state is kept as a handover for devices that were away.
 */
import type { Crypto } from '../../core/crypto.ts';
import { quorumTime } from '../../core/bundle/cosignature.ts';
import type { BundleIndex, DeltaFile, HandoverFile } from '../../core/bundle/bundle-index.ts';
import type { BundleSource } from '../../core/bundle/bundle-state.ts';
import { DELTA_LINES } from '../../core/bundle/follow-deltas.ts';
import { pacedFullBundle, partialBundle } from '../../core/bundle/make-bundle.ts';
import { parseNote } from '../../core/bundle/signed-note.ts';
import { dayText, SECONDS_PER_DAY } from '../../core/trust/section-reader.ts';
import type { CheckpointSet } from '../../core/trust/trust-list.ts';
import type { Log } from '../../service/logging.ts';
import { areOfOneHour, BASE_SECONDS, isFirstOfHour, thinned, withBase, type Base } from './bases.ts';
import type { BundleFolder } from './bundle-folder.ts';
import { CheckpointSigning, type Publishable, type SigningOptions } from './checkpoint-signing.ts';
import { publishDayPages } from './day-page-publishing.ts';
import { PublishError } from './errors.ts';
import { leadingTo, rootOf, withKept, type KeptBase } from './kept-bases.ts';
import { makeDeltas, type MadeDelta } from './make-deltas.ts';
import { BESIDE_REQUESTS } from './pace.ts';
import { publishedBases, type PublishedBases } from './published-bases.ts';

export interface PublisherOptions extends SigningOptions {
  /** How many days of short-lived roots devices hold. */
  readonly shortDays: number;
}

export interface PublisherDeps {
  readonly crypto: Crypto;
  readonly folder: BundleFolder;
  readonly fetch: typeof globalThis.fetch;
  readonly log: Log;
  readonly nowSeconds: () => number;
}

interface Full {
  readonly file: BundleIndex['full'];
  readonly madeAtSeconds: number;
  /** Of its checkpoint, with its signatures. */
  readonly note: string;
}

const HOUR = 3600;
const SWEEP_AFTER_SECONDS = 2 * HOUR;

export class Publisher {
  readonly #options: PublisherOptions;
  readonly #deps: PublisherDeps;
  readonly #signing: CheckpointSigning;
  /** Oldest first. */
  #bases: readonly Base[];
  /** What makes them again. */
  #kept: readonly KeptBase[];
  #full: Full | undefined;
  #handovers: readonly HandoverFile[];
  /** Whom devices with our last state trust. */
  #signers: CheckpointSet | undefined;

  private constructor(
    options: PublisherOptions,
    deps: PublisherDeps,
    { bases, kept, last }: PublishedBases & { readonly last?: BundleIndex },
  ) {
    this.#options = options;
    this.#deps = deps;
    this.#signing = new CheckpointSigning(options, deps);
    this.#handovers = last?.handovers ?? [];
    this.#signers = last?.signers;
    const at = bases.at(-1)?.publishedAtSeconds ?? 0;
    this.#bases = last === undefined ? [] : thinned(bases, stayingOf(last.full, kept), at);
    this.#kept = kept;
    const full = bases.find(({ source }) => source.checkpoint.size === last?.full.size);
    if (last !== undefined && full !== undefined) {
      const { publishedAtSeconds: madeAtSeconds, source } = full;
      this.#full = { file: last.full, madeAtSeconds, note: source.note };
    }
  }

  /** Goes on from what the folder holds of this ledger: whom devices trust, the handovers until then, and what they may hold. */
  static async open(options: PublisherOptions, deps: PublisherDeps): Promise<Publisher> {
    const last = await deps.folder.index();
    if (last?.origin !== options.origin) return new Publisher(options, deps, { bases: [], kept: [] });
    return new Publisher(options, deps, { last, ...(await publishedBases(deps)) });
  }

  /**
   * Rejects with a {@link PublishError} and what files reject with; then everything is as before. Pages, and deltas beside
   * the index, that cannot be written are none of these: they are tried again the next time.
   */
  async publish(known: Publishable): Promise<BundleIndex> {
    const index = await this.#publishState(known);
    try {
      const shortFrom = this.#shortFrom(known);
      const deps = { ...this.#deps, signing: this.#signing };
      await publishDayPages(known, { shortFrom, signers: index.signers }, deps);
    } catch (err) {
      this.#deps.log.warn({ err }, 'pages of some days are not written yet');
    }
    return index;
  }

  async #publishState(known: Publishable): Promise<BundleIndex> {
    // All of one state, without a pause in between.
    const { sections, ledger } = known.state;
    const next = ledger.trust.checkpointSet;
    if (next === undefined) throw new PublishError('PUBLISH_NO_SIGNERS', 'the ledger names no signers yet');
    const shown = sections.forDevices(this.#shortFrom(known));
    const handover = sections.ofTrust();
    const { signed, timeSeconds } = await this.#signing.sign(known, this.#signers ?? next);
    const isNew = this.#signers !== undefined && this.#signers.version < next.version;
    const handovers = isNew
      ? [...this.#handovers, await this.#putHandover({ ...signed, ...handover }, next)]
      : this.#handovers;
    return await this.#write({ ...signed, ...shown }, { timeSeconds, signers: next, handovers }, known);
  }

  /** First day of short-lived roots that devices hold. */
  #shortFrom({ state }: Publishable): string {
    return dayText(Math.floor(state.head.timeSeconds / SECONDS_PER_DAY) - this.#options.shortDays);
  }

  async #putHandover(
    source: BundleSource,
    { version }: CheckpointSet,
  ): Promise<BundleIndex['handovers'][number]> {
    const file = await this.#deps.folder.put(partialBundle('handover', source));
    return { ...file, version };
  }

  async #write(
    source: BundleSource,
    said: Pick<BundleIndex, 'timeSeconds' | 'signers' | 'handovers'>,
    { state }: Publishable,
  ): Promise<BundleIndex> {
    const { folder, nowSeconds } = this.#deps;
    const now = nowSeconds();
    const full = await this.#fullOf(source, said.signers, now);
    // A log that is made again may not be as long yet as what was published.
    const held = this.#bases.filter((base) => base.source.checkpoint.size <= source.checkpoint.size);
    const last = { source, publishedAtSeconds: now };
    const made = await makeDeltas(source, withBase(held, last), state.log);
    // Who begins with the full bundle goes on from there.
    const fromFull = made.filter(({ from }) => from === full.file.size);
    const deltas: DeltaFile[] = [];
    for (const { bytes, from } of fromFull) deltas.push({ ...(await folder.put(bytes)), from });
    const published = { base: last, full: full.file, deltas, made };
    const keptNow = await withKept(this.#kept, published, (bytes) => folder.put(bytes));
    const bases = withBase(thinned(held, stayingOf(full.file, keptNow), now), last);
    const kept = leadingTo(bases, keptNow);
    await folder.putBases(kept);
    const { origin, size } = source.checkpoint;
    const { note: checkpoint } = source;
    const index = { origin, size, ...said, checkpoint, full: full.file, deltas };
    await folder.putIndex(index);
    // Commit point: from here on devices may hold this state, and where deltas are not written yet the index helps.
    this.#bases = bases;
    this.#kept = kept;
    this.#full = full;
    this.#signers = said.signers;
    this.#handovers = said.handovers;
    try {
      await this.#putDeltas(made, isFirstOfHour(held, now));
      const named = [index.full, ...deltas, ...said.handovers, ...kept];
      await folder.sweep(named, (now - SWEEP_AFTER_SECONDS) * 1000);
    } catch (err) {
      this.#deps.log.warn({ err }, 'a bundle is published; what leads on to it is not all written yet');
    }
    return index;
  }

  async #putDeltas(made: readonly MadeDelta[], isFirst: boolean): Promise<void> {
    const { folder, nowSeconds } = this.#deps;
    for (const line of isFirst ? DELTA_LINES : (['deltas'] as const)) {
      for (const { bytes, from } of made) await folder.putDelta(line, from, bytes);
    }
    if (isFirst) await folder.sweepDeltas((nowSeconds() - BASE_SECONDS) * 1000);
  }

  /** That of this hour; another one when those have not signed it whom devices trust by now. */
  async #fullOf(source: BundleSource, signers: CheckpointSet, now: number): Promise<Full> {
    const { crypto, folder } = this.#deps;
    const last = this.#full;
    const isOfNow = last !== undefined && areOfOneHour(last.madeAtSeconds, now);
    if (isOfNow && (await quorumTime(crypto, parseNote(last.note), signers)) !== undefined) return last;
    const file = await folder.put(await pacedFullBundle(source, BESIDE_REQUESTS));
    return { file: { ...file, size: source.checkpoint.size }, madeAtSeconds: now, note: source.note };
  }
}

/** Sizes of the full bundle, and of the one that later ones are kept as deltas to. */
function stayingOf(full: BundleIndex['full'], kept: readonly KeptBase[]): ReadonlySet<number> {
  return new Set([full.size, rootOf(kept)?.size ?? full.size]);
}
