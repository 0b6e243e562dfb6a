/**
 * The issuer's status lists: acts come in, versions go to the ledger. As with batches: an act is on the disk
 * before it is answered, a version is staged before it is sent, looked up before it is sent again, and served
 * only when the ledger has it.
 *
 * One caller publishes (the pipeline's pass); acts may come at any time and go into the next version.
 */
import { toBase64url } from '../core/bytes/base64url.ts';
import { fromHex, toHex } from '../core/bytes/hex.ts';
import type { Crypto } from '../core/crypto.ts';
import { invariant } from '../core/errors.ts';
import { statusListDigest, statusListsRoot } from '../core/status/list-digest.ts';
import { StatusList, type StatusValue } from '../core/status/token-status-list.ts';
import { readUint64, toUint64 } from '../service/big-endian.ts';
import type { Clock, RandomBytes } from '../service/clock.ts';
import type { Log } from '../service/logging.ts';
import { WriteBatch, type Store } from '../service/store.ts';
import { actsDigest, decodeAct, encodeAct, valueOf, type Act, type RevocationReason } from './act.ts';
import { IssuerError } from './errors.ts';
import { LIST_SIZE, type ListAllocator } from './list-allocator.ts';
import { Lock } from './lock.ts';
import type { IssuerMetrics } from './metrics.ts';
import type { PublishedStatus, StatusPort } from './ports.ts';
import {
  decodeStatusVersion,
  encodeStatusVersion,
  type ListImage,
  type StatusImage,
  type StatusVersion,
} from './status-version.ts';
import { TABLES, type IssuerTables } from './store.ts';

export interface StatusDependencies {
  readonly crypto: Crypto;
  readonly store: Store;
  readonly tables: IssuerTables;
  readonly lists: ListAllocator;
  readonly ledger: StatusPort;
  readonly now: Clock;
  readonly randomBytes: RandomBytes;
  readonly freshForSeconds: number;
  readonly metrics: IssuerMetrics;
  readonly log: Log;
}

export interface StatusPlace {
  readonly list: number;
  readonly index: number;
}

/** A version with everything it says. */
export interface StatusSet {
  readonly version: StatusVersion;
  readonly image: StatusImage;
  /** What explains the changes since the version before. */
  readonly acts: readonly Act[];
}

const SALT_BYTES = 16;
/** How far the ledger's clock may lag behind ours. */
const LEDGER_CLOCK_SKEW_SECONDS = 600;
const NO_IMAGE: StatusImage = new Map();

export class Status {
  readonly #deps: StatusDependencies;
  readonly #lock = new Lock();
  /** Acts after the newest staged version, and the entries they change. */
  #pending: Act[] = [];
  readonly #changed = new Map<number, StatusValue>();
  #actsThrough = 0;
  #staged: StatusSet | undefined;
  #published: StatusSet | undefined;
  /** All that the ledger has up to this version is accounted for. */
  #seenThrough = 0;
  #isRenewalDue = false;

  private constructor(deps: StatusDependencies) {
    this.#deps = deps;
  }

