/**
 * Destroys health files that nobody needs any more: at once when a person has had their last record erased, else when
 * no order, ruling or code has needed them for long, by our clock and by the ledger's. The changes stay, and lead to nobody.
 */
import { fromBase64url } from '../../core/bytes/base64url.ts';
import { concatBytes } from '../../core/bytes/concat.ts';
import { endOf } from '../../core/health/orders.ts';
import { readUint64, toUint64 } from '../../service/big-endian.ts';
import type { Clock } from '../../service/clock.ts';
import { WriteBatch, type Entry } from '../../service/store.ts';
import type { Forgotten } from '../privacy/erasure.ts';
import { TABLES } from '../store.ts';
import { documentsOf, type HealthFile, type HealthFiles } from './health-file.ts';
import { hasRecords, type KnownFactsDependencies } from './known-facts.ts';
import { orSkip } from './or-skip.ts';
import { doRows, type WaitingRowsDependencies } from './waiting-rows.ts';

export interface UnneededFilesDependencies
  extends WaitingRowsDependencies, Pick<KnownFactsDependencies, 'ring'> {
  readonly files: HealthFiles;
  readonly now: Clock;
}

const NOTHING = new Uint8Array(0);
const DAY_SECONDS = 86_400;
/** As long as an order lasts at most: what is in question may come to be of whoever has one. */
const KEEP_DISPUTED_SECONDS: number = 366 * DAY_SECONDS;
/** A file that nothing happens to, and that no order or ruling needs, is destroyed after so long. */
const KEEP_SECONDS: number = 31 * DAY_SECONDS;

export class UnneededFiles {
  readonly #deps: UnneededFilesDependencies;
  #prunedOn = 0;

  constructor(deps: UnneededFilesDependencies) {
    this.#deps = deps;
  }

  /** Adds that a record was erased because somebody asked for it, so that its person's files may have to go. */
  async addForgotten(batch: WriteBatch, { number, subject }: Forgotten): Promise<void> {
    for (const person of await this.#deps.files.findAll(documentsOf(subject)))
      batch.put(TABLES.forgotten, concatBytes(toUint64(number), toUint64(person)), NOTHING);
  }

  /** Ends at once the files that {@link addForgotten} named, unless an order, a ruling or any record needs them. */
  async endForgotten(): Promise<void> {
    const isNeeded = (file: HealthFile): Promise<boolean> => this.#isNeeded(file);
    const work = ({ key }: Entry): Promise<void> => this.#endUnless(readUint64(key, 8), isNeeded);
    await doRows('forgotten', { range: {}, work }, this.#deps);
  }

  /** Ends the files that nobody has needed for long; once a day. */
  async prune(): Promise<void> {
    const { files, log } = this.#deps;
    const nowSeconds = await this.#agreedSeconds();
    const today = Math.floor(nowSeconds / DAY_SECONDS);
    if (today === this.#prunedOn) return;
    const isNeeded = (file: HealthFile): Promise<boolean> =>
      Promise.resolve(lastNeeded(file) + keptSeconds(file) > nowSeconds);
    for await (const number of files.numbers()) await orSkip(this.#endUnless(number, isNeeded), log);
    this.#prunedOn = today;
  }

  /**
   * What our clock and the ledger agree has come: our last batch was anchored by then, and what is destroyed under a
   * clock that is ahead does not come back. 0 before the first batch. Unix seconds.
   */
  async #agreedSeconds(): Promise<number> {
    const { now, tables } = this.#deps;
    const anchored = await tables.anchors.first({ reverse: true });
    return anchored === undefined ? 0 : Math.min(Math.floor(now() / 1000), readUint64(anchored.value));
  }

  /** Destroys a file and all that leads to it. */
  async #endUnless(number: number, isNeeded: (file: HealthFile) => Promise<boolean>): Promise<void> {
    const { files, store } = this.#deps;
    await files.whileAlone(number, async () => {
      const file = await files.load(number);
      if (file === undefined || (await isNeeded(file))) return;
      const batch = new WriteBatch();
      files.delete(batch, number, file);
      for (const { id } of file.orders) batch.delete(TABLES.healthOrders, fromBase64url(id));
      batch.delete(TABLES.healthWork, toUint64(number));
      await store.commit(batch);
    });
  }

  /** What holds, or is to come; and codes are records too. */
  async #isNeeded({ subject, orders, rulings, disputes = [] }: HealthFile): Promise<boolean> {
    // Without it the other side would be nobody's any more.
    if (disputes.length > 0) return true;
    const agreed = await this.#agreedSeconds();
    const isOrdered = orders.some((one) => one.releasedAtSeconds === undefined && one.untilSeconds > agreed);
    const isRuled = rulings.some(({ untilSeconds }) => untilSeconds > agreed);
    return isOrdered || isRuled || (await hasRecords(documentsOf(subject), this.#deps));
  }
}

function keptSeconds({ disputes = [] }: HealthFile): number {
  return disputes.length > 0 ? KEEP_DISPUTED_SECONDS + KEEP_SECONDS : KEEP_SECONDS;
}

function lastNeeded({ orders, rulings, usedAtSeconds }: HealthFile): number {
  return Math.max(usedAtSeconds, ...orders.map(endOf), ...rulings.map(({ untilSeconds }) => untilSeconds));
}
