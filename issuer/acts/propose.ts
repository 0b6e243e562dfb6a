/**
 * Proposals: what somebody wants done → which credentials that concerns → an act with its salt, stored with the
 * very places that it concerns. From here on nothing about it changes: what two people approve, and what is
 * carried out, is what was found now. Records that are issued later need another act.
 */
import { problemOf } from '../../core/act/act.ts';
import type { GroupSelector, Selector } from '../../core/act/selector.ts';
import { WriteBatch, type Store } from '../../service/store.ts';
import { IssuerError } from '../errors.ts';
import type { KeyedIndex } from '../keyed-index.ts';
import { Lock } from '../lock.ts';
import { addRequest, knownAct } from './act-requests.ts';
import { drawUpAct, type ActTerms, type DrawUpActDependencies, type Selection } from './draw-up.ts';
import { placeNumber, type StatusPlace } from './place.ts';
import type { ActHistory } from './history.ts';
import type { Proposal, Proposals } from './proposals.ts';
import { selectPlaces, type SelectDependencies } from './select.ts';

/** One credential by its handle, one record by its id, or a group. */
export type Target =
  | { readonly by: 'credential'; readonly handle: string }
  | { readonly by: 'record'; readonly recordId: string }
  | GroupSelector;

/** What is asked for. */
export interface ActRequest extends ActTerms {
  readonly target: Target;
}

export interface ProposeDependencies extends SelectDependencies, DrawUpActDependencies {
  readonly store: Store;
  readonly proposals: Proposals;
  readonly history: ActHistory;
  readonly index: KeyedIndex;
  /** Where one credential, or all of a record, stand; throws `CREDENTIAL_NOT_FOUND`, `RECORD_NOT_FOUND`. */
  readonly placesOf: (
    target: Extract<Target, { by: 'credential' | 'record' }>,
  ) => Promise<readonly StatusPlace[]>;
}

export class Proposer {
  readonly #deps: ProposeDependencies;
  readonly #lock = new Lock();

  constructor(deps: ProposeDependencies) {
    this.#deps = deps;
  }

  /** How many credentials the act would concern now. Stores nothing. Throws as {@link propose}, but for 0. */
  async dryRun(request: ActRequest): Promise<number> {
    this.#check(request);
    return (await this.#select(request.target)).places.length;
  }

  /**
   * Stores the act; on the disk when it resolves. The same `idempotencyKey` again gives the same act. Throws
   * `ACT_INVALID`, `ACT_SELECTS_NOTHING`, `ACT_REQUEST_REUSED` and as `selectPlaces`.
   */
  async propose(request: ActRequest, idempotencyKey?: string): Promise<Proposal> {
    this.#check(request);
    return await this.#lock.run(async () => {
      const known = idempotencyKey === undefined ? undefined : await this.#known(request, idempotencyKey);
      return known ?? (await this.#store(request, idempotencyKey));
    });
  }

  /** What the act itself will refuse, before the store is read for it. */
  #check(request: ActRequest): void {
    const { target, effectiveFrom = this.#nowSeconds() } = request;
    const isOne = target.by === 'credential' || target.by === 'record';
    const selector: Selector = isOne ? { by: 'record', entries: [] } : target;
    const problem = problemOf({ ...request, effectiveFrom, selector });
    if (problem !== undefined) throw new IssuerError('ACT_INVALID', problem);
  }

  async #known(request: ActRequest, key: string): Promise<Proposal | undefined> {
    const number = await knownAct({ key, request }, this.#deps);
    return number === undefined ? undefined : await this.#deps.proposals.load(number);
  }

  async #store(request: ActRequest, idempotencyKey: string | undefined): Promise<Proposal> {
    const { index, proposals, store } = this.#deps;
    const selection = await this.#select(request.target);
    if (selection.places.length === 0)
      throw new IssuerError('ACT_SELECTS_NOTHING', 'no credential is what it names');
    const batch = new WriteBatch();
    const proposal = proposals.add(batch, drawUpAct(request, selection, this.#deps), selection.places);
    proposals.setState(batch, proposal.number, { state: 'proposed' });
    if (idempotencyKey !== undefined)
      addRequest(batch, { key: idempotencyKey, request }, { number: proposal.number, index });
    // Commit point: the act is there with all its places, or not at all.
    await store.commit(batch);
    return proposal;
  }

  async #select(target: Target): Promise<Selection> {
    if (target.by !== 'credential' && target.by !== 'record') {
      return { selector: target, places: await selectPlaces(target, this.#deps) };
    }
    const places = await this.#deps.placesOf(target);
    const entries = places.map(({ list, index }) => ({ uri: this.#deps.lists.uriOf(list), idx: index }));
    const [entry] = entries;
    const selector: Selector =
      target.by === 'credential' && entry !== undefined
        ? { by: 'credential', entry }
        : { by: 'record', entries };
    return { selector, places: Float64Array.from(places, placeNumber).sort() };
  }

  #nowSeconds(): number {
    return Math.floor(this.#deps.now() / 1000);
  }
}
