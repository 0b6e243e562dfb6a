/**
 * An issuer: what it holds, what it can do, how it starts and stops. Data flows
 * row → `issue` → store → `lanes` → `pipeline` → `batches` → ledger → `release`, and act → `status` → ledger.
 *
 *   await using issuer = await Issuer.open(config, secrets, ports);
 *   issuer.start();
 *   for await (const result of issuer.issueRows(rows)) …
 */
import { join } from 'node:path';
import type { Crypto } from '../core/crypto.ts';
import { fromUtf8, toUtf8 } from '../core/bytes/utf8.ts';
import { HclError } from '../core/errors.ts';
import type { Clock, RandomBytes } from '../service/clock.ts';
import { Envelope } from '../service/envelope.ts';
import { silentLogger, type Log } from '../service/logging.ts';
import { Store, WriteBatch } from '../service/store.ts';
import type { RevocationReason } from './act.ts';
import { Batches } from './batches.ts';
import type { IssuerConfig } from './config.ts';
import { IssuerError } from './errors.ts';
import { RecordIssuer } from './issue.ts';
import { KeyedIndex } from './keyed-index.ts';
import { Lanes, LANE_COUNT } from './lanes.ts';
import { ListAllocator } from './list-allocator.ts';
import { Lock } from './lock.ts';
import { createIssuerMetrics, type IssuerMetrics } from './metrics.ts';
import { Pipeline } from './pipeline.ts';
import type { AnchorPort, StatusPort } from './ports.ts';
import { RecordSealer } from './record-entry.ts';
import { Release, type HeldCredential, type StoredRecord } from './release.ts';
import type { IntakeRow, RowResult } from './row.ts';
import { Scheduler } from './scheduler.ts';
import type { IssuerSecrets } from './secrets.ts';
import { issuerKeyOf, type IssuerKey } from './signing.ts';
import { Status } from './status.ts';
import { StatusPublication, type StatusManifest } from './status-publication.ts';
import { readersOf, TABLES } from './store.ts';
import { toBatchLeaves, type BatchLeaves } from './batch-leaves.ts';

export interface IssuerPorts {
  readonly crypto: Crypto;
  readonly ledger: AnchorPort;
  readonly status: StatusPort;
  readonly now: Clock;
  readonly randomBytes: RandomBytes;
  readonly log?: Log;
}

/** Which credentials to revoke: one, or all of a record. */
export type RevocationTarget = { readonly handle: string } | { readonly recordId: string };

export interface RevocationResult {
  /** Everything named was revoked before. */
  readonly alreadyRevoked: boolean;
  /** The ledger says so too. */
  readonly published: boolean;
}

interface Parts {
  readonly store: Store;
  readonly key: IssuerKey;
  readonly metrics: IssuerMetrics;
  readonly lanes: Lanes;
  readonly batches: Batches;
  readonly status: Status;
  readonly publication: StatusPublication;
  readonly pipeline: Pipeline;
  readonly release: Release;
}

const IDENTITY = toUtf8('identity');

export class Issuer implements AsyncDisposable {
  readonly config: IssuerConfig;
  readonly metrics: IssuerMetrics;
  /** Public part of the signing key. */
  readonly key: Pick<IssuerKey, 'kid' | 'publicKey'>;
  readonly #parts: Parts;
  readonly #records: RecordIssuer;
  readonly #scheduler: Scheduler;
  readonly #log: Log;
  readonly #passing = new Lock();
  #reconciled = false;
  #halted: Error | undefined;

  private constructor(config: IssuerConfig, ports: IssuerPorts, parts: Parts, records: RecordIssuer) {
    this.config = config;
    this.metrics = parts.metrics;
    this.key = parts.key;
    this.#parts = parts;
    this.#records = records;
    this.#log = ports.log ?? silentLogger;
    this.#scheduler = new Scheduler({
      pass: () => this.pass({ force: false }),
      nextDueMs: () => this.#nextDueMs(),
      onFailure: (err, attempt) => this.#onFailure(err, attempt),
      now: ports.now,
    });
  }

  /**
   * Opens the store and, when the ledger answers, compares the two. Throws `STORE_LOCKED`,
   * `ISSUER_STORE_OF_ANOTHER`, `ISSUER_SECRET_INVALID`, `ISSUER_LEDGER_CONFLICT`, `ISSUER_STORE_BEHIND`. A
   * ledger that is down is no obstacle: the comparison then precedes the first pass.
   */
  static async open(config: IssuerConfig, secrets: IssuerSecrets, ports: IssuerPorts): Promise<Issuer> {
    const store = await Store.open(join(config.dataFolder, 'store'));
    try {
      const issuer = await openOn(store, config, secrets, ports, (parts, makeRecords) => {
        let opened: Issuer | undefined;
        return makeRecords({
          checkOpen: () => opened?.checkOpen(),
          onStored: (count) => opened?.onStored(count),
        }).then((records) => (opened = new Issuer(config, ports, parts, records)));
      });
      await issuer.#reconcileIfReachable();
      return issuer;
    } catch (error) {
      await store.close();
      throw error;
    }
  }
}
