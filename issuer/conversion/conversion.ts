/**
 * Conversions of one issuer, as source and as target: what they work with, and the pass that brings to the ledger what
 * waits. There is nothing of it in an issuer that has no ledger to read.
 */
import type { Hex } from '../../core/bytes/hex.ts';
import type { MappingSet } from '../../core/conversion/mapping-set.ts';
import type { SigningKey } from '../../core/credential/jwt.ts';
import type { Crypto } from '../../core/crypto.ts';
import type { StatusRecord } from '../../core/record/derived.ts';
import { HclError, invariant } from '../../core/errors.ts';
import { hmacSha256 } from '../../core/commitment/hmac.ts';
import { toUtf8 } from '../../core/bytes/utf8.ts';
import type { Clock, RandomBytes } from '../../service/clock.ts';
import type { Log } from '../../service/logging.ts';
import { WriteBatch, type Store } from '../../service/store.ts';
import type { RecordIssuer } from '../issue.ts';
import type { KeyedIndex } from '../keyed-index.ts';
import type { ListAllocator } from '../list-allocator.ts';
import { Lock } from '../lock.ts';
import type { Privacy } from '../privacy/privacy.ts';
import type { Progress } from '../progress.ts';
import type { Release } from '../release.ts';
import { Scheduler } from '../scheduler.ts';
import type { Status } from '../status.ts';
import { TABLES, type IssuerTables } from '../store.ts';
import { ConversionAccount } from './account.ts';
import { BlindedQueue } from './blinded-queue.ts';
import type { QuotaPort, StatusPort } from './decision-ports.ts';
import type { ConversionHouse } from './house.ts';
import { TO_REWRITE } from './kept.ts';
import { carriedList, ownLists } from './own-lists.ts';
import type { ConversionPort } from './ports.ts';
import { SealedEntries } from './sealed-entries.ts';
import { Officers } from './officers.ts';
import { ConversionSource } from './source.ts';
import { ConversionTarget } from './target.ts';

export interface ConversionDependencies {
  readonly crypto: Crypto;
  readonly did: string;
  /** This issuer, as the ledger names it. */
  readonly issuer: Hex;
  readonly key: SigningKey;
  /** 32 bytes, from the issuer's secrets. */
  readonly indexKey: Uint8Array;
  readonly store: Store;
  readonly tables: IssuerTables;
  readonly index: KeyedIndex;
  readonly randomBytes: RandomBytes;
  readonly now: Clock;
  readonly log: Log;
  readonly ledger: ConversionPort;
  readonly mappings: MappingSet;
  readonly records: Pick<RecordIssuer, 'issueDerived'>;
  readonly release: Pick<Release, 'codeOf' | 'handleOf' | 'origin' | 'recordIdOf' | 'watch'>;
  readonly lists: Pick<ListAllocator, 'uriOf'>;
  readonly status: Pick<Status, 'published' | 'publishedValue'>;
  readonly privacy: Pick<Privacy, 'erase'>;
  readonly grants: StatusPort;
  readonly quota: QuotaPort;
  readonly progress: Progress;
}

/** All that names a conversion and is erased with it. */
const FORGETTING = [
  TABLES.conversions,
  TABLES.conversionIds,
  TABLES.conversionReceipts,
  TABLES.decisions,
  TABLES.decisionIds,
];
const DAY_MS = 86_400_000;
/** What was read of the ledger is at most so old, also while a batch waits for its block. */
const READ_EVERY_MS = 100;

export class Conversion {
  readonly source: ConversionSource;
  readonly target: ConversionTarget;
  readonly account: ConversionAccount;
  readonly officers: Officers;
  /** Something of it may have become final, or been read. */
  readonly progress: Progress;
  readonly #queue: BlindedQueue;
  readonly #ledger: ConversionPort;
  readonly #passing: Lock;
  /** One pass of the queue at a time, however long the ledger takes. */
  readonly #sent = new Lock();
  readonly #reading: Scheduler;
  readonly #sending: Scheduler;
  readonly #store: Store;
  readonly #tables: IssuerTables;
  readonly #now: Clock;
  #readAtMs = 0;
  /** The last day on which everything that was over its time was forgotten. */
  #forgottenOn: number | undefined;

