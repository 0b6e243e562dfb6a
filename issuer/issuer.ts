/**
 * An issuer: what it holds, what it can do, how it starts and stops. Data flows
 * row → `issue` → store → `lanes` → `pipeline` → `batches` → ledger → `release`, and act → `acts` → `status` → ledger.
 *
 *   await using issuer = await Issuer.open(config, secrets, ports);
 *   issuer.start();
 *   for await (const result of issuer.issueRows(rows)) …
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { BookingDesk } from '../booking/desk.ts';
import type { Hex } from '../core/bytes/hex.ts';
import { fromHex, toHex } from '../core/bytes/hex.ts';
import type { BatchClass } from '../core/credential/credential-type.ts';
import type { StatusPurpose } from '../core/status/bitstring-status-list.ts';
import type { DerivedRecord, IssuableRecord } from '../core/record/derived.ts';
import { invariant } from '../core/errors.ts';
import { issuerIdOf } from '../ledger/identifiers.ts';
import { silentLogger } from '../service/logging.ts';
import type { Acts, CredentialStatus } from './acts/acts.ts';
import { showActs } from './acts/act-tally.ts';
import { correct, type Corrected, type Correction } from './acts/correct.ts';
import type { IssuerConfig } from './config.ts';
import { IssuerError } from './errors.ts';
import type { Conversion } from './conversion/conversion.ts';
import { showConversions } from './conversion/shown-conversions.ts';
import type { ImportAnswer, ImportRequest } from './foreign/imports.ts';
import type { ForeignPublication } from './foreign/publication.ts';
import type { DerivedIssue } from './issue.ts';
import type { ColourActs } from './health/colour-acts.ts';
import type { Health } from './health/health.ts';
import type { IntakeRow } from './intake/row.ts';
import type { KeyRotation } from './keys/key-rotation.ts';
import type { PresentKey } from './keys/signing-desk.ts';
import { createIssuerMetrics, type IssuerMetrics } from './metrics.ts';
import type { Privacy } from './privacy/privacy.ts';
import type { LeafAnswer } from './receipts.ts';
import type { ForeignFormat } from './record-entry.ts';
import type { HeldCredential, StoredRecord } from './release.ts';
import { Reopening } from './reopening.ts';
import type { AnsweredChunk, RefusedRow, RowResult } from './row.ts';
import type { WorkingSecrets } from './secrets.ts';
import type { Status, StatusPlace } from './status.ts';
import type { StatusManifest } from './status-publication.ts';
import { closeParts, openAndCompare } from './opened-parts.ts';
import type { IssuerPorts, Parts } from './parts.ts';

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

const PATIENCE_MS = 5_000;

export class Issuer implements AsyncDisposable {
  readonly config: IssuerConfig;
  readonly metrics: IssuerMetrics;
  /** The issuer as the ledger names it. */
  readonly id: Hex;
  /** Whether it reads a ledger to convert by. */
  readonly isConverting: boolean;
  readonly #house: Reopening<Parts>;
  readonly #disconnect: () => void;

  private constructor(config: IssuerConfig, ports: IssuerPorts, house: Reopening<Parts>) {
    this.config = config;
    this.id = issuerIdOf(config.did);
    this.isConverting = ports.conversion !== undefined;
    this.#disconnect = () => ports[Symbol.dispose]?.();
    this.metrics = house.current.metrics;
    this.#house = house;
    showActs(
      this.metrics,
      () => (house.isOpen ? house.current.acts.tally : undefined),
      () => Math.floor(ports.now() / 1000),
    );
    if (this.isConverting) {
      showConversions(this.metrics, () => (house.isOpen ? house.current.conversion : undefined));
    }
  }

  /** Public part of the key that signs now. */
  get key(): Pick<PresentKey, 'kid' | 'publicKey'> {
    return this.#house.latest.key;
  }

  /** Erasure, retention, access reports. */
  get privacy(): Privacy {
    return this.#parts.privacy;
  }

  /** Codes to and from other places; only of an issuer that {@link isConverting}. */
  get conversion(): Conversion {
    const { conversion } = this.#parts;
    invariant(conversion !== undefined, 'whoever converts has asked whether it does');
    return conversion;
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
        parts.conversion?.start();
        parts.bookings.start();
      },
      log: ports.log ?? silentLogger,
    });
    return new Issuer(config, ports, house);
  }

  /** Begins to batch, anchor and publish by itself. */
  start(): void {
    const { background, privacy, conversion, rotation, bookings } = this.#parts;
    background.start();
    privacy.start();
    conversion?.start();
    bookings.start();
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

  /** For `health/` and `conversion/`, which derive records; see `RecordIssuer.issueDerived`. No route leads here. */
  issueDerived(records: readonly DerivedRecord[], also?: DerivedIssue): Promise<readonly RowResult[]> {
    return this.#parts.records.issueDerived(records, also);
  }

  /** Health codes: orders, rulings, colours. */
  get health(): Health {
    return this.#parts.health;
  }

  /** Every change of a colour. */
  get colourActs(): Pick<ColourActs, 'after'> {
    return this.#parts.colourActs;
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
  recordContent(recordId: string): Promise<IssuableRecord> {
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

  /** The record's code in the format of another system, made when there is none; see `ForeignCodes.issue`. */
  async issueForeign(recordId: string, format: ForeignFormat): Promise<HeldCredential> {
    const { foreign, release } = this.#parts;
    return await release.credential(await foreign.issue(recordId, format));
  }

  /** Issues again what a code of another system says; see `Imports.take`. */
  takeOver(request: ImportRequest): Promise<ImportAnswer> {
    return this.#parts.imports.take(request);
  }

  /** What verifiers of other systems need to know. */
  get foreign(): ForeignPublication {
    return this.#parts.foreignPublication;
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

  /** The quota of the authority's programmes. */
  get bookings(): BookingDesk {
    return this.#parts.bookings.desk;
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
