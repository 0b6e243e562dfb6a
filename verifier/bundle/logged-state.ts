/**
 * A ledger state that keeps the checkpoint log as it grows: one leaf for each block with events, with the state root
 * as it was right after it. This is what a replica of a publishing verifier folds.
 */
import { SectionKeeper } from '../../core/bundle/section-keeper.ts';
import { StateLog } from '../../core/bundle/state-log.ts';
import type { Crypto } from '../../core/crypto.ts';
import { checkpointLeaf } from '../../core/trust/checkpoint-leaf.ts';
import type { LedgerBlock } from '../../core/trust/ledger-event.ts';
import type { Head, LedgerState } from '../../core/trust/ledger-state.ts';
import type { LedgerFold } from '../../ledger/replica.ts';
import type { LogFile } from './log-file.ts';

export class LoggedState implements LedgerFold {
  readonly ledger: LedgerState;
  readonly sections: SectionKeeper;
  readonly log: StateLog;
  readonly #crypto: Crypto;
  readonly #file: LogFile;

  /** @param file ends with the leaf of the ledger's last change */
  constructor(crypto: Crypto, ledger: LedgerState, file: LogFile) {
    this.ledger = ledger;
    this.sections = new SectionKeeper(crypto, ledger);
    this.log = new StateLog(crypto, file);
    this.#crypto = crypto;
    this.#file = file;
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
    this.#file.appendBlock(block.number);
  }

  /** What is logged is on the disk. */
  sync(): void {
    this.#file.sync();
  }

  [Symbol.dispose](): void {
    this.#file[Symbol.dispose]();
  }
}
