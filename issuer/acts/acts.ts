/**
 * Legal acts as people meet them: try out, propose, look at, approve by two, take back; and what the acts on one
 * credential come to. Whatever is answered is on the disk.
 */
import type { Act } from '../../core/act/act.ts';
import type { ShownActBatch } from '../../core/act/batch.ts';
import type { Hex } from '../../core/bytes/hex.ts';
import { statusAt, type StatusAt } from '../../core/act/status-at.ts';
import type { ActApproval } from '../ports.ts';
import type { ActBatchEntry } from './act-batch-entry.ts';
import { ActBatches, type ActBatchesDependencies } from './act-batches.ts';
import { showTree, treeLeaves } from './act-tree.ts';
import type { ActState } from './act-state.ts';
import type { ActTally } from './act-tally.ts';
import { explainVersions, type StatusHistory } from './explain.ts';
import { placeNumber, type StatusPlace } from './place.ts';
import { Proposer, type ActRequest, type ProposeDependencies } from './propose.ts';
import type { Proposal } from './proposals.ts';

export interface ActsDependencies
  extends ProposeDependencies, Omit<ActBatchesDependencies, 'proposals' | 'history'> {
  /** Something is approved: carry it out. */
  readonly onApproved: () => void;
  /** Newest status version on the ledger, 0 before the first. */
  readonly publishedVersion: () => number;
}

/** An act and how far it has come. */
export interface ActView {
  readonly id: string;
  readonly act: Act;
  readonly state: ActState['state'];
  /** Addresses of those who have approved it so far. */
  readonly approvedBy: readonly Hex[];
}

/** A batch as it is shown to whoever approves it. */
export interface ActBatchView extends Pick<
  ActBatchEntry,
  'root' | 'state' | 'log2Size' | 'sequence' | 'deadline'
> {
  readonly approvals: readonly ActApproval[];
  readonly shown: ShownActBatch;
}

export interface CredentialStatus {
  readonly value: StatusAt['value'];
  /** Acts on it that hold, oldest first. */
  readonly acts: readonly ActView[];
  /** Ids of the cautions in force. */
  readonly cautions: readonly string[];
}

export interface ActBatchLeaves extends Pick<ActBatchEntry, 'root' | 'log2Size' | 'sequence'> {
  readonly leaves: readonly Hex[];
}

export class Acts {
  readonly #deps: ActsDependencies;
  readonly #proposer: Proposer;
  readonly #batches: ActBatches;

  private constructor(deps: ActsDependencies, batches: ActBatches) {
    this.#deps = deps;
    this.#proposer = new Proposer(deps);
    this.#batches = batches;
  }

  static async open(deps: ActsDependencies): Promise<Acts> {
    return new Acts(deps, await ActBatches.open(deps));
  }

  /** How many acts stand where. */
  get tally(): ActTally {
    return this.#deps.proposals.tally;
  }

  /** See `Proposer.dryRun`. */
  dryRun(request: ActRequest): Promise<number> {
    return this.#proposer.dryRun(request);
  }

  /** See `Proposer.propose`. */
  async propose(request: ActRequest, idempotencyKey?: string): Promise<ActView> {
    return await this.#view(await this.#proposer.propose(request, idempotencyKey));
  }

  /** Throws `ACT_NOT_FOUND`. */
  async show(id: string): Promise<ActView> {
    return await this.#view(await this.#load(id));
  }

  /** The newest acts, or those before the act `before`, newest first. Throws `ACT_NOT_FOUND`. */
  async list({
    before,
    limit,
  }: {
    readonly before?: string;
    readonly limit: number;
  }): Promise<readonly ActView[]> {
    const { proposals } = this.#deps;
    const end = before === undefined ? proposals.last + 1 : await proposals.numberOf(before);
    const found = await proposals.newest(end, limit);
    return await Promise.all(found.map((proposal) => this.#view(proposal)));
  }

  /** Throws `ACT_NOT_FOUND`, `ACT_NOT_PROPOSED`. */
  async withdraw(id: string): Promise<ActView> {
    const proposal = await this.#load(id);
    await this.#batches.withdraw(proposal.number);
    return await this.#view(proposal);
  }

  /** The batch of these acts for two people to approve; see `ActBatches.openFor`. */
  async openBatch(ids: readonly string[], options: { readonly replace: boolean }): Promise<ActBatchView> {
    const numbers = await Promise.all([...new Set(ids)].map((id) => this.#deps.proposals.numberOf(id)));
    return await this.#viewBatch(await this.#batches.openFor(numbers, options));
  }

  /** See `ActBatches.approve`. */
  async approve(root: Hex, signature: Hex): Promise<ActBatchView> {
    const batch = await this.#batches.approve(root, signature);
    if (batch.state === 'approved') this.#deps.onApproved();
    return await this.#viewBatch(batch);
  }

  /** What the acts on a credential come to now. */
  async statusOf(place: StatusPlace): Promise<CredentialStatus> {
    const { history, proposals, now } = this.#deps;
    const [acts = []] = await history.actsOn([placeNumber(place)]);
    const { value, cautions } = statusAt(acts, Math.floor(now() / 1000));
    const views = await Promise.all(acts.map(async ({ number }) => this.#view(await proposals.load(number))));
    const ids = new Map(acts.map(({ order }, i) => [order, views[i]?.id ?? '']));
    return { value, acts: views, cautions: cautions.map((order) => ids.get(order) ?? '') };
  }

  /** Throws `ACT_BATCH_NOT_FOUND` for a root that is not one of our anchored batches. */
  async leaves(root: Hex): Promise<ActBatchLeaves> {
    const batch = await this.#batches.findAnchored(root);
    const { log2Size, sequence } = batch;
    return { root, log2Size, sequence, leaves: await treeLeaves(batch, this.#deps) };
  }

  /** The published versions after `after`, explained. */
  explain(after: number): Promise<StatusHistory> {
    return explainVersions({ after, through: this.#deps.publishedVersion() }, this.#deps);
  }

  /** Something approved waits to be carried out. */
  get isDue(): boolean {
    return this.#batches.isDue || !this.#deps.history.isIndexed;
  }

  /** Brings what is approved to the ledger and into the history. Throws what the ledger rejects with. */
  async carryOut(): Promise<void> {
    await this.#deps.history.index();
    await this.#batches.anchorApproved();
    await this.#deps.history.index();
  }

  async #load(id: string): Promise<Proposal> {
    const { proposals } = this.#deps;
    return await proposals.load(await proposals.numberOf(id));
  }

  async #view({ number, id, act }: Proposal): Promise<ActView> {
    const state = await this.#deps.proposals.stateOf(number);
    const batch =
      'batch' in state && state.batch !== undefined ? await this.#batches.load(state.batch) : undefined;
    return {
      id,
      act,
      state: state.state,
      approvedBy: (batch?.approvals ?? []).map(({ approver }) => approver),
    };
  }

  async #viewBatch(batch: ActBatchEntry): Promise<ActBatchView> {
    const { root, state, log2Size, sequence, deadline, approvals } = batch;
    return {
      root,
      state,
      log2Size,
      sequence,
      deadline,
      approvals,
      shown: await showTree(batch, this.#deps.proposals),
    };
  }
}
