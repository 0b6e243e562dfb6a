/**
 * Publishes bundles of what the verifier knows: takes the state as it is, has its checkpoint signed by the witnesses,
 * and puts full bundle and deltas into a folder. Whatever fails, what was published before stays.
 *
 *   sign     ours first, then every witness at once; k of those whom devices trust have to
 *   full     when an hour has passed since the last one
 *   deltas   to every state that was published in the last hours, the full bundle's among them
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
import { deltaBundle, fullBundle, partialBundle } from '../../core/bundle/make-bundle.ts';
import type { ShownSections } from '../../core/bundle/section-keeper.ts';
import { writeNote, type NoteSignature } from '../../core/bundle/signed-note.ts';
import type { StatusLists } from '../../core/status/accepted-lists.ts';
import { dayText, SECONDS_PER_DAY } from '../../core/trust/section-reader.ts';
import type { CheckpointSet } from '../../core/trust/trust-list.ts';
import type { Log } from '../../service/logging.ts';
import { WitnessClient, type WitnessAddress } from './ask-witness.ts';
import type { BundleFolder } from './bundle-folder.ts';
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

interface Taken {
  readonly shown: ShownSections;
  readonly checkpoint: Checkpoint;
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
const PAGES_AT_ONCE = 64;
const SWEEP_AFTER_SECONDS = 2 * HOUR;

export class Publisher {
  readonly #options: PublisherOptions;
  readonly #deps: PublisherDeps;
  readonly #witnesses: readonly WitnessClient[];
  /** Oldest first. */
  #bases: readonly Base[] = [];
  #full: { readonly file: BundleIndex['full']; readonly madeAtSeconds: number } | undefined;
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

  /** Rejects with a {@link PublishError} and what files reject with; then everything is as before. */
  async publish(known: Publishable): Promise<BundleIndex> {
    const missing = await this.#missingPages(known);
    // All of one state, without a pause in between.
    const next = known.state.ledger.trust.checkpointSet;
    if (next === undefined) throw new PublishError('PUBLISH_NO_SIGNERS', 'the ledger names no signers yet');
    const { sections } = known.state;
    const pages = missing.map((page) => ({ page, shown: sections.ofPage(page) }));
    const handover = sections.ofTrust();
    const taken = this.#take(known);
    const { source, timeSeconds } = await this.#sign(taken, known, this.#signers ?? next);
    const isNew = this.#signers !== undefined && this.#signers.version < next.version;
    const handovers = isNew
      ? [...this.#handovers, await this.#putHandover({ ...source, ...handover }, next)]
      : this.#handovers;
    for (const { page, shown } of pages) {
      await this.#deps.folder.putPage(page, partialBundle('page', { ...source, ...shown }));
    }
    return await this.#write(source, { timeSeconds, signers: next, handovers }, known);
  }

  /** Of days that are over, some at a time. */
  async #missingPages({ state }: Publishable): Promise<readonly PageName[]> {
    const today = dayText(Math.floor(state.head.timeSeconds / SECONDS_PER_DAY));
    const isSaid = dayText(Math.floor(state.lastChange.timeSeconds / SECONDS_PER_DAY)) === today;
    const missing: PageName[] = [];
    // The leaf shows that a day is over only once something has happened after it.
    for (const page of isSaid ? state.sections.pagesBefore(today) : []) {
      if (missing.length === PAGES_AT_ONCE) break;
      if (!(await this.#deps.folder.hasPage(page))) missing.push(page);
    }
    return missing;
  }

  #take({ state }: Publishable): Taken {
    const { log, sections, ledger } = state;
    const today = Math.floor(ledger.head.timeSeconds / SECONDS_PER_DAY);
    invariant(log.size > 0, 'a ledger that names signers has changed');
    return {
      shown: sections.forDevices(dayText(today - this.#options.shortDays)),
      checkpoint: { origin: this.#options.origin, size: log.size, root: log.rootAt() },
    };
  }

  async #sign(
    { shown, checkpoint }: Taken,
    { state, statusLists }: Publishable,
    signers: CheckpointSet,
  ): Promise<{ readonly source: BundleSource; readonly timeSeconds: number }> {
    const { crypto } = this.#deps;
    const { stateRoot, ...sections } = shown;
    const leaf = { block: state.lastChange, stateRoot };
    const leafPath = state.log.inclusion(checkpoint.size - 1, checkpoint.size);
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
    const source = { checkpoint, note: writeNote(note), leaf, leafPath, ...sections, statusLists };
    return { source, timeSeconds };
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
    const full = await this.#fullFile(source, now);
    const deltas: DeltaFile[] = [];
    // A log that is made again may not be as long yet as what was published.
    const held = this.#bases.filter((base) => base.source.checkpoint.size <= source.checkpoint.size);
    const bases = withBase(thinned(held, full.size, now), { source, publishedAtSeconds: now });
    for (const { source: base } of bases.toReversed()) {
      const from = base.checkpoint.size;
      const consistency = state.log.consistency(from, source.checkpoint.size);
      deltas.push({ ...(await folder.put(deltaBundle(source, base, consistency))), from });
    }
    const { origin, size } = source.checkpoint;
    const { note: checkpoint } = source;
    const index = { origin, size, ...said, checkpoint, full, deltas };
    await folder.putIndex(index);
    // Commit point: from here on devices may hold this state.
    this.#bases = bases;
    this.#signers = said.signers;
    this.#handovers = said.handovers;
    await folder.sweep(index, (now - SWEEP_AFTER_SECONDS) * 1000);
    return index;
  }

  async #fullFile(source: BundleSource, now: number): Promise<BundleIndex['full']> {
    if (this.#full !== undefined && now - this.#full.madeAtSeconds < FULL_SECONDS) return this.#full.file;
    const file = { ...(await this.#deps.folder.put(fullBundle(source))), size: source.checkpoint.size };
    this.#full = { file, madeAtSeconds: now };
    return file;
  }
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
