/**
 * Batches of acts: from proposals to what two people approve, to the ledger. One batch at a time collects approvals,
 * because each approval names the batch's number on the ledger; one that has two is fixed and the next may begin.
 *
 * An approval is on the disk before it is answered. What the ledger refuses (an approver who is none any more, a
 * deadline that has passed, a number that is taken) goes back to its acts, which wait to be approved anew.
 */
import { fromHex, type Hex } from '../../core/bytes/hex.ts';
import type { Crypto } from '../../core/crypto.ts';
import { invariant } from '../../core/errors.ts';
import { readUint64, toUint64 } from '../../service/big-endian.ts';
import type { Clock, RandomBytes } from '../../service/clock.ts';
import type { Log } from '../../service/logging.ts';
import { WriteBatch, type Store } from '../../service/store.ts';
import { IssuerError } from '../errors.ts';
import { Lock } from '../lock.ts';
import type { ActApproval, ActBatchToAnchor, StatusPort } from '../ports.ts';
import { TABLES, type IssuerTables } from '../store.ts';
import { decodeActBatch, encodeActBatch, type ActBatchEntry } from './act-batch-entry.ts';
import { drawTree } from './act-tree.ts';
import type { ActHistory } from './history.ts';
import type { Proposals } from './proposals.ts';

export interface ActBatchesDependencies {
  readonly crypto: Crypto;
  readonly store: Store;
  readonly tables: IssuerTables;
  readonly proposals: Proposals;
  readonly history: ActHistory;
  readonly ledger: StatusPort;
  readonly now: Clock;
  readonly randomBytes: RandomBytes;
  readonly log: Log;
}

/** How long approvals count: until the second person has come, and the ledger has answered. */
const APPROVAL_SECONDS = 7 * 86_400;

export class ActBatches {
  readonly #deps: ActBatchesDependencies;
  readonly #lock = new Lock();
  /** Approved by two, oldest first, and the one that collects approvals. */
  #approved: ActBatchEntry[] = [];
  #open: ActBatchEntry | undefined;
  #anchored: ActBatchEntry | undefined;

  private constructor(deps: ActBatchesDependencies) {
    this.#deps = deps;
  }

  static async open(deps: ActBatchesDependencies): Promise<ActBatches> {
    const batches = new ActBatches(deps);
    for await (const { value } of deps.tables.actBatches.entries({ reverse: true })) {
      const batch = decodeActBatch(value);
      if (batch.state === 'open') batches.#open = batch;
      else if (batch.state === 'approved') batches.#approved.unshift(batch);
      else {
        batches.#anchored = batch;
        break;
      }
    }
    return batches;
  }

  /** A batch waits for the ledger. */
  get isDue(): boolean {
    return this.#approved.length > 0;
  }

