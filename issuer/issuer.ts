/**
 * An issuer: what it holds, what it can do, how it starts and stops. Data flows
 * row → `issue` → store → `lanes` → `pipeline` → `batches` → ledger → `release`, and act → `status` → ledger.
 *
 *   await using issuer = await Issuer.open(config, secrets, ports);
 *   issuer.start();
 *   for await (const result of issuer.issueRows(rows)) …
 */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fromUtf8, toUtf8 } from '../core/bytes/utf8.ts';
import type { Hex } from '../core/bytes/hex.ts';
import { fromHex, toHex } from '../core/bytes/hex.ts';
import type { BatchClass } from '../core/credential/credential-type.ts';
import type { Crypto } from '../core/crypto.ts';
import { issuerIdOf } from '../ledger/identifiers.ts';
import type { Clock, RandomBytes } from '../service/clock.ts';
import { Envelope } from '../service/envelope.ts';
import { silentLogger, type Log } from '../service/logging.ts';
import { Store, WriteBatch } from '../service/store.ts';
import type { RevocationReason } from './act.ts';
import { Background } from './background.ts';
import { Batches } from './batches.ts';
import { Budget } from './budget/budget.ts';
import type { BudgetConfig } from './budget/rules.ts';
import type { IssuerConfig } from './config.ts';
import { IssuerError } from './errors.ts';
import { Gate } from './gate.ts';
import type { IntakeRow } from './intake/row.ts';
import { RecordIssuer } from './issue.ts';
import { KeyRotation } from './keys/key-rotation.ts';
import type { KeyRegistryPort, KeyStorePort } from './keys/ports.ts';
import { SigningDesk, type PresentKey } from './keys/signing-desk.ts';
import { KeyedIndex } from './keyed-index.ts';
import { Lanes } from './lanes.ts';
import { ListAllocator } from './list-allocator.ts';
import { createIssuerMetrics, type IssuerMetrics } from './metrics.ts';
import { Pipeline } from './pipeline.ts';
import type { AnchorPort, StatusPort } from './ports.ts';
import { Release, type HeldCredential, type StoredRecord } from './release.ts';
import type { RowResult } from './row.ts';
import type { WorkingSecrets } from './secrets.ts';
import { Status } from './status.ts';
import { StatusPublication, type StatusManifest } from './status-publication.ts';
import { readersOf, TABLES, type IssuerTables } from './store.ts';

/** Disposed with the issuer: whatever is asked of the ledger then is rejected. */
export interface IssuerPorts extends Partial<Disposable> {
  readonly crypto: Crypto;
  readonly ledger: AnchorPort;
  readonly status: StatusPort;
  readonly now: Clock;
  readonly randomBytes: RandomBytes;
  readonly log?: Log;
  /** To change the signing key from while running. */
  readonly keyStore?: KeyStorePort;
  /** To ask whether a signing key is good on the ledger. */
  readonly registry?: KeyRegistryPort;
}

/** Which credentials to revoke: one, or all of a record. */
export type RevocationTarget = { readonly handle: string } | { readonly recordId: string };

export interface RevocationResult {
  /** Everything named was revoked before. */
  readonly alreadyRevoked: boolean;
  /** The ledger says so too. */
  readonly published: boolean;
}

/** A final batch as anyone may have it: its leaf hashes in tree order, from which the root follows. */
export interface PublishedBatch {
  /** The issuer as the ledger names it. */
  readonly issuer: Hex;
  readonly root: Hex;
  readonly class: BatchClass;
  readonly log2Size: number;
  readonly sequence: number;
  readonly leaves: readonly Hex[];
}

interface Parts {
  readonly store: Store;
  readonly finisher: SigningDesk;
  readonly key: PresentKey;
  readonly metrics: IssuerMetrics;
  readonly gate: Gate;
  readonly records: RecordIssuer;
  readonly lanes: Lanes;
  readonly batches: Batches;
  readonly release: Release;
  readonly status: Status;
  readonly publication: StatusPublication;
  readonly background: Background;
  readonly rotation: KeyRotation;
}

const PATIENCE_MS = 5_000;
const IDENTITY = toUtf8('identity');
const NO_BUDGET: BudgetConfig = { rules: [], utcOffsetMinutes: 0 };