  /** Folds the whole history: every act, into the version that took it in. */
  static async open(deps: StatusDependencies): Promise<Status> {
    const status = new Status(deps);
    const published = await deps.tables.published.first({ reverse: true });
    const publishedThrough = published === undefined ? 0 : readUint64(published.key);
    const acts = deps.tables.acts.entries()[Symbol.asyncIterator]();
    for await (const { value } of deps.tables.statuses.entries()) {
      const version = decodeStatusVersion(value);
      while (status.#actsThrough < version.actsThrough) await status.#replayNext(acts);
      status.#staged = status.#take(version);
      if (version.version === publishedThrough) status.#published = status.#staged;
    }
    while (await status.#replayNext(acts));
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

  /** Whether an act says so, published or not. */
  isRevoked({ list, index }: StatusPlace): boolean {
    const pending = this.#changed.get(placeNumber({ list, index }));
    return (pending ?? this.#staged?.image.get(list)?.list.get(index)) === 'revoked';
  }

  /** Whether the ledger says so. */
  isRevocationPublished({ list, index }: StatusPlace): boolean {
    return this.#published?.image.get(list)?.list.get(index) === 'revoked';
  }

  /** Records revocations of all places that are not revoked yet; on the disk when it resolves. */
  async revoke(places: readonly StatusPlace[], reason: RevocationReason): Promise<void> {
    await this.#lock.run(async () => {
      const { store, now, randomBytes } = this.#deps;
      const batch = new WriteBatch();
      const acts: Act[] = places
        .filter((place) => !this.isRevoked(place))
        .map(({ list, index }) => ({
          kind: 'revoke',
          reason,
          list,
          index,
          atSeconds: Math.floor(now() / 1000),
          salt: toBase64url(randomBytes(SALT_BYTES)),
        }));
      acts.forEach((act, i) => batch.put(TABLES.acts, toUint64(this.#actsThrough + 1 + i), encodeAct(act)));
      await store.commit(batch);
      this.#actsThrough += acts.length;
      for (const act of acts) this.#addPending(act);
    });
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
      if (this.#staged === this.#published) await this.#stage();
      else if (this.#isTaken() || this.#isTooLate()) await this.#stageAgain();
      await this.#publishStaged();
    }
  }

  /** A new version although nothing has changed: it will be signed with the key of that time. */
  renew(): void {
    this.#isRenewalDue = true;
  }

  isDue(): boolean {
    return (
      this.#isRenewalDue ||
      this.#staged !== this.#published ||
      this.#hasNews() ||
      this.#isOvertaken() ||
      this.#deps.now() >= this.refreshDueMs()
    );
  }

  /** When the published version must be renewed, in the clock's milliseconds. */
  refreshDueMs(): number {
    const published = this.#published?.version;
    if (published === undefined) return 0;
    return (published.nextUpdate - this.#deps.freshForSeconds / 2) * 1000;
  }

  #hasNews(): boolean {
    return this.#pending.length > 0 || this.#deps.lists.count > (this.#staged?.version.listCount ?? 0);
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
    const replaced = this.#staged?.version.version;
    for (const act of [...(this.#staged?.acts ?? []), ...this.#takePending()]) this.#addPending(act);
    // A version is staged only after the one before was published.
    this.#staged = this.#published;
    await this.#stage(replaced);
  }

  async #stage(replaced?: number): Promise<void> {
    await this.#lock.run(async () => {
      const { crypto, store, lists, now, freshForSeconds } = this.#deps;
      const number = this.#seenThrough + 1;
      const batch = new WriteBatch();
      if (replaced !== undefined) batch.delete(TABLES.statuses, toUint64(replaced));
      lists.writeTo(batch);
      const listCount = lists.count;
      const acts = [...this.#pending];
      const image = nextImage(this.#staged?.image ?? NO_IMAGE, { number, listCount, acts });
      const version: StatusVersion = {
        version: number,
        actsThrough: this.#actsThrough,
        listCount,
        listsRoot: toHex(this.#rootOf(image)),
        actsDigest: toHex(actsDigest(crypto, acts)),
        nextUpdate: Math.floor(now() / 1000) + freshForSeconds,
      };
      // Commit point: from here on this version has this content. A crash before it leaves the acts to the
      // next version; after it, whoever starts next publishes exactly this.
      await store.commit(batch.put(TABLES.statuses, toUint64(number), encodeStatusVersion(version)));
      this.#staged = { version, image, acts };
      this.#isRenewalDue = false;
      this.#takePending();
    });
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
    const { version, listsRoot } = staged.version;
    await store.commit(new WriteBatch().put(TABLES.published, toUint64(version), new Uint8Array(0)));
    this.#published = staged;
    metrics.statusVersion.set(version);
    log.info({ version, root: listsRoot }, 'status version is on the ledger');
  }

  /** Reads the next act of the history; false at its end. */
  async #replayNext(acts: AsyncIterator<{ readonly value: Uint8Array }>): Promise<boolean> {
    const next = await acts.next();
    if (next.done === true) return false;
    this.#addPending(decodeAct(next.value.value));
    this.#actsThrough++;
    return true;
  }

  #take(version: StatusVersion): StatusSet {
    const { version: number, listCount } = version;
    const acts = this.#takePending();
    return { version, image: nextImage(this.#staged?.image ?? NO_IMAGE, { number, listCount, acts }), acts };
  }

  #addPending(act: Act): void {
    this.#pending.push(act);
    this.#changed.set(placeNumber(act), valueOf(act));
  }

  #takePending(): readonly Act[] {
    const acts = this.#pending;
    this.#pending = [];
    this.#changed.clear();
    return acts;
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

function placeNumber({ list, index }: StatusPlace): number {
  return list * LIST_SIZE + index;
}

interface Step {
  readonly number: number;
  readonly listCount: number;
  readonly acts: readonly Act[];
}

/** The image after `acts`, with empty lists for the new ones; only what changed gets the new number. */
function nextImage(before: StatusImage, { number, listCount, acts }: Step): StatusImage {
  const after = new Map<number, ListImage>(before);
  for (let list = 1; list <= listCount; list++) {
    if (!after.has(list)) after.set(list, { version: number, list: StatusList.empty(LIST_SIZE) });
  }
  for (const [list, changes] of Map.groupBy(acts, (act) => act.list)) {
    const image = after.get(list);
    invariant(image !== undefined, 'an act speaks of a list that is there');
    const changed = changes.map((act) => ({ index: act.index, value: valueOf(act) }));
    after.set(list, { version: number, list: image.list.withAll(changed) });
  }
  return after;
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
