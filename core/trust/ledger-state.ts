/**
 * What a party knows of the ledger: the fold of its finalised blocks. Two parties that folded the same
 * blocks know the same. One writer (the replica) calls `apply`, between awaits; everybody else only reads.
 */
import { BATCH_CLASSES, type BatchClass } from '../credential/credential-type.ts';
import { Conversions, type ConversionRecord } from './conversions.ts';
import { LedgerStateError } from './errors.ts';
import type { Hex, LedgerBlock, LedgerEvent } from './ledger-event.ts';
import { PolicyList } from './policy-list.ts';
import { RootIndex } from './root-index.ts';
import { expectNext } from './sequence.ts';
import { TrustList } from './trust-list.ts';

export interface Head {
  readonly number: number;
  readonly hash: Hex;
  readonly timeSeconds: number;
}

/** The last version of an issuer's status lists that the ledger knows. */
export interface StatusAnchor {
  readonly issuer: Hex;
  readonly version: number;
  /** RFC 9162 root over the digests of all the issuer's lists. */
  readonly listsRoot: Hex;
  readonly actsDigest: Hex;
  /** Unix seconds; without a newer version by then, the lists are stale. */
  readonly nextUpdate: number;
  /** When this version was anchored. */
  readonly timeSeconds: number;
}

/** A batch of legal acts that an issuer has anchored with two approvals. */
export interface ActAnchor {
  readonly issuer: Hex;
  readonly root: Hex;
  readonly log2Size: number;
  /** The issuer's batches of acts are numbered from 1. */
  readonly sequence: number;
  readonly timeSeconds: number;
  readonly firstApprover: Hex;
  readonly secondApprover: Hex;
}

const NO_HEAD: Head = { number: -1, hash: '0x', timeSeconds: 0 };

export class LedgerState {
  readonly trust: TrustList = new TrustList();
  readonly policies: PolicyList = new PolicyList();
  readonly conversions: Conversions;
  readonly roots: RootIndex;
  readonly #statusAnchors = new Map<Hex, StatusAnchor>();
  readonly #acts: ActAnchor[] = [];
  readonly #actSequences = new Map<Hex, number>();
  #head: Head = NO_HEAD;
  #lastChange: Head = NO_HEAD;
  #version = 0;

  /** @param kept what a snapshot kept of these; nothing by default */
  constructor(kept: Partial<Pick<LedgerState, 'roots' | 'conversions'>> = {}) {
    this.roots = kept.roots ?? new RootIndex();
    this.conversions = kept.conversions ?? new Conversions();
  }

  /** The last block folded in; its number is -1 before the first. */
  get head(): Head {
    return this.#head;
  }

  /** The last block that had events; its number is -1 before the first. */
  get lastChange(): Head {
    return this.#lastChange;
  }

  /** Counts the events folded in: the same version means the same knowledge, whatever the head. */
  get version(): number {
    return this.#version;
  }

  /** By issuer. */
  get statusAnchors(): ReadonlyMap<Hex, StatusAnchor> {
    return this.#statusAnchors;
  }

  /** All batches of acts, oldest first. */
  get acts(): readonly ActAnchor[] {
    return this.#acts;
  }

  /** By issuer, the number of its last batch of acts. */
  get actSequences(): ReadonlyMap<Hex, number> {
    return this.#actSequences;
  }

  /**
   * Folds a block in. Blocks without events may be left out, but their numbers only grow.
   *
   * Throws `LEDGER_STATE_OUT_OF_ORDER`, `LEDGER_STATE_SEQUENCE_GAP` (an event is missing) or
   * `LEDGER_STATE_INCONSISTENT`; a state that threw holds part of a block and must be built anew.
   */
  apply(block: LedgerBlock): void {
    if (block.number <= this.#head.number || block.timeSeconds < this.#head.timeSeconds) {
      throw new LedgerStateError(
        'LEDGER_STATE_OUT_OF_ORDER',
        `block ${block.number} after ${this.#head.number}`,
      );
    }
    for (const event of block.events) {
      this.#fold(event, block.timeSeconds);
      this.#version++;
    }
    const { number, hash, timeSeconds } = block;
    this.#head = { number, hash, timeSeconds };
    if (block.events.length > 0) this.#lastChange = this.#head;
    this.conversions.forgetBefore(timeSeconds);
  }

  #fold(event: LedgerEvent, timeSeconds: number): void {
    if (this.trust.apply(event, timeSeconds)) return;
    if (this.policies.apply(event, timeSeconds)) return;
    if (this.conversions.apply(event, timeSeconds)) return;
    if (event.event === 'BatchAnchored') {
      this.roots.add({ ...event, class: batchClassOf(event.class), timeSeconds });
    } else if (event.event === 'StatusPublished') {
      const { issuer, version, listsRoot, actsDigest, nextUpdate } = event;
      expectNext(version, this.#statusAnchors.get(issuer)?.version, 'status version');
      this.#statusAnchors.set(issuer, { issuer, version, listsRoot, actsDigest, nextUpdate, timeSeconds });
    } else if (event.event === 'ActsAnchored') {
      this.#addActs({ ...event, timeSeconds });
    } else {
      // `TrustList.apply` decides about every event by name, so a new one is either trust or has a branch above.
      throw new LedgerStateError('LEDGER_STATE_INCONSISTENT', `nothing keeps ${event.event}`);
    }
  }

  #addActs(acts: ActAnchor): void {
    const { issuer, root, log2Size, sequence, timeSeconds, firstApprover, secondApprover } = acts;
    expectNext(sequence, this.#actSequences.get(issuer), 'batch of acts');
    this.#actSequences.set(issuer, sequence);
    this.#acts.push({ issuer, root, log2Size, sequence, timeSeconds, firstApprover, secondApprover });
  }

  /** A state as `snapshot.ts` keeps it: trust and policies are folded anew, and so are the acts' numbers. */
  static restore(parts: RestoredState): LedgerState {
    const conversions = Conversions.restore(parts.conversions);
    const state = new LedgerState({ roots: parts.roots, conversions });
    for (const { event, timeSeconds } of parts.trust) state.trust.apply(event, timeSeconds);
    for (const { event, timeSeconds } of parts.policies) state.policies.apply(event, timeSeconds);
    for (const anchor of parts.statusAnchors) state.#statusAnchors.set(anchor.issuer, anchor);
    for (const acts of parts.acts) state.#addActs(acts);
    state.#head = parts.head;
    state.#lastChange = parts.lastChange;
    state.#version = parts.version;
    return state;
  }
}

export interface RestoredState {
  readonly trust: TrustList['history'];
  readonly policies: PolicyList['history'];
  readonly conversions: ConversionRecord;
  readonly roots: RootIndex;
  readonly statusAnchors: Iterable<StatusAnchor>;
  readonly acts: Iterable<ActAnchor>;
  readonly head: Head;
  readonly lastChange: Head;
  readonly version: number;
}

function batchClassOf(number: number): BatchClass {
  const batchClass = BATCH_CLASSES[number];
  if (batchClass !== undefined) return batchClass;
  throw new LedgerStateError('LEDGER_STATE_INCONSISTENT', 'the ledger speaks of an unknown batch class');
}
