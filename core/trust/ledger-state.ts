/**
 * What a party knows of the ledger: the fold of its finalised blocks. Two parties that folded the same
 * blocks know the same. One writer (the replica) calls `apply`, between awaits; everybody else only reads.
 */
import { BATCH_CLASSES } from '../credential/credential-type.ts';
import { LedgerStateError } from './errors.ts';
import type { Hex, LedgerBlock, LedgerEvent } from './ledger-event.ts';
import { RootIndex } from './root-index.ts';
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

const NO_HEAD: Head = { number: -1, hash: '0x', timeSeconds: 0 };

export class LedgerState {
  readonly trust: TrustList = new TrustList();
  readonly roots: RootIndex = new RootIndex();
  readonly #statusAnchors = new Map<Hex, StatusAnchor>();
  readonly #actSequences = new Map<Hex, number>();
  #head: Head = NO_HEAD;
  #version = 0;

  /** The last block folded in; its number is -1 before the first. */
  get head(): Head {
    return this.#head;
  }

  /** Counts the events folded in: the same version means the same knowledge, whatever the head. */
  get version(): number {
    return this.#version;
  }

  /** By issuer. */
  get statusAnchors(): ReadonlyMap<Hex, StatusAnchor> {
    return this.#statusAnchors;
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
  }

  #fold(event: LedgerEvent, timeSeconds: number): void {
    if (this.trust.apply(event, timeSeconds)) return;
    if (event.event === 'BatchAnchored') {
      const batchClass = BATCH_CLASSES[event.class];
      if (batchClass === undefined) {
        throw new LedgerStateError(
          'LEDGER_STATE_INCONSISTENT',
          'the ledger speaks of an unknown batch class',
        );
      }
      this.roots.add({ ...event, class: batchClass, timeSeconds });
    } else if (event.event === 'StatusPublished') {
      const { issuer, version, listsRoot, actsDigest, nextUpdate } = event;
      expectNext(version, this.#statusAnchors.get(issuer)?.version, 'status version');
      this.#statusAnchors.set(issuer, { issuer, version, listsRoot, actsDigest, nextUpdate, timeSeconds });
    } else if (event.event === 'ActsAnchored') {
      expectNext(event.sequence, this.#actSequences.get(event.issuer), 'batch of acts');
      this.#actSequences.set(event.issuer, event.sequence);
    }
  }

  /** A state as `snapshot.ts` keeps it: everything but trust and roots, which are folded anew. */
  static restore(parts: RestoredState): LedgerState {
    const state = new LedgerState();
    for (const { event, timeSeconds } of parts.trust) state.trust.apply(event, timeSeconds);
    for (const anchor of parts.roots) state.roots.add(anchor);
    for (const anchor of parts.statusAnchors) state.#statusAnchors.set(anchor.issuer, anchor);
    for (const [issuer, sequence] of parts.actSequences) state.#actSequences.set(issuer, sequence);
    state.#head = parts.head;
    state.#version = parts.version;
    return state;
  }
}

export interface RestoredState {
  readonly trust: TrustList['history'];
  readonly roots: Iterable<Parameters<RootIndex['add']>[0]>;
  readonly statusAnchors: Iterable<StatusAnchor>;
  readonly actSequences: Iterable<readonly [Hex, number]>;
  readonly head: Head;
  readonly version: number;
}

function expectNext(number: number, last: number | undefined, what: string): void {
  if (number === (last ?? 0) + 1) return;
  throw new LedgerStateError(
    'LEDGER_STATE_SEQUENCE_GAP',
    `${what} ${number} does not follow the issuer's last`,
  );
}
