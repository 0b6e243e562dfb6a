/**
 * An issuer: what it holds, what it can do, how it starts and stops. Data flows
 * row → `issue` → store → `lanes` → `pipeline` → `batches` → ledger → `release`, and act → `acts` → `status` → ledger.
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
import type { StatusPurpose } from '../core/status/bitstring-status-list.ts';
import type { Crypto } from '../core/crypto.ts';
import type { HealthRecord } from '../core/record/record.ts';
import { issuerIdOf } from '../ledger/identifiers.ts';
import type { Clock, RandomBytes } from '../service/clock.ts';
import { silentLogger, type Log } from '../service/logging.ts';
import { Store, WriteBatch } from '../service/store.ts';
import { Acts, type CredentialStatus } from './acts/acts.ts';
import { correct, type Corrected, type Correction } from './acts/correct.ts';
import { ActHistory } from './acts/history.ts';
import { ProposalSealer } from './acts/proposal-entry.ts';
import { Proposals } from './acts/proposals.ts';
import { Background } from './background.ts';
import { Batches } from './batches.ts';
import { Budget } from './budget/budget.ts';
import type { BudgetConfig } from './budget/rules.ts';
import type { IssuerConfig } from './config.ts';
import { IssuerError } from './errors.ts';
import { Gate } from './gate.ts';
import type { IntakeRow } from './intake/row.ts';
import { RecordIssuer } from './issue.ts';
import { IdempotencyKeys } from './idempotency.ts';
import { KeyRotation } from './keys/key-rotation.ts';
import type { KeyRegistryPort, KeyStorePort } from './keys/ports.ts';
import { SigningDesk, type PresentKey } from './keys/signing-desk.ts';
import { KeyedIndex } from './keyed-index.ts';
import { Lanes } from './lanes.ts';
import { ListAllocator } from './list-allocator.ts';
import { createIssuerMetrics, type IssuerMetrics } from './metrics.ts';
import { Pipeline } from './pipeline.ts';
import { PRIVACY_DEFAULTS } from './privacy/config.ts';
import { KeyRing } from './privacy/key-ring.ts';
import { Privacy } from './privacy/privacy.ts';
import type { AnchorPort, StatusPort } from './ports.ts';
import { Receipts, type LeafAnswer } from './receipts.ts';
import { Release, type HeldCredential, type StoredRecord } from './release.ts';
import { Reopening } from './reopening.ts';
import type { AnsweredChunk, RefusedRow, RowResult } from './row.ts';
import type { WorkingSecrets } from './secrets.ts';
import { Status, type StatusPlace } from './status.ts';
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
  readonly keys: IdempotencyKeys;
  readonly receipts: Receipts;
  readonly lanes: Lanes;
  readonly batches: Batches;
  readonly release: Release;
  readonly acts: Acts;
  readonly status: Status;
  readonly publication: StatusPublication;
  readonly background: Background;
  readonly rotation: KeyRotation;
  readonly privacy: Privacy;
}

const PATIENCE_MS = 5_000;
const IDENTITY = toUtf8('identity');
const NO_BUDGET: BudgetConfig = { rules: [], utcOffsetMinutes: 0 };

export class Issuer implements AsyncDisposable {
  readonly config: IssuerConfig;
  readonly metrics: IssuerMetrics;
  /** The issuer as the ledger names it. */
  readonly id: Hex;
  readonly #house: Reopening<Parts>;
  readonly #disconnect: () => void;

  private constructor(config: IssuerConfig, ports: IssuerPorts, house: Reopening<Parts>) {
    this.config = config;
    this.id = issuerIdOf(config.did);
    this.#disconnect = () => ports[Symbol.dispose]?.();
    this.metrics = house.current.metrics;
    this.#house = house;
  }

  /** Public part of the key that signs now. */
  get key(): Pick<PresentKey, 'kid' | 'publicKey'> {
    return this.#house.latest.key;
  }

  /** Erasure, retention, access reports. */
  get privacy(): Privacy {
    return this.#parts.privacy;
  }

  /** All that works on the store; throws `STORE_FAILED` while that is opened again. */
  get #parts(): Parts {
    return this.#house.current;
  }

  /**
   * Opens the store and, when the ledger answers, compares the two. Throws `STORE_LOCKED`,
   * `ISSUER_STORE_OF_ANOTHER`, `ISSUER_SECRET_INVALID`, `ISSUER_LEDGER_CONFLICT`, `ISSUER_STORE_BEHIND`. A
   * ledger that is down is no obstacle: the comparison then precedes the first pass.
   */
  static async open(config: IssuerConfig, secrets: WorkingSecrets, ports: IssuerPorts): Promise<Issuer> {
    const opening = { config, secrets, ports, metrics: createIssuerMetrics() };
    const house = await Reopening.open<Parts>({
      open: (onFailure) => openAndCompare({ ...opening, onFailure }, (work) => work.reconcileIfReachable()),
      reopen: (onFailure, { finisher: { signingKey } }) =>
        openAndCompare({ ...opening, secrets: { ...secrets, signingKey }, onFailure }, (work) =>
          work.reconcileOrHalt(),
        ),
      close: closeParts,
      onReopened: (parts, before) => {
        if (!before.background.isStarted) return;
        parts.background.start();
        parts.privacy.start();
      },
      log: ports.log ?? silentLogger,
    });
    return new Issuer(config, ports, house);
  }

  /** Begins to batch, anchor and publish by itself. */
  start(): void {
    const { background, privacy, rotation } = this.#parts;
    background.start();
    privacy.start();
    void rotation.report();
  }

  /** See `RecordIssuer.issueRows`. */
  issueRows(rows: AsyncIterable<IntakeRow> | Iterable<IntakeRow>): AsyncGenerator<RowResult> {
    return this.#parts.records.issueRows(rows);
  }

  /**
   * As `RecordIssuer.issueChunks`, with an idempotency key if there is one: the same rows under the same key are
   * answered the same. Throws `IDEMPOTENCY_KEY_BUSY`, `IDEMPOTENCY_KEY_REUSED`.
   */
  async *takeIn(
    rows: AsyncIterable<IntakeRow> | Iterable<IntakeRow>,
    { key }: { readonly key?: string | undefined } = {},
  ): AsyncGenerator<AnsweredChunk> {
    const { records, keys } = this.#parts;
    using attempt = key === undefined ? undefined : await keys.begin(key);
    yield* records.issueChunks(rows, attempt);
  }

  /** What the leaves of a receipt came to; throws `RECEIPT_INVALID`. */
  proveReceipt(receipt: string): Promise<readonly LeafAnswer[]> {
    return this.#parts.receipts.prove(receipt);
  }

  /** Throws `RECORD_NOT_FOUND`. */
  record(recordId: string): Promise<StoredRecord> {
    return this.#parts.release.record(recordId);
  }

  /** The record itself, personal data; throws `RECORD_NOT_FOUND`. */
  recordContent(recordId: string): Promise<HealthRecord> {
    return this.#parts.release.content(recordId);
  }

  /** Throws `CREDENTIAL_NOT_FOUND`. */
  credential(handle: string): Promise<HeldCredential> {
    return this.#parts.release.credential(handle);
  }

  /** The text of a released credential's code; throws `CREDENTIAL_NOT_FOUND`, `CREDENTIAL_NOT_RELEASED`. */
  code(handle: string): Promise<string> {
    return this.#parts.release.code(handle);
  }

  /** Legal acts on what was issued. They are taken in also while nothing may be issued (`ISSUER_HALTED`). */
  get acts(): Acts {
    return this.#parts.acts;
  }

  /** Issues a corrected record and proposes that it supersede the old one; see `acts/correct.ts`. */
  correct(correction: Correction): Promise<Corrected | RefusedRow> {
    return correct(correction, {
      acts: this.acts,
      issueRows: (rows) => this.issueRows(rows),
      checkRecord: (recordId) => this.record(recordId),
    });
  }

  /** The status lists; whoever erases a record revokes it there first. */
  get status(): Pick<Status, 'revoke' | 'isRevocationPublished' | 'publishedValue'> {
    return this.#parts.status;
  }

  /** Where the status of a credential stands; throws `CREDENTIAL_NOT_FOUND`. */
  placeOf(handle: string): Promise<StatusPlace> {
    return this.#parts.release.statusPlace(handle);
  }

  /** What the acts on a credential come to now; throws `CREDENTIAL_NOT_FOUND`. */
  async statusOf(handle: string): Promise<CredentialStatus> {
    return await this.#parts.acts.statusOf(await this.placeOf(handle));
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

  /** The same list for verifiers that speak W3C; throws as {@link statusToken}. */
  statusCredential(name: string, purpose: StatusPurpose): Promise<string> {
    return this.#parts.publication.credential(name, purpose);
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
    return this.#house.isOpen && this.#parts.store.healthy;
  }

  /** Resolves when the store, after a write that failed, is open again; at once when nothing has failed. */
  async untilReopened(): Promise<void> {
    await this.#house.settled();
  }

  /** Store and ledger do not contradict each other. */
  get isOpen(): boolean {
    return this.#house.isOpen && this.#parts.gate.isOpen;
  }

  get isLedgerUp(): boolean {
    return this.#house.isOpen && this.#parts.background.isLedgerUp;
  }

  /** Lets the pass under way end, for a while; what waits is there at the next start. */
  async close(): Promise<void> {
    const closed = this.#house.close();
    const patience = new AbortController();
    await Promise.race([closed, delay(PATIENCE_MS, undefined, patience).catch(() => undefined)]);
    patience.abort();
    this.#disconnect();
    await closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

interface Opening {
  readonly config: IssuerConfig;
  readonly secrets: WorkingSecrets;
  readonly ports: IssuerPorts;
  readonly metrics: IssuerMetrics;
  readonly onFailure: () => void;
}

/** `compare` is told of parts that are wired but have not looked at the ledger. */
async function openAndCompare(
  opening: Opening,
  compare: (background: Background) => Promise<void>,
): Promise<Parts> {
  const { config, onFailure } = opening;
  const store = await Store.open(join(config.dataFolder, 'store'), { onFailure });
  try {
    const parts = await openParts(opening, store);
    await compare(parts.background);
    return parts;
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** After the pass under way: two at a time would not know of each other. */
async function closeParts({ background, privacy, finisher, store }: Parts): Promise<void> {
  await Promise.all([background.stop(), privacy.stop()]);
  await finisher[Symbol.asyncDispose]();
  await store.close();
}

/** Wires the parts, in the order of the data flow. */
async function openParts({ config, secrets, ports, metrics }: Opening, store: Store): Promise<Parts> {
  const { crypto, now, randomBytes, log = silentLogger } = ports;
  const { did, publicBaseUrl, windowMs, maxWaiting } = config;
  const { freshForSeconds } = config.status;
  const tables = readersOf(store);
  await checkIdentity(store, tables, did);

  const gate = new Gate();
  const index = new KeyedIndex(secrets.indexKey);
  const { privacy: privacyConfig = PRIVACY_DEFAULTS } = config;
  const folder = privacyConfig.epochFolder ?? join(config.dataFolder, 'epochs');
  const ring = await KeyRing.open({ store, tables, folder, did, ...secrets, randomBytes });
  const { envelope } = ring;
  const keyEncryption = ring.keys;
  const finisher = new SigningDesk({ ...secrets, did, keyEncryption }, { crypto, randomBytes, envelope });
  const { presentKey: key, sealer } = finisher;

  const batches = await Batches.open({ crypto, store, tables, now, randomBytes, seedKey: secrets.batchSeed });
  const lanes = await Lanes.open(tables, await batches.stagedEnds(), now());
  const lists = await ListAllocator.open(tables, { envelope, randomBytes, publicBaseUrl });
  const common = { crypto, store, tables, lists, now, randomBytes, metrics, log };
  const proposals = await Proposals.open({
    crypto,
    tables,
    sealer: new ProposalSealer(secrets.indexKey, randomBytes),
  });
  const history = await ActHistory.open({ store, tables, proposals });
  const judged = { ...common, did, proposals, history, ledger: ports.status };
  const status = await Status.open({ ...judged, freshForSeconds });
  const pipeline = new Pipeline({ batches, lanes, ledger: ports.ledger, now, windowMs, metrics, log });
  const release = new Release({ crypto, tables, index, sealer, batches, lanes, lists, status });
  const budget = await Budget.open(config.budget ?? NO_BUDGET, {
    ...common,
    indexKey: secrets.indexKey,
    nowSeconds: Math.floor(now() / 1000),
  });
  const receipts = new Receipts({ did, key, index, release, now });
  const keys = new IdempotencyKeys({ store, tables, index, now });
  const acts = await Acts.open({
    ...judged,
    index,
    sealer,
    placesOf: async (target) =>
      target.by === 'credential'
        ? [await release.statusPlace(target.handle)]
        : await release.statusPlaces(target.recordId),
    onApproved: () => background.wake(),
    publishedVersion: () => status.published?.version.version ?? 0,
  });
  const background = new Background({ pipeline, acts, status, lanes, gate, metrics, now, log });
  const records = await RecordIssuer.open({
    ...common,
    budget,
    did,
    index,
    ring,
    lanes,
    finisher,
    maxWaiting,
    checkOpen: () => gate.check(),
    describe: (number) => release.describe(number),
    receipts,
    onStored: (count) => {
      metrics.records.inc(count);
      background.wake();
    },
  });
  const privacy = new Privacy({
    ...common,
    did,
    key,
    config: privacyConfig,
    index,
    ring,
    sealer,
    batches,
    lanes,
    finisher,
    records,
    release,
    acts,
    status,
    onErased: (count) => {
      metrics.erased.inc(count);
      background.wake();
    },
  });
  const publication = new StatusPublication({ crypto, did, key, lists, status, freshForSeconds });
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
    keys,
    receipts,
    lanes,
    batches,
    release,
    acts,
    status,
    publication,
    background,
    rotation,
    privacy,
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