export class Issuer implements AsyncDisposable {
  readonly config: IssuerConfig;
  readonly metrics: IssuerMetrics;
  /** Public part of the signing key. */
  readonly key: Pick<PresentKey, 'kid' | 'publicKey'>;
  /** The issuer as the ledger names it. */
  readonly id: Hex;
  readonly #parts: Parts;
  readonly #disconnect: () => void;

  private constructor(config: IssuerConfig, ports: IssuerPorts, parts: Parts) {
    this.config = config;
    this.id = issuerIdOf(config.did);
    this.#disconnect = () => ports[Symbol.dispose]?.();
    this.metrics = parts.metrics;
    this.key = parts.key;
    this.#parts = parts;
  }

  /**
   * Opens the store and, when the ledger answers, compares the two. Throws `STORE_LOCKED`,
   * `ISSUER_STORE_OF_ANOTHER`, `ISSUER_SECRET_INVALID`, `ISSUER_LEDGER_CONFLICT`, `ISSUER_STORE_BEHIND`. A
   * ledger that is down is no obstacle: the comparison then precedes the first pass.
   */
  static async open(config: IssuerConfig, secrets: WorkingSecrets, ports: IssuerPorts): Promise<Issuer> {
    const store = await Store.open(join(config.dataFolder, 'store'));
    try {
      const parts = await openParts({ config, secrets, ports, store });
      await parts.background.reconcileIfReachable();
      return new Issuer(config, ports, parts);
    } catch (error) {
      await store.close();
      throw error;
    }
  }

  /** Begins to batch, anchor and publish by itself. */
  start(): void {
    this.#parts.background.start();
    void this.#parts.rotation.report();
  }

  /** See `RecordIssuer.issueRows`. */
  issueRows(rows: AsyncIterable<IntakeRow> | Iterable<IntakeRow>): AsyncGenerator<RowResult> {
    return this.#parts.records.issueRows(rows);
  }

  /** Throws `RECORD_NOT_FOUND`. */
  record(recordId: string): Promise<StoredRecord> {
    return this.#parts.release.record(recordId);
  }

  /** Throws `CREDENTIAL_NOT_FOUND`. */
  credential(handle: string): Promise<HeldCredential> {
    return this.#parts.release.credential(handle);
  }

  /** The text of a released credential's code; throws `CREDENTIAL_NOT_FOUND`, `CREDENTIAL_NOT_RELEASED`. */
  code(handle: string): Promise<string> {
    return this.#parts.release.code(handle);
  }

  /**
   * Revokes; on the disk when it resolves, also while nothing may be issued: what must stop being valid does
   * not wait for a quarrel with the ledger. Again: nothing new. Throws `CREDENTIAL_NOT_FOUND`, `RECORD_NOT_FOUND`.
   */
  async revoke(target: RevocationTarget, reason: RevocationReason): Promise<RevocationResult> {
    const { release, status, background } = this.#parts;
    const places =
      'handle' in target
        ? [await release.statusPlace(target.handle)]
        : await release.statusPlaces(target.recordId);
    const alreadyRevoked = places.every((place) => status.isRevoked(place));
    await status.revoke(places, reason);
    background.wake();
    return { alreadyRevoked, published: places.every((place) => status.isRevocationPublished(place)) };
  }

  /** Throws `BATCH_NOT_FOUND` for a root that is not one of our final batches. */
  async batch(root: string): Promise<PublishedBatch> {
    const { batches, lanes } = this.#parts;
    const found = await batches.findFinal(fromHex(root));
    if (found === undefined) throw new IssuerError('BATCH_NOT_FOUND', 'no final batch has this root');
    const { leafHashes } = await batches.tree(found, lanes);
    const leaves = Array.from({ length: 2 ** found.log2Size }, (_, i) =>
      toHex(leafHashes.subarray(32 * i, 32 * i + 32)),
    );
    const { class: batchClass, log2Size, sequence } = found;
    return { issuer: this.id, root: toHex(found.root), class: batchClass, log2Size, sequence, leaves };
  }

  /** Throws `STATUS_NOT_PUBLISHED`. */
  statusManifest(): Promise<StatusManifest> {
    return this.#parts.publication.manifest();
  }

  /** Throws `STATUS_LIST_NOT_FOUND`, `STATUS_NOT_PUBLISHED`. */
  statusToken(name: string): Promise<string> {
    return this.#parts.publication.token(name);
  }

