/** Orders on one person: entered, released, and at once followed by the colours that they turn. */
import { toBase64url, fromBase64url } from '../../core/bytes/base64url.ts';
import type { ColourCause } from '../../core/health/colour-act.ts';
import { isGround } from '../../core/health/grounds.ts';
import { endOf, type OrderKind } from '../../core/health/orders.ts';
import type { Code, Subject } from '../../core/record/record.ts';
import { readUint64, toUint64 } from '../../service/big-endian.ts';
import type { Clock, RandomBytes } from '../../service/clock.ts';
import type { WriteBatch } from '../../service/store.ts';
import { IssuerError } from '../errors.ts';
import { TABLES, type IssuerTables } from '../store.ts';
import type { HealthFile, StoredOrder } from './health-file.ts';
import type { ManualAlarm } from './manual-alarm.ts';
import type { People } from './people.ts';
import type { Recolour } from './recolour.ts';

export interface OrderRequest {
  readonly subject: Subject;
  readonly kind: OrderKind;
  readonly ground: string;
  readonly fromSeconds: number;
  readonly untilSeconds: number;
  /** Number of the order at the authority. */
  readonly reference: string;
  readonly legalBasis: string;
  /** Numbers of the officer who made it, and of the other one who entered it here. */
  readonly orderedBy: string;
  readonly enteredBy: string;
}

/** Numbers of the officer who releases it, and of the other one who enters that here. */
export interface OrderRelease {
  readonly releasedBy: string;
  readonly enteredBy: string;
}

export interface OrdersDependencies {
  readonly tables: IssuerTables;
  readonly people: People;
  readonly recolour: Recolour;
  readonly alarm: ManualAlarm;
  readonly now: Clock;
  readonly randomBytes: RandomBytes;
}

const ID = /^[A-Za-z0-9_-]{21}[AQgw]$/;
const ID_BYTES = 16;
const MAX_SECONDS: number = 366 * 86_400;

export class Orders {
  readonly #deps: OrdersDependencies;

  constructor(deps: OrdersDependencies) {
    this.#deps = deps;
  }

  /** On the disk, with the colours that it turns, when it resolves. Throws `ORDER_INVALID`, `ORDER_DIFFERS`. */
  async place({ subject, ...terms }: OrderRequest): Promise<StoredOrder> {
    const ground = checkTerms(terms);
    const id = toBase64url(this.#deps.randomBytes(ID_BYTES));
    const order: StoredOrder = { ...terms, ground, id };
    const enter = async (number: number, file: HealthFile): Promise<StoredOrder> => {
      // The same order again, by the authority's number, is the one that is there.
      const known = file.orders.find((one) => one.reference === order.reference && one.kind === order.kind);
      if (known !== undefined) return checkSame(known, order);
      await this.#store(number, { ...file, orders: [...file.orders, order] }, 'order', {
        officers: [order.orderedBy, order.enteredBy],
        addTo: (batch) => {
          batch.put(TABLES.healthOrders, fromBase64url(id), toUint64(number));
        },
      });
      return order;
    };
    return await this.#deps.people.whileAlone({ subject }, enter, { isTyped: true, isOrder: true });
  }

  /** As {@link place}. Throws `ORDER_INVALID`, `ORDER_NOT_FOUND`, `ORDER_ENDED`. */
  async release(id: string, release: OrderRelease): Promise<StoredOrder> {
    if (isOneOfficer(release.releasedBy, release.enteredBy))
      throw invalid('whoever releases an order does not enter it');
    const number = await this.#fileWith(id);
    try {
      return await this.#releaseIn(number, id, release);
    } catch (error) {
      const now = await this.#fileWith(id);
      if (now === number) throw error;
      // The file became one with another meanwhile.
      return await this.#releaseIn(now, id, release);
    }
  }

  async #fileWith(id: string): Promise<number> {
    const found = ID.test(id) ? await this.#deps.tables.healthOrders.get(fromBase64url(id)) : undefined;
    if (found === undefined) throw notFound();
    return readUint64(found);
  }

  async #releaseIn(
    inFile: number,
    id: string,
    { releasedBy, enteredBy }: OrderRelease,
  ): Promise<StoredOrder> {
    const { people, now } = this.#deps;
    return await people.whileAloneWith(inFile, async (number, file) => {
      const order = file.orders.find((one) => one.id === id);
      if (order === undefined) throw notFound();
      const releasedAtSeconds = Math.floor(now() / 1000);
      if (endOf(order) <= releasedAtSeconds) throw new IssuerError('ORDER_ENDED', 'it is over already');
      const released = { ...order, releasedAtSeconds, releasedBy, releaseEnteredBy: enteredBy };
      const orders = file.orders.map((one) => (one.id === id ? released : one));
      await this.#store(number, { ...file, orders }, 'release', { officers: [releasedBy, enteredBy] });
      return released;
    });
  }

  /** With the colours that follow, and what the alarm counts. */
  async #store(
    number: number,
    file: HealthFile,
    cause: ColourCause,
    {
      officers,
      addTo,
    }: { readonly officers: readonly string[]; readonly addTo?: (batch: WriteBatch) => void },
  ): Promise<void> {
    const { alarm, recolour, now } = this.#deps;
    const counted = alarm.count({ at: Math.floor(now() / 1000), people: officers.map(folded) });
    await recolour.update(number, {
      file,
      cause,
      addTo: (batch) => {
        alarm.addTo(batch, counted);
        addTo?.(batch);
      },
    });
    alarm.note(counted);
  }
}

function checkTerms({
  ground,
  fromSeconds,
  untilSeconds,
  orderedBy,
  enteredBy,
}: Omit<OrderRequest, 'subject'>): Code {
  if (!isGround(ground)) throw invalid('a ground that there is not');
  if (untilSeconds <= fromSeconds) throw invalid('it would end before it begins');
  if (untilSeconds - fromSeconds > MAX_SECONDS) throw invalid('it would last longer than a year');
  if (isOneOfficer(orderedBy, enteredBy)) throw invalid('whoever makes an order does not enter it');
  return ground;
}

/** What was prolonged, or is made again after its release, is another order and needs a number of its own. */
function checkSame(known: StoredOrder, order: StoredOrder): StoredOrder {
  const isSame =
    known.releasedAtSeconds === undefined &&
    known.ground === order.ground &&
    known.fromSeconds === order.fromSeconds &&
    known.untilSeconds === order.untilSeconds;
  if (isSame) return known;
  throw new IssuerError('ORDER_DIFFERS', 'an order of this number is there, with other terms or released');
}

/** One number, however it is written. */
function isOneOfficer(a: string, b: string): boolean {
  return folded(a) === folded(b);
}

function folded(officer: string): string {
  return officer.normalize('NFKC').replaceAll(/\s/gu, '').toLowerCase();
}

function invalid(why: string): IssuerError {
  return new IssuerError('ORDER_INVALID', why);
}

function notFound(): IssuerError {
  return new IssuerError('ORDER_NOT_FOUND', 'no order has this id');
}