  private constructor(
    parts: Pick<Conversion, 'source' | 'target' | 'account' | 'officers'> & {
      readonly queue: BlindedQueue;
      readonly passing: Lock;
    },
    { ledger, log, now, progress, store, tables }: ConversionDependencies,
  ) {
    this.source = parts.source;
    this.target = parts.target;
    this.account = parts.account;
    this.officers = parts.officers;
    this.progress = progress;
    this.#queue = parts.queue;
    this.#passing = parts.passing;
    this.#ledger = ledger;
    this.#now = now;
    this.#store = store;
    this.#tables = tables;
    const common = {
      onFailure: (err: unknown, attempt: number) =>
        log.warn({ err, attempt }, 'conversions wait for the ledger'),
      now,
    };
    this.#reading = new Scheduler({
      pass: () => this.#read(),
      nextDueMs: () => this.#readAtMs + READ_EVERY_MS,
      ...common,
    });
    this.#sending = new Scheduler({
      // A peer whose values are rejected waits in the queue; to back off here would hold up all others.
      pass: () =>
        this.#sendDue().catch((err: unknown) => log.warn({ err }, 'conversions wait for the ledger')),
      nextDueMs: () => this.#queue.nextDueMs,
      ...common,
    });
  }

  static async open(deps: ConversionDependencies): Promise<Conversion> {
    const { crypto, indexKey, issuer, ledger, mappings, now, progress, store, tables } = deps;
    const secret = hmacSha256(crypto, indexKey, toUtf8('hcl/conversion-secret/1'));
    const passing = new Lock();
    const queue = await BlindedQueue.open({ crypto, store, tables, ledger, issuer, secret, now, passing });
    let wake = (): void => undefined;
    const { did, index, key, records, release, privacy } = deps;
    const common: Omit<ConversionHouse<never>, 'entries'> = {
      crypto,
      did,
      key,
      secret,
      store,
      tables,
      index,
      ledger,
      mappings,
      queue,
      passing,
      now,
      progress,
      issueDerived: (all, also) => records.issueDerived(all, also),
      codeOf: async (recordId) => await ifThere(release.codeOf(recordId, 'travel')),
      watchRelease: async (recordId) => (await ifThere(release.watch(recordId, 'travel'))) ?? (() => false),
      handleOf: async (recordId) => await ifThere(release.handleOf(recordId, 'travel')),
      recordIdOf: async (handle) => await ifThere(release.recordIdOf(handle)),
      carriedList: (payloadBytes) => Promise.resolve(carriedList(deps, payloadBytes)),
      standing: async (handle) => await ifThere(standing(deps, handle)),
      statusLists: () => ownLists(deps),
      erase: async (recordId) => {
        await ifThere(privacy.erase(recordId, 'subject-request'));
      },
      onDue: () => wake(),
      log: deps.log,
    };
    const sealed = { secret, randomBytes: deps.randomBytes };
    const source = await ConversionSource.open({
      ...common,
      entries: await SealedEntries.open({
        ...sealed,
        table: TABLES.conversions,
        reader: tables.conversions,
        domain: 'hcl/conversions/1',
      }),
      receipts: await SealedEntries.open({
        ...sealed,
        table: TABLES.conversionReceipts,
        reader: tables.conversionReceipts,
        domain: 'hcl/conversion-receipts/1',
      }),
    });
    const target = await ConversionTarget.open({
      ...common,
      entries: await SealedEntries.open({
        ...sealed,
        table: TABLES.decisions,
        reader: tables.decisions,
        domain: 'hcl/decisions/1',
      }),
      status: deps.grants,
      quota: deps.quota,
    });
    const account = new ConversionAccount({ queue, source, target, ledger });
    const officers = await Officers.open(store, tables);
    const conversion = new Conversion({ source, target, account, officers, queue, passing }, deps);
    wake = () => conversion.#sending.wake();
    return conversion;
  }

  start(): void {
    this.#reading.start();
    this.#sending.start();
  }

  /** Ends after the passes under way. */
  async stop(): Promise<void> {
    await Promise.all([this.#reading.stop(), this.#sending.stop()]);
    await this.#sent.run(() => Promise.resolve());
    await this.#passing.run(() => Promise.resolve());
  }

  /**
   * Reads the ledger, forgets what by its time too is over, sends what waits and notes what was answered. Throws what the
   * ledger rejects with.
   */
  async pass(): Promise<void> {
    await this.#ledger.sync();
    await this.#forget();
    try {
      await this.#inTurn(() => this.#queue.pass());
    } finally {
      await this.source.settle();
    }
  }

  async #read(): Promise<void> {
    this.#readAtMs = this.#now();
    const { number } = this.#ledger.state.head;
    await this.#ledger.sync();
    await this.#forget();
    if (this.#ledger.state.head.number !== number) this.progress.made();
    await this.source.settle();
  }

  async #sendDue(): Promise<void> {
    await this.#inTurn(() => this.#queue.passDue());
  }

  async #inTurn(pass: () => Promise<void>): Promise<void> {
    try {
      await this.#sent.run(pass);
    } finally {
      this.progress.made();
    }
  }

  /** Once a day. Level keeps deleted bytes until it merges, so the files are rewritten, after a restart too. */
  async #forget(): Promise<void> {
    const today = Math.floor(this.#now() / DAY_MS);
    if (this.#forgottenOn === today) return;
    for (const side of [this.source, this.target]) {
      while (await this.#passing.run(() => side.forget()));
      await this.#passing.run(() => side.counts.fold());
    }
    if ((await this.#tables.meta.get(TO_REWRITE)) !== undefined) {
      await this.#store.compact(FORGETTING);
      await this.#store.commit(new WriteBatch().delete(TABLES.meta, TO_REWRITE));
    }
    this.#forgottenOn = today;
  }
}

async function standing(
  { grants, release, status }: ConversionDependencies,
  handle: string,
): Promise<StatusRecord | undefined> {
  const { record, statusPlace } = await release.origin(handle);
  if (status.publishedValue(statusPlace) !== 'valid') return undefined;
  invariant(record.type === 'status', 'a health code was issued from a status record');
  const own = await grants.ownColour(record.subject, record.scheme);
  return own?.state === record.state ? record : undefined;
}

const GONE: ReadonlySet<string> = new Set(['RECORD_NOT_FOUND', 'CREDENTIAL_NOT_FOUND']);

/** A record that was erased is no longer there: that is no failure here. */
async function ifThere<Result>(result: Promise<Result>): Promise<Result | undefined> {
  try {
    return await result;
  } catch (error) {
    if (error instanceof HclError && GONE.has(error.code)) return undefined;
    throw error;
  }
}
