/**
 * Publishes bundles of what the verifier knows: takes the state as it is, has its checkpoint signed by the witnesses,
 * and puts full bundle and deltas into a folder. Whatever fails, what was published before stays.
 *
 *   sign     ours first, then every witness at once; k of those whom devices trust have to
 *   full     when an hour has passed since the last one
 *   deltas   to every state that was published in the last hours, the full bundle's among them
 *   pages    of days that are over and have none yet; until they are on the disk, their roots are kept
 *
 * Devices trust the signers of the state they hold. So when the ledger names new ones, the first state that says so
 * is signed by k of the old ones, and the trust list of that state is kept as a handover for devices that were away.
 */
import type { Crypto } from '../../core/crypto.ts';
import { invariant } from '../../core/errors.ts';
import type { PageName } from '../../core/bundle/accept-page.ts';
import { checkpointText, type Checkpoint } from '../../core/bundle/checkpoint.ts';
import { quorumTime, signNote, type NoteSigner } from '../../core/bundle/cosignature.ts';
import type { BundleIndex, DeltaFile, HandoverFile } from '../../core/bundle/bundle-index.ts';
import type { BundleSource, BundleState } from '../../core/bundle/bundle-state.ts';
import type { LoggedState } from '../../core/bundle/logged-state.ts';
import { pacedDeltaBundle, pacedFullBundle, partialBundle } from '../../core/bundle/make-bundle.ts';
import type { ShownSections } from '../../core/bundle/section-keeper.ts';
import { writeNote, type NoteSignature } from '../../core/bundle/signed-note.ts';
import type { StatusLists } from '../../core/status/accepted-lists.ts';
import { dayText, SECONDS_PER_DAY } from '../../core/trust/section-reader.ts';
import type { CheckpointSet } from '../../core/trust/trust-list.ts';
import type { Log } from '../../service/logging.ts';
import { WitnessClient, type WitnessAddress } from './ask-witness.ts';
import type { BundleFolder } from './bundle-folder.ts';
import { BESIDE_REQUESTS } from './pace.ts';
import { publishedBases } from './published-bases.ts';
import { PublishError } from './errors.ts';

export interface PublisherOptions {
  readonly origin: string;
  readonly signer: NoteSigner;
  readonly witnesses: readonly WitnessAddress[];
  /** How many days of short-lived roots devices hold. */
  readonly shortDays: number;
  readonly witnessTimeoutMs: number;
}

export interface PublisherDeps {
  readonly crypto: Crypto;
  readonly folder: BundleFolder;
  readonly fetch: typeof globalThis.fetch;
  readonly log: Log;
  readonly nowSeconds: () => number;
}

/** What is known when it is published. */
export interface Publishable {
  readonly state: LoggedState;
  readonly statusLists: StatusLists;
}

/** A state with its signatures, without what a bundle shows of it. */
type SignedState = Omit<BundleSource, keyof ShownSections>;

interface Full {
  readonly file: BundleIndex['full'];
  readonly madeAtSeconds: number;
}

/** A state that devices may hold. */
interface Base {
  readonly source: BundleSource;
  readonly publishedAtSeconds: number;
}

const HOUR = 3600;
/** Deltas are made to the latest states, and to one of each hour for a day. */
const LATEST_BASES = 6;
const BASE_SECONDS = 25 * HOUR;
const FULL_SECONDS = HOUR;
/** Under one checkpoint: what they show is taken from the state without a pause. */
const PAGES_AT_ONCE = 16;
/** After which no more are begun. */
const PAGES_SECONDS = 20;
const SWEEP_AFTER_SECONDS = 2 * HOUR;

export class Publisher {
  readonly #options: PublisherOptions;
  readonly #deps: PublisherDeps;
  readonly #witnesses: readonly WitnessClient[];
  /** Oldest first. */
  #bases: readonly Base[] = [];
  #full: Full | undefined;
  #handovers: readonly HandoverFile[] = [];
  /** Whom devices with our last state trust. */
  #signers: CheckpointSet | undefined;

  private constructor(
    options: PublisherOptions,
    deps: PublisherDeps,
    { last, bases }: { readonly last: BundleIndex | undefined; readonly bases: readonly BundleState[] },
  ) {
    this.#options = options;
    this.#deps = deps;
    const ask = { fetch: deps.fetch, timeoutMs: options.witnessTimeoutMs };
    this.#witnesses = options.witnesses.map((witness) => new WitnessClient(witness, ask));
    this.#handovers = last?.handovers ?? [];
    this.#signers = last?.signers;
    this.#bases = bases.map((source) => ({ source, publishedAtSeconds: source.timeSeconds }));
    const [first] = bases;
    if (last !== undefined && first !== undefined) {
      this.#full = { file: last.full, madeAtSeconds: first.timeSeconds };
    }
  }

  /** Goes on from what the folder holds of this ledger: whom devices trust, the handovers until then, and what they may hold. */
  static async open(options: PublisherOptions, deps: PublisherDeps): Promise<Publisher> {
    const last = await deps.folder.index();
    if (last?.origin !== options.origin) return new Publisher(options, deps, { last: undefined, bases: [] });
    return new Publisher(options, deps, { last, bases: await publishedBases(last, deps) });
  }