  /**
   * The batch of exactly these acts, to be approved; made when it is not there. Throws `ACT_NOT_PROPOSED`, and
   * `ACT_BATCH_OPEN` while another one collects approvals and is not to be replaced.
   */
  async openFor(acts: readonly number[], options: { readonly replace: boolean }): Promise<ActBatchEntry> {
    return await this.#lock.run(async () => {
      const open = this.#open;
      const isSame = open !== undefined && String(open.acts) === String(acts);
      if (open !== undefined && isSame && this.#nowSeconds() <= open.deadline) return open;
      if (open !== undefined && !isSame && !options.replace) {
        throw new IssuerError(
          'ACT_BATCH_OPEN',
          'approve it, or have it replaced: its acts then wait for a new one',
        );
      }
      const batch = new WriteBatch();
      if (open !== undefined) this.#dissolve(batch, open);
      for (const act of acts) await this.#checkWaiting(act, open);
      const made = await this.#assemble(acts);
      batch.put(TABLES.actBatches, toUint64(made.number), encodeActBatch(made));
      for (const act of acts)
        this.#deps.proposals.setState(batch, act, { state: 'approving', batch: made.number });
      await this.#deps.store.commit(batch);
      this.#open = made;
      return made;
    });
  }

  /**
   * Adds a person's approval to the batch that collects them. The same again changes nothing. Throws
   * `ACT_BATCH_NOT_FOUND`, `ACT_APPROVAL_INVALID`, `ACT_NOT_APPROVER`, `ACT_APPROVERS_NOT_DISTINCT`.
   */
  async approve(root: Hex, signature: Hex): Promise<ActBatchEntry> {
    return await this.#lock.run(async () => {
      const batch = [this.#open, ...this.#approved, this.#anchored].find((one) => one?.root === root);
      if (batch === undefined) throw notFound();
      const approver = await this.#approverOf(batch, signature);
      if (batch.approvals.some((approval) => approval.approver === approver)) return batch;
      if (batch.state !== 'open') throw notFound();
      return await this.#addApproval(batch, { approver, signature });
    });
  }

  /** Takes an act back that two people have not approved. Throws `ACT_NOT_PROPOSED`. */
  async withdraw(act: number): Promise<void> {
    await this.#lock.run(async () => {
      const open = this.#open;
      await this.#checkWaiting(act, open);
      const batch = new WriteBatch();
      const isInOpen = open?.acts.includes(act) === true;
      if (open !== undefined && isInOpen) this.#dissolve(batch, open);
      this.#deps.proposals.setState(batch, act, { state: 'withdrawn' });
      await this.#deps.store.commit(batch);
      if (isInOpen) this.#open = undefined;
    });
  }

  /** Brings to the ledger what two people have approved, and gives its acts their place in the order. */
  async anchorApproved(): Promise<void> {
    for (let batch = this.#approved[0]; batch !== undefined; batch = this.#approved[0]) {
      const [first, second] = batch.approvals;
      invariant(first !== undefined && second !== undefined, 'an approved batch has two approvals');
      const answer = await this.#deps.ledger.anchorActs(toAnchor(batch), [first, second]);
      if (answer === 'anchored') await this.#anchor(batch);
      else await this.#reopen();
    }
  }

  /** Throws `ACT_BATCH_NOT_FOUND` for a number that no batch has. */
  async load(number: number): Promise<ActBatchEntry> {
    const value = await this.#deps.tables.actBatches.get(toUint64(number));
    if (value === undefined) throw notFound();
    return decodeActBatch(value);
  }

  /** The anchored batch with this root; throws `ACT_BATCH_NOT_FOUND`. */
  async findAnchored(root: Hex): Promise<ActBatchEntry> {
    const number = await this.#deps.tables.actRoots.get(fromHex(root));
    if (number === undefined) throw notFound();
    return await this.load(readUint64(number));
  }

  async #assemble(acts: readonly number[]): Promise<ActBatchEntry> {
    const { crypto, proposals, randomBytes } = this.#deps;
    const leaves = await Promise.all(acts.map(async (act) => (await proposals.load(act)).leaf));
    return {
      ...drawTree(leaves, { crypto, randomBytes }),
      number: ((this.#approved.at(-1) ?? this.#anchored)?.number ?? 0) + 1,
      state: 'open',
      acts,
      sequence: await this.#nextSequence(),
      deadline: this.#nowSeconds() + APPROVAL_SECONDS,
      approvals: [],
    };
  }

  /** After all that is approved; a ledger that does not answer is taken to be where it was. */
  async #nextSequence(): Promise<number> {
    const last = this.#approved.at(-1);
    if (last !== undefined) return last.sequence + 1;
    const known = this.#anchored?.sequence ?? 0;
    const onLedger = await this.#deps.ledger.actSequence().catch(() => known);
    return Math.max(known, onLedger) + 1;
  }

  /** While the ledger does not answer, a signature is kept: the contract has the last word on whose counts. */
  async #approverOf(batch: ActBatchEntry, signature: Hex): Promise<Hex> {
    const { ledger } = this.#deps;
    const approver = ledger.approverOf(toAnchor(batch), signature);
    if (approver === undefined)
      throw new IssuerError('ACT_APPROVAL_INVALID', 'not a signature over this batch');
    if (approver === ledger.account) {
      throw new IssuerError('ACT_APPROVERS_NOT_DISTINCT', 'the account that anchors does not approve');
    }
    if (!(await ledger.isApprover(approver).catch(() => true))) {
      throw new IssuerError('ACT_NOT_APPROVER', 'the key belongs to no registered approver of this issuer');
    }
    return approver;
  }

  async #addApproval(batch: ActBatchEntry, approval: ActApproval): Promise<ActBatchEntry> {
    const { proposals, store } = this.#deps;
    const approvals = [...batch.approvals, approval];
    const isComplete = approvals.length === 2;
    const next: ActBatchEntry = { ...batch, approvals, state: isComplete ? 'approved' : 'open' };
    const writes = new WriteBatch().put(TABLES.actBatches, toUint64(batch.number), encodeActBatch(next));
    if (isComplete) {
      for (const act of batch.acts)
        proposals.setState(writes, act, { state: 'approved', batch: batch.number });
    }
    // Commit point: with the second approval the acts will be carried out, whatever happens to this process.
    await store.commit(writes);
    this.#open = isComplete ? undefined : next;
    if (isComplete) this.#approved.push(next);
    return next;
  }

  async #anchor(batch: ActBatchEntry): Promise<void> {
    const { history, log, proposals, store } = this.#deps;
    const acts = await Promise.all(batch.acts.map((act) => proposals.load(act)));
    await history.whileAppending(async () => {
      const writes = new WriteBatch();
      const anchored: ActBatchEntry = { ...batch, state: 'anchored' };
      writes.put(TABLES.actBatches, toUint64(batch.number), encodeActBatch(anchored));
      writes.put(TABLES.actRoots, fromHex(batch.root), toUint64(batch.number));
      const holding = history.append(writes, acts);
      for (const { number, order } of holding) {
        proposals.setState(writes, number, { state: 'anchored', order, batch: batch.number });
      }
      await store.commit(writes);
      history.appended(holding);
      this.#approved.shift();
      this.#anchored = anchored;
    });
    log.info({ root: batch.root, sequence: batch.sequence, count: acts.length }, 'acts are on the ledger');
  }

  /** All that is approved goes back: the numbers of those behind no longer fit either. */
  async #reopen(): Promise<void> {
    await this.#lock.run(async () => {
      const writes = new WriteBatch();
      const dropped = [...this.#approved, ...(this.#open === undefined ? [] : [this.#open])];
      for (const batch of dropped) this.#dissolve(writes, batch);
      await this.#deps.store.commit(writes);
      this.#approved = [];
      this.#open = undefined;
      const count = dropped.length;
      this.#deps.log.warn({ count }, 'the ledger does not take the approvals of these batches of acts');
    });
  }

  #dissolve(writes: WriteBatch, batch: ActBatchEntry): void {
    writes.delete(TABLES.actBatches, toUint64(batch.number));
    for (const act of batch.acts) this.#deps.proposals.setState(writes, act, { state: 'proposed' });
  }

  /** An act of the open batch may move to the one that replaces it. */
  async #checkWaiting(act: number, open: ActBatchEntry | undefined): Promise<void> {
    const { state } = await this.#deps.proposals.stateOf(act);
    const isFree = state === 'proposed' || (state === 'approving' && open?.acts.includes(act) === true);
    if (!isFree)
      throw new IssuerError('ACT_NOT_PROPOSED', 'it was withdrawn, or two people have approved it');
  }

  #nowSeconds(): number {
    return Math.floor(this.#deps.now() / 1000);
  }
}

function toAnchor({ root, log2Size, sequence, deadline }: ActBatchEntry): ActBatchToAnchor {
  return { root: fromHex(root), log2Size, sequence, deadline };
}

function notFound(): IssuerError {
  return new IssuerError('ACT_BATCH_NOT_FOUND', 'no batch of acts that collects approvals has this root');
}
