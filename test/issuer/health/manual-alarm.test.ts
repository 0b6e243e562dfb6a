/** Changes by hand: whoever runs the service is told of more than 50 in an hour, or more than 10 by one pair. */
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { expect } from 'chai';
import { concatBytes } from '../../../core/bytes/concat.ts';
import { ManualAlarm, type ManualChange } from '../../../issuer/health/manual-alarm.ts';
import type { Issuer } from '../../../issuer/issuer.ts';
import { KeyedIndex } from '../../../issuer/keyed-index.ts';
import { createIssuerMetrics } from '../../../issuer/metrics.ts';
import { readersOf, TABLES } from '../../../issuer/store.ts';
import { readUint64, toUint64 } from '../../../service/big-endian.ts';
import { silentLogger } from '../../../service/logging.ts';
import { Store, WriteBatch } from '../../../service/store.ts';
import { IssuerHouse } from '../support/issuer-house.ts';
import { approve } from '../support/two-people.ts';
import { NOW, orderOn, personOf, terms } from './support.ts';

const HOUR = 3_600;
/** `Math.max(...)` of so many is a RangeError. */
const MANY = 130_000;

function byHand(at: number, pair: number): ManualChange {
  const people = [`HO-${pair}`, `HO-${pair + 1}`];
  // The two sign in either order.
  return { at, people: at % 2 === 0 ? people : people.toReversed() };
}

const index = new KeyedIndex(new Uint8Array(32).fill(7));

/** An alarm on a store, with all that it says. */
interface Watched extends AsyncDisposable {
  readonly said: readonly string[];
  readonly store: Store;
  raised(rule: 'hour' | 'pair'): Promise<number>;
  /** Does it, as orders and rulings do: stored, then noted. */
  change(change: ManualChange): Promise<void>;
  /** Times of what is stored. */
  left(): Promise<readonly number[]>;
}

async function watch({ folder }: IssuerHouse, nowSeconds = NOW): Promise<Watched> {
  const store = await Store.open(join(folder, 'alarm'));
  const metrics = createIssuerMetrics();
  const said: string[] = [];
  const error = (...parts: unknown[]): unknown => said.push(JSON.stringify(parts));
  const log = { ...silentLogger, error };
  const now = (): number => nowSeconds * 1000;
  const alarm = await ManualAlarm.open({ store, tables: readersOf(store), index, metrics, log, now });
  return {
    said,
    store,
    async raised(rule) {
      const { values } = await metrics.colourAlarms.get();
      return values.find(({ labels }) => labels.rule === rule)?.value ?? 0;
    },
    async change(change) {
      const counted = alarm.count(change);
      const batch = new WriteBatch();
      alarm.addTo(batch, counted);
      await store.commit(batch);
      alarm.note(counted);
    },
    async left() {
      const times: number[] = [];
      for await (const { key } of readersOf(store).manualChanges.entries()) times.push(readUint64(key));
      return times;
    },
    [Symbol.asyncDispose]: () => store.close(),
  };
}

async function raisedBy(issuer: Issuer): Promise<number> {
  const { values } = await issuer.metrics.colourAlarms.get();
  return values.find(({ labels }) => labels.rule === 'pair')?.value ?? 0;
}