  /**
   * Rejects with a {@link PublishError} and what files reject with; then everything is as before. Pages that cannot be
   * written are none of these: they are tried again the next time.
   */
  async publish(known: Publishable): Promise<BundleIndex> {
    const index = await this.#publishState(known);
    try {
      await this.#publishPages(known, index);
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
    const { signed, timeSeconds } = await this.#sign(known, this.#signers ?? next);
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

  /**
   * Signed by those whom devices with the index trust. Roots that no device holds are dropped once they are written;
   * what witnesses are too slow for comes with the next publication, for devices wait for that.
   */
  async #publishPages(known: Publishable, { signers }: BundleIndex): Promise<void> {
    const { folder, nowSeconds } = this.#deps;
    const shortFrom = this.#shortFrom(known);
    const pages = pagesOver(known.state);
    const missing = await folder.missingOf(pages);
    const until = nowSeconds() + PAGES_SECONDS;
    let written = 0;
    for (; written < missing.length && nowSeconds() < until; written += PAGES_AT_ONCE) {
      await this.#putPages(missing.slice(written, written + PAGES_AT_ONCE), known, signers);
    }
    const left = new Set(missing.slice(written));
    known.state.sections.forget(pages.filter((page) => page.day < shortFrom && !left.has(page)));
  }

  async #putPages(pages: readonly PageName[], known: Publishable, signers: CheckpointSet): Promise<void> {
    // All of one state, without a pause in between.
    const shown = pages.map((page) => ({ page, sections: known.state.sections.ofPage(page) }));
    const { signed } = await this.#sign(known, signers);
    for (const { page, sections } of shown) {
      await this.#deps.folder.putPage(page, partialBundle('page', { ...signed, ...sections }));
    }
  }

  /** Takes the state as it is when this is called. */
  async #sign(
    { state, statusLists }: Publishable,
    signers: CheckpointSet,
  ): Promise<{ readonly signed: SignedState; readonly timeSeconds: number }> {
    const { crypto } = this.#deps;
    const { size } = state.log;
    invariant(size > 0, 'a ledger that names signers has changed');
    const checkpoint: Checkpoint = { origin: this.#options.origin, size, root: state.log.rootAt() };
    const leaf = { block: state.lastChange, stateRoot: state.sections.root() };
    const leafPath = state.log.inclusion(size - 1, size);
    const text = checkpointText(checkpoint);
    const own = await signNote(crypto, text, this.#options.signer);
    const cosignatures = await this.#askAll(
      { checkpoint, note: writeNote({ text, signatures: [own] }) },
      state,
    );
    const note = { text, signatures: [own, ...cosignatures] };
    const timeSeconds = await quorumTime(crypto, note, signers);
    if (timeSeconds === undefined) {
      throw new PublishError(
        'PUBLISH_SIGNATURES_TOO_FEW',
        `fewer than ${signers.threshold} witnesses have signed`,
      );
    }
    return { signed: { checkpoint, note: writeNote(note), leaf, leafPath, statusLists }, timeSeconds };
  }

  async #askAll(
    signed: Parameters<WitnessClient['cosign']>[0],
    { log }: LoggedState,
  ): Promise<readonly NoteSignature[]> {
    const answers = await Promise.allSettled(this.#witnesses.map((witness) => witness.cosign(signed, log)));
    for (const answer of answers) {
      if (answer.status === 'rejected') this.#deps.log.warn({ err: answer.reason }, 'a witness did not sign');
    }
    return answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
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
    const full = await this.#fullOf(source, now);
    const deltas: DeltaFile[] = [];
    // A log that is made again may not be as long yet as what was published.
    const held = this.#bases.filter((base) => base.source.checkpoint.size <= source.checkpoint.size);
    const bases = withBase(thinned(held, full.file.size, now), { source, publishedAtSeconds: now });
    for (const { source: base } of bases.toReversed()) {
      const from = base.checkpoint.size;
      const consistency = state.log.consistency(from, source.checkpoint.size);
      const bytes = await pacedDeltaBundle(source, { base, consistency }, BESIDE_REQUESTS);
      deltas.push({ ...(await folder.put(bytes)), from });
    }
    const { origin, size } = source.checkpoint;
    const { note: checkpoint } = source;
    const index = { origin, size, ...said, checkpoint, full: full.file, deltas };
    await folder.putIndex(index);
    // Commit point: from here on devices may hold this state.
    this.#bases = bases;
    this.#full = full;
    this.#signers = said.signers;
    this.#handovers = said.handovers;
    await folder.sweep(index, (now - SWEEP_AFTER_SECONDS) * 1000);
    return index;
  }

  async #fullOf(source: BundleSource, now: number): Promise<Full> {
    if (this.#full !== undefined && now - this.#full.madeAtSeconds < FULL_SECONDS) return this.#full;
    const file = await this.#deps.folder.put(await pacedFullBundle(source, BESIDE_REQUESTS));
    return { file: { ...file, size: source.checkpoint.size }, madeAtSeconds: now };
  }
}

/** Pages of days that are over: the leaf shows that a day is only once something has happened after it. */
function pagesOver({ lastChange, sections }: LoggedState): readonly PageName[] {
  return sections.pagesBefore(dayText(Math.floor(lastChange.timeSeconds / SECONDS_PER_DAY)));
}

/** The same state once. */
function withBase(bases: readonly Base[], last: Base): readonly Base[] {
  const isThere = bases.some(({ source }) => source.checkpoint.size === last.source.checkpoint.size);
  return isThere ? bases : [...bases, last];
}

/** The latest, the first of each hour, and the one of the full bundle. */
function thinned(bases: readonly Base[], fullSize: number, now: number): readonly Base[] {
  const hours = new Set<number>();
  return bases.filter(({ source, publishedAtSeconds }, i) => {
    const hour = Math.floor(publishedAtSeconds / HOUR);
    const isFirst = !hours.has(hour);
    hours.add(hour);
    if (source.checkpoint.size === fullSize) return true;
    return publishedAtSeconds > now - BASE_SECONDS && (isFirst || i >= bases.length - LATEST_BASES);
  });
}
