/**
 * A ledger state that keeps the checkpoint log as it grows: one leaf for each block with events, with the state root
 * as it was right after it. This is what the replicas of a publishing verifier and of a witness fold: from the same blocks
 * everybody has the same log.
 */
import type { Crypto } from '../crypto.ts';
import { checkpointLeaf } from '../trust/checkpoint-leaf.ts';
import type { LedgerBlock } from '../trust/ledger-event.ts';
import type { Head, LedgerState } from '../trust/ledger-state.ts';
import { SectionKeeper } from './section-keeper.ts';
import { StateLog, type HashStore } from './state-log.ts';

/** Where the log lies, with the number of each leaf's block. One writer. */
export interface LeafStore extends HashStore, Disposable {
  /** The block of the leaf that was appended last. */
  appendBlock(number: number): void;
  /** What was appended before is on the disk when it resolves. */
  sync(): Promise<void>;
}

export class LoggedState implements Disposable {
  readonly ledger: LedgerState;
  readonly sections: SectionKeeper;
  readonly log: StateLog;
  readonly #crypto: Crypto;
  readonly #store: LeafStore;

  /** @param store ends with the leaf of the ledger's last change */
  constructor(crypto: Crypto, ledger: LedgerState, store: LeafStore) {
    this.ledger = ledger;
    this.sections = new SectionKeeper(crypto, ledger);
    this.log = new StateLog(crypto, store);
    this.#crypto = crypto;
    this.#store = store;
  }

  get head(): Head {
    return this.ledger.head;
  }

  get lastChange(): Head {
    return this.ledger.lastChange;
  }

  apply(block: LedgerBlock): void {
    this.ledger.apply(block);
    if (block.events.length === 0) return;
    this.log.append(checkpointLeaf(this.#crypto, this.ledger.lastChange, this.sections.root()));
    this.#store.appendBlock(block.number);
  }

  /** What is logged now is on the disk when it resolves. */
  sync(): Promise<void> {
    return this.#store.sync();
  }

  [Symbol.dispose](): void {
    this.#store[Symbol.dispose]();
  }
}