describe('the alarm on changes by hand', () => {
  it('is raised by the 11th of one pair within an hour, in whichever order they sign', async () => {
    await using house = await IssuerHouse.create();
    await using watched = await watch(house);
    for (let i = 0; i < 10; i++) await watched.change(byHand(NOW + i, 1));
    expect(await watched.raised('pair')).to.equal(0);
    await watched.change(byHand(NOW + 10, 1));
    expect(await watched.raised('pair')).to.equal(1);
    expect(await watched.raised('hour')).to.equal(0);
    expect(watched.said.join()).to.contain('COLOUR_ALARM').and.not.match(/HO-/);
  });

  it('is raised by the 51st within an hour, whoever makes them', async () => {
    await using house = await IssuerHouse.create();
    await using watched = await watch(house);
    for (let i = 0; i < 50; i++) await watched.change(byHand(NOW + i, 2 * i));
    expect(await watched.raised('hour')).to.equal(0);
    await watched.change(byHand(NOW + 50, 200));
    expect(await watched.raised('hour')).to.equal(1);
    expect(await watched.raised('pair')).to.equal(0);
  });

  it('forgets what is an hour old, on the disk too', async () => {
    await using house = await IssuerHouse.create();
    await using watched = await watch(house);
    for (let i = 0; i < 10; i++) await watched.change(byHand(NOW, 1));
    await watched.change(byHand(NOW + HOUR, 1));
    expect(await watched.raised('pair')).to.equal(0);
    expect(await watched.left()).to.deep.equal([NOW + HOUR]);
  });

  it('forgets what is an hour old at a start, and what is not when it is', async () => {
    await using house = await IssuerHouse.create();
    {
      await using watched = await watch(house);
      for (let i = 0; i < 20; i++) await watched.change(byHand(NOW + i, 1));
    }
    await using watched = await watch(house, NOW + HOUR + 9);
    expect(await watched.left()).to.deep.equal(Array.from({ length: 10 }, (_, i) => NOW + 10 + i));
    await watched.change(byHand(NOW + HOUR + 10, 1));
    expect(await watched.raised('pair'), 'the tenth').to.equal(0);
    await watched.change(byHand(NOW + HOUR + 10, 1));
    expect(await watched.raised('pair')).to.equal(1);
    expect(await watched.left()).to.have.length(11);
  });

  it('opens with more changes than one call takes arguments, and counts on from the last number', async () => {
    await using house = await IssuerHouse.create();
    {
      await using watched = await watch(house);
      const batch = new WriteBatch();
      const pair = index.ofPeople(['HO-1', 'HO-2']);
      for (let i = 1; i <= MANY; i++)
        batch.put(TABLES.manualChanges, concatBytes(toUint64(NOW), toUint64(i)), pair);
      await watched.store.commit(batch);
    }
    await using watched = await watch(house);
    await watched.change(byHand(NOW, 1));
    const newest = await readersOf(watched.store).manualChanges.first({ reverse: true });
    expect(readUint64(newest?.key ?? new Uint8Array(16), 8)).to.equal(MANY + 1);
    expect(await watched.raised('hour')).to.equal(1);
    await watched.change(byHand(NOW + HOUR, 1));
    await watched.change(byHand(NOW + HOUR, 1));
    expect(await watched.left()).to.deep.equal([NOW + HOUR, NOW + HOUR]);
    expect(await watched.raised('hour')).to.equal(1);
  });

  it('counts what came before a restart, and does not tell it again', async () => {
    await using house = await IssuerHouse.create();
    for (const last of [4, 9, 10]) {
      await using watched = await watch(house);
      expect(await watched.raised('pair')).to.equal(0);
      const first = last === 10 ? 10 : last - 4;
      for (let i = first; i <= last; i++) await watched.change(byHand(NOW + i, 1));
      expect(await watched.raised('pair')).to.equal(last === 10 ? 1 : 0);
    }
  });

  it('knows the officers of orders that turned nothing after a restart', async () => {
    await using house = await IssuerHouse.create();
    for (const people of [[1, 2, 3, 4, 5, 6], [7, 8, 9, 10], [11]]) {
      await using issuer = await house.open();
      for (const n of people) await issuer.health.orders.place(orderOn(personOf(n)));
      expect(await raisedBy(issuer)).to.equal(people.includes(11) ? 1 : 0);
    }
  });

  it('counts orders and releases of people who hold a code or none', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const orders = [];
    for (let n = 0; n < 6; n++) {
      const officers = n % 2 === 0 ? { orderedBy: 'ho-17' } : { enteredBy: 'OP-3 ' };
      orders.push(await issuer.health.orders.place(orderOn(personOf(n), officers)));
    }
    expect(await raisedBy(issuer)).to.equal(0);
    const release = { releasedBy: 'HO-17', enteredBy: 'OP-3' };
    for (const { id } of orders.slice(0, 4)) await issuer.health.orders.release(id, release);
    expect(await raisedBy(issuer)).to.equal(0);
    await issuer.health.orders.release(orders[4]?.id ?? '', release);
    expect(await raisedBy(issuer)).to.equal(1);
  });

  it('counts rulings on people who hold no code', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const ids = [];
    for (let n = 0; n < 11; n++) ids.push(await issuer.health.rule({ subject: personOf(n) }, terms()));
    await approve(issuer, ids);
    await issuer.settle();
    expect(await raisedBy(issuer)).to.equal(1);
  });
});
