/**
 * The issuer's status lists: acts come in through their history, versions go to the ledger. As with batches: an act
 * is on the disk before it is answered, a version is staged before it is sent, looked up before it is sent again,
 * and served only when the ledger has it.
 *
 * A version shows the status of every credential at one instant (`asOf`), by the acts that were in order by then.
 * It is due when an act came in or an edge of one has passed: so what was decided for later, and suspensions that
 * end, come about by themselves. One caller publishes (the background's pass).
 */
import type { ERASED } from '../core/act/kinds.ts';
import { changesDigest } from '../core/act/places.ts';
import { fromHex, toHex } from '../core/bytes/hex.ts';
import { invariant } from '../core/errors.ts';
import { statusListDigest, statusListsRoot } from '../core/status/list-digest.ts';
import type { StatusValue } from '../core/status/token-status-list.ts';
import { readUint64, toUint64 } from '../service/big-endian.ts';
import type { Log } from '../service/logging.ts';
import { WriteBatch } from '../service/store.ts';
import { dueChanges, type DueChanges } from './acts/due-changes.ts';
import { eraseStatus, type ErasureDependencies } from './acts/erasure.ts';
import type { HoldingAct } from './acts/history.ts';
import type { StatusPlace } from './acts/place.ts';
import { IssuerError } from './errors.ts';
import type { IssuerMetrics } from './metrics.ts';
import type { PublishedStatus, StatusPort } from './ports.ts';
import { deleteChanges, explained, putChanges, readChanges, type PlaceChange } from './status-changes.ts';
import { nextImage, NO_IMAGE } from './status-image.ts';
import {
  decodeStatusVersion,
  encodeStatusVersion,
  type StatusImage,
  type StatusVersion,
} from './status-version.ts';
import { TABLES, type IssuerTables } from './store.ts';

export type { StatusPlace } from './acts/place.ts';

export interface StatusDependencies extends ErasureDependencies {
  readonly tables: IssuerTables;
  readonly ledger: StatusPort;
  readonly freshForSeconds: number;
  /** See `dueChanges`. */
  readonly maxChanges?: number;
  readonly metrics: IssuerMetrics;
  readonly log: Log;
}

/** A version with everything it says. */
export interface StatusSet {
  readonly version: StatusVersion;
  readonly image: StatusImage;
}

/** How far into the history of acts a version sees. */
interface Sight {
  readonly order: number;
  readonly atSeconds: number;
}

/** How far the ledger's clock may lag behind ours. */
const LEDGER_CLOCK_SKEW_SECONDS = 600;
const NO_SIGHT: Sight = { order: 0, atSeconds: 0 };

export class Status {
  readonly #deps: StatusDependencies;
  #staged: StatusSet | undefined;
  #published: StatusSet | undefined;
  /** Up to here all acts are looked at: what came after the staged version changed nothing. */
  #seen: Sight = NO_SIGHT;
  /** All that the ledger has up to this version is accounted for. */
  #seenThrough = 0;
  #isRenewalDue = false;

  private constructor(deps: StatusDependencies) {
    this.#deps = deps;
  }

  /** Folds the whole history of versions. */
  static async open(deps: StatusDependencies): Promise<Status> {
    const status = new Status(deps);
    const published = await deps.tables.published.first({ reverse: true });
    const publishedThrough = published === undefined ? 0 : readUint64(published.key);
    for await (const { value } of deps.tables.statuses.entries()) {
      const version = decodeStatusVersion(value);
      const changes = version.changes === 0 ? [] : await readChanges(deps.tables, version.version);
      status.#staged = status.#next(version, changes);
      status.#seen = sightOf(version);
      if (version.version === publishedThrough) status.#published = status.#staged;
    }
    status.#seenThrough = publishedThrough;
    return status;
  }

  get published(): StatusSet | undefined {
    return this.#published;
  }

  /** Whether verifiers can know this list. */
  isPublished(list: number): boolean {
    return this.#published?.image.has(list) ?? false;
  }

  /** What the ledger says, `undefined` while the list is not on it. */
  publishedValue({ list, index }: StatusPlace): StatusValue | undefined {
    return this.#published?.image.get(list)?.list.get(index);
  }

  /** Whether the ledger says so. */
  isRevocationPublished(place: StatusPlace): boolean {
    return this.publishedValue(place) === 'revoked';
  }

