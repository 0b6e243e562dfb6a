/** What either part of a conversion has at hand in its house. */
import type { CarriedList } from '../../core/conversion/carried-list.ts';
import type { MappingSet } from '../../core/conversion/mapping-set.ts';
import type { SigningKey } from '../../core/credential/jwt.ts';
import type { Crypto } from '../../core/crypto.ts';
import type { StatusRecord } from '../../core/record/derived.ts';
import type { StatusLists } from '../../core/status/accepted-lists.ts';
import type { Clock } from '../../service/clock.ts';
import type { Log } from '../../service/logging.ts';
import type { Store } from '../../service/store.ts';
import type { RecordIssuer } from '../issue.ts';
import type { KeyedIndex } from '../keyed-index.ts';
import type { Lock } from '../lock.ts';
import type { Progress } from '../progress.ts';
import type { IssuerTables } from '../store.ts';
import type { BlindedQueue } from './blinded-queue.ts';
import type { ConversionPort } from './ports.ts';
import type { SealedEntries } from './sealed-entries.ts';

export interface ConversionHouse<Entry> {
  readonly crypto: Crypto;
  readonly did: string;
  /** Signs receipts. */
  readonly key: SigningKey;
  /** 32 bytes, this issuer's alone: of nullifiers and padding. */
  readonly secret: Uint8Array;
  readonly store: Store;
  readonly tables: IssuerTables;
  readonly index: KeyedIndex;
  readonly ledger: ConversionPort;
  readonly mappings: MappingSet;
  readonly queue: BlindedQueue;
  readonly entries: SealedEntries<Entry>;
  /** Held while what is kept of a conversion is read and written again; never while the ledger is waited for. */
  readonly passing: Lock;
  readonly now: Clock;
  readonly progress: Progress;
  readonly issueDerived: RecordIssuer['issueDerived'];
  /** The text of a record's travel code; `undefined` until it is released, and when the record is gone. */
  readonly codeOf: (recordId: string) => Promise<string | undefined>;
  /** Tells, whenever it is asked, whether there is such a text; never of a record that is gone by now. */
  readonly watchRelease: (recordId: string) => Promise<() => boolean>;
  /** The handle of a record's travel credential; `undefined` when the record is gone. */
  readonly handleOf: (recordId: string) => Promise<string | undefined>;
  /** The record of a credential of ours; `undefined` when it is gone. */
  readonly recordIdOf: (handle: string) => Promise<string | undefined>;
  /** The status list that a credential of ours names, with what its holder needs besides. */
  readonly carriedList: (payloadBytes: Uint8Array) => Promise<CarriedList>;
  /** What a health code of ours says, if it is there, has not ended, and shows the colour that we derive now. */
  readonly standing: (handle: string) => Promise<StatusRecord | undefined>;
  /** Our own lists, as far as the ledger vouches for them. */
  readonly statusLists: () => StatusLists;
  /** Revokes and destroys; again: nothing more. Rejects while a legal hold stands, or the person's file does not open. */
  readonly erase: (recordId: string) => Promise<void>;
  /** Something waits for the next pass. */
  readonly onDue: () => void;
  readonly log: Pick<Log, 'error'>;
}