  /**
   * Brings all that is stored to the ledger now, without waiting for windows: when it resolves, every
   * credential issued before is released. Throws what the ledger rejects with.
   */
  async settle(): Promise<void> {
    await this.#parts.background.pass({ force: true });
  }

  /** Changes of the signing key. */
  get rotation(): KeyRotation {
    return this.#parts.rotation;
  }

  /** Does what is due and nothing more. */
  async pass(): Promise<void> {
    await this.#parts.background.pass({ force: false });
  }

  /** The store takes writes. */
  get isStoreHealthy(): boolean {
    return this.#parts.store.healthy;
  }

  /** Store and ledger do not contradict each other. */
  get isOpen(): boolean {
    return this.#parts.gate.isOpen;
  }

  get isLedgerUp(): boolean {
    return this.#parts.background.isLedgerUp;
  }

  /** Lets the pass under way end, for a while; what waits is there at the next start. */
  async close(): Promise<void> {
    const stopped = this.#parts.background.stop();
    const patience = new AbortController();
    await Promise.race([stopped, delay(PATIENCE_MS, undefined, patience).catch(() => undefined)]);
    patience.abort();
    this.#disconnect();
    await stopped;
    await this.#parts.finisher[Symbol.asyncDispose]();
    await this.#parts.store.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

interface Opening {
  readonly config: IssuerConfig;
  readonly secrets: WorkingSecrets;
  readonly ports: IssuerPorts;
  readonly store: Store;
}

/** Wires the parts, in the order of the data flow. */
async function openParts({ config, secrets, ports, store }: Opening): Promise<Parts> {
  const { crypto, now, randomBytes, log = silentLogger } = ports;
  const { did, publicBaseUrl, windowMs, maxWaiting } = config;
  const { freshForSeconds } = config.status;
  const tables = readersOf(store);
  await checkIdentity(store, tables, did);

  const metrics = createIssuerMetrics();
  const gate = new Gate();
  const index = new KeyedIndex(secrets.indexKey);
  const envelope = new Envelope(secrets.keyEncryption, randomBytes);
  const finisher = new SigningDesk({ did, ...secrets }, { crypto, randomBytes });
  const { presentKey: key, sealer } = finisher;

  const batches = await Batches.open({ crypto, store, tables, now, randomBytes, seedKey: secrets.batchSeed });
  const lanes = await Lanes.open(tables, await batches.stagedEnds(), now());
  const lists = await ListAllocator.open(tables, { envelope, randomBytes, publicBaseUrl });
  const common = { crypto, store, tables, lists, now, randomBytes, metrics, log };
  const status = await Status.open({ ...common, ledger: ports.status, freshForSeconds });
  const pipeline = new Pipeline({ batches, lanes, ledger: ports.ledger, now, windowMs, metrics, log });
  const background = new Background({ pipeline, status, lanes, gate, metrics, now, log });
  const release = new Release({ crypto, tables, index, sealer, batches, lanes, lists, status });
  const budget = await Budget.open(config.budget ?? NO_BUDGET, {
    ...common,
    indexKey: secrets.indexKey,
    registry: metrics.registry,
    nowSeconds: Math.floor(now() / 1000),
  });
  const records = await RecordIssuer.open({
    ...common,
    budget,
    did,
    index,
    lanes,
    finisher,
    maxWaiting,
    checkOpen: () => gate.check(),
    describe: (number) => release.describe(number),
    onStored: (count) => {
      metrics.records.inc(count);
      background.wake();
    },
  });
  const publication = new StatusPublication({ crypto, key, lists, status, freshForSeconds });
  const rotation = await KeyRotation.open({
    ...common,
    desk: finisher,
    records,
    lanes,
    batches,
    status,
    publication,
    background,
    keyStore: ports.keyStore,
    registry: ports.registry,
  });
  return {
    store,
    finisher,
    key,
    metrics,
    gate,
    records,
    lanes,
    batches,
    release,
    status,
    publication,
    background,
    rotation,
  };
}

/** A store belongs to one issuer for ever: its envelopes and credentials name it. */
async function checkIdentity(store: Store, tables: IssuerTables, did: string): Promise<void> {
  const known = await tables.meta.get(IDENTITY);
  if (known === undefined) await store.commit(new WriteBatch().put(TABLES.meta, IDENTITY, toUtf8(did)));
  else if (fromUtf8(known) !== did) {
    throw new IssuerError('ISSUER_STORE_OF_ANOTHER', 'the data folder belongs to another issuer');
  }
}