  /**
   * Revokes the places of records that are about to be erased, for good and without approval; on the disk when it
   * resolves, on the ledger with the next version ({@link isRevocationPublished}). Again: nothing new.
   */
  async revoke(places: readonly StatusPlace[], _reason: typeof ERASED): Promise<void> {
    await eraseStatus(places, this.#deps);
  }

  /** Compares store and ledger; throws the two fatal codes, or what the ledger rejects with. */
  async reconcile(): Promise<void> {
    const published = this.#published?.version;
    if (published !== undefined) {
      const current = await this.#deps.ledger.current();
      const version = current?.version ?? 0;
      const isForgotten = version < published.version;
      const isOther = version === published.version && !isSame(published, current);
      if (isForgotten || isOther) throw conflict(published.version);
    }
    await this.#look();
  }

  /** Publishes what is due. Throws what the ledger rejects with: the next call goes on from there. */
  async publishDue(): Promise<void> {
    await this.#look();
    while (this.isDue()) {
      if (this.#staged === this.#published) {
        if (!(await this.#stage())) continue;
      } else if (this.#isTaken() || this.#isTooLate()) await this.#stageAgain();
      await this.#publishStaged();
    }
  }

  /** A new version although nothing has changed: it will be signed with the key of that time. */
  renew(): void {
    this.#isRenewalDue = true;
  }

  isDue(): boolean {
    return this.#staged !== this.#published || this.#mustRenew() || this.#dueActs().length > 0;
  }

  /** When a version is due next, in the clock's milliseconds. */
  nextDueMs(): number {
    const edge = this.#deps.history.nextEdge(this.#seen.atSeconds);
    return Math.min(this.#refreshDueMs(), edge === undefined ? Number.POSITIVE_INFINITY : edge * 1000);
  }

  /** A version is due even when no act changes anything. */
  #mustRenew(): boolean {
    const hasNewList = this.#deps.lists.count > (this.#staged?.version.listCount ?? 0);
    return (
      this.#isRenewalDue || hasNewList || this.#isOvertaken() || this.#deps.now() >= this.#refreshDueMs()
    );
  }

  #refreshDueMs(): number {
    const published = this.#published?.version;
    if (published === undefined) return 0;
    return (published.nextUpdate - this.#deps.freshForSeconds / 2) * 1000;
  }

  /** Acts that may have changed something since they were looked at. */
  #dueActs(since: Sight = this.#seen): readonly HoldingAct[] {
    return this.#deps.history.due(since, this.#nowSeconds(since));
  }

  /** A clock that was set back does not bring back what was over. */
  #nowSeconds(since: Sight): number {
    return Math.max(Math.floor(this.#deps.now() / 1000), since.atSeconds);
  }

  /**
   * Accounts for what the ledger has that was not seen yet: the staged version, when it landed and its answer
   * was lost; what other accounts published, which is foreign and passed over (as in `pipeline.ts`); anything
   * else of our present account is a contradiction.
   */
  async #look(): Promise<void> {
    const { ledger, log } = this.#deps;
    const current = await ledger.current();
    if (current === undefined || current.version <= this.#seenThrough) return;
    for (const entry of await ledger.publishedAfter(this.#seenThrough)) {
      const staged = this.#staged?.version;
      const isWaiting = this.#staged !== this.#published;
      if (entry.account !== ledger.account) {
        log.warn({ version: entry.version }, 'another account publishes under this issuer');
      } else if (isWaiting && isSame(staged, entry)) await this.#publish();
      else throw isWaiting ? conflict(entry.version) : behind(entry.version);
      this.#seenThrough = entry.version;
    }
  }

  /** Another account published after us: verifiers now hold its version for ours. */
  #isOvertaken(): boolean {
    return this.#seenThrough > (this.#published?.version.version ?? 0);
  }

  /** Another account published under the number of the staged version. */
  #isTaken(): boolean {
    return (this.#staged?.version.version ?? 0) <= this.#seenThrough;
  }

  /** The ledger took so long that it will not take the staged version any more: its next update is past. */
  #isTooLate(): boolean {
    const version = this.#staged?.version;
    if (version === undefined) return false;
    return this.#deps.now() >= (version.nextUpdate + LEDGER_CLOCK_SKEW_SECONDS) * 1000;
  }

  /** Stages a version anew, with the acts that came since: the ledger cannot take it as it is. */
  async #stageAgain(): Promise<void> {
    const replaced = this.#staged?.version;
    // A version is staged only after the one before was published.
    this.#staged = this.#published;
    this.#seen = this.#published === undefined ? NO_SIGHT : sightOf(this.#published.version);
    await this.#stage(replaced);
  }

  /** Stages what is due; false when nothing has to be published for it. */
  async #stage(replaced?: StatusVersion): Promise<boolean> {
    const { history, store, lists } = this.#deps;
    const before = this.#seen;
    const sight: Sight = { order: history.indexedThrough, atSeconds: this.#nowSeconds(before) };
    const due = await this.#changesBy(sight, before);
    if (due.changes.length === 0 && replaced === undefined && !this.#mustRenew()) {
      this.#seen = sight;
      return false;
    }
    const batch = new WriteBatch();
    if (replaced !== undefined) {
      batch.delete(TABLES.statuses, toUint64(replaced.version));
      deleteChanges(batch, replaced.version, replaced.changes);
    }
    lists.writeTo(batch);
    const staged = this.#toSet(due.changes, due.isCutShort ? before : sight);
    putChanges(batch, staged.version.version, due.changes);
    const { version } = staged;
    // Commit point: from here on this version has this content. A crash before it leaves the acts to the next
    // version; after it, whoever starts next publishes exactly this.
    await store.commit(batch.put(TABLES.statuses, toUint64(version.version), encodeStatusVersion(version)));
    this.#staged = staged;
    this.#seen = sightOf(version);
    this.#isRenewalDue = false;
    return true;
  }

  async #changesBy(sight: Sight, since: Sight): Promise<DueChanges> {
    const due = this.#deps.history.due(since, sight.atSeconds);
    const image = this.#staged?.image ?? NO_IMAGE;
    return await dueChanges(due, { image, atSeconds: sight.atSeconds }, this.#deps);
  }

  #toSet(changes: readonly PlaceChange[], { order, atSeconds }: Sight): StatusSet {
    const { crypto, history, lists, now, freshForSeconds } = this.#deps;
    const number = this.#seenThrough + 1;
    const listCount = lists.count;
    const image = nextImage(this.#staged?.image ?? NO_IMAGE, { number, listCount, changes });
    const naming = { uriOf: (list: number) => lists.uriOf(list), leafOf: (n: number) => history.at(n).leaf };
    const version: StatusVersion = {
      version: number,
      actsThrough: order,
      asOf: atSeconds,
      changes: changes.length,
      listCount,
      listsRoot: toHex(this.#rootOf(image)),
      actsDigest: toHex(changesDigest(crypto, explained(changes, naming))),
      nextUpdate: Math.floor(now() / 1000) + freshForSeconds,
    };
    return { version, image };
  }

  async #publishStaged(): Promise<void> {
    const version = this.#staged?.version;
    invariant(version !== undefined, 'something is staged');
    const listsRoot = fromHex(version.listsRoot);
    await this.#deps.ledger.publish({ ...version, listsRoot, actsDigest: fromHex(version.actsDigest) });
    await this.#publish();
    this.#seenThrough = version.version;
  }

  /** The ledger has the staged version. */
  async #publish(): Promise<void> {
    const { store, metrics, log } = this.#deps;
    const staged = this.#staged;
    invariant(staged !== undefined, 'something is staged');
    const { version, listsRoot, changes } = staged.version;
    await store.commit(new WriteBatch().put(TABLES.published, toUint64(version), new Uint8Array(0)));
    this.#published = staged;
    metrics.statusVersion.set(version);
    log.info({ version, root: listsRoot, count: changes }, 'status version is on the ledger');
  }

  #next(version: StatusVersion, changes: readonly PlaceChange[]): StatusSet {
    const { version: number, listCount } = version;
    return { version, image: nextImage(this.#staged?.image ?? NO_IMAGE, { number, listCount, changes }) };
  }

  #rootOf(image: StatusImage): Uint8Array {
    const { crypto, lists } = this.#deps;
    const digests = [...image].map(([number, { version, list }]) => {
      const uri = lists.uriOf(number);
      return { uri, digest: statusListDigest(crypto, { uri, version, bits: list.bits, bytes: list.bytes }) };
    });
    return statusListsRoot(crypto, digests);
  }
}

function sightOf({ actsThrough, asOf }: StatusVersion): Sight {
  return { order: actsThrough, atSeconds: asOf };
}

function isSame(ours: StatusVersion | undefined, theirs: PublishedStatus | undefined): boolean {
  return (
    ours?.version === theirs?.version &&
    ours?.listsRoot === theirs?.listsRoot &&
    ours?.actsDigest === theirs?.actsDigest &&
    ours?.nextUpdate === theirs?.nextUpdate
  );
}

function conflict(version: number): IssuerError {
  return new IssuerError(
    'ISSUER_LEDGER_CONFLICT',
    `the ledger holds something else as status version ${version}`,
  );
}

function behind(version: number): IssuerError {
  return new IssuerError(
    'ISSUER_STORE_BEHIND',
    `the ledger has our status version ${version}, the store does not`,
  );
}
