import { expect } from 'chai';
import { describe, it } from 'mocha';
import { Counters } from '../../../web/checkpoint/counters.ts';
import { eraseOldLog } from '../../../web/checkpoint/log/kept-log.ts';
import { NO_OPERATOR, parseOperator, readOperator } from '../../../web/checkpoint/operator.ts';
import { defaultSettings, readSettings, writeSettings } from '../../../web/checkpoint/settings.ts';
import { lockWithin } from '../../../web/shared/store/lock.ts';
import { memoryStore, type MemoryStore } from '../support/memory-store.ts';

/** 2026-11-26T00:00:00+08:00. */
const MIDNIGHT = 1_795_622_400;
const DAY = 86_400;

describe('what a checkpoint keeps', () => {
  it('counts outcomes by day, at once and in turn', async () => {
    const counters = new Counters(memoryStore(), lockWithin());
    const now = { isCompared: false, nowSeconds: MIDNIGHT };
    await Promise.all([
      counters.add('pass', now),
      counters.add('pass', now),
      counters.add('stop', { ...now, isCompared: true }),
    ]);
    const counts = { pass: 2, condition: 0, refer: 0, stop: 1, compared: 1, notLogged: 0 };
    expect(await counters.today(MIDNIGHT + 1)).to.deep.equal(counts);
    expect((await counters.today(MIDNIGHT - 1)).pass, 'the day before').to.equal(0);
  });

  it('counts over all its days the checks that a log has no box of, after a restart too', async () => {
    const store = memoryStore();
    const counters = new Counters(store, lockWithin());
    await counters.addNotLogged(MIDNIGHT - 1);
    await counters.addNotLogged(MIDNIGHT);
    await Promise.all([
      counters.addNotLogged(MIDNIGHT),
      counters.add('pass', { isCompared: false, nowSeconds: MIDNIGHT }),
    ]);
    expect(await counters.notLogged()).to.equal(3);
    const restarted = new Counters(store, lockWithin());
    expect(await restarted.notLogged()).to.equal(3);
    expect(await restarted.today(MIDNIGHT)).to.include({ pass: 1, notLogged: 2 });
    await restarted.eraseOld(MIDNIGHT + 31 * DAY - 1);
    expect(await restarted.notLogged(), 'with the boxes of their day').to.equal(2);
  });

  it('writes down what was not logged as soon as there is room, and knows it until then', async () => {
    const store = memoryStore();
    let isFull = true;
    const put = async (key: string, value: unknown): Promise<void> =>
      isFull ? undefined : store.put(key, value);
    const counters = new Counters({ ...store, put }, lockWithin());
    await counters.addNotLogged(MIDNIGHT);
    await counters.addNotLogged(MIDNIGHT);
    expect(await counters.notLogged()).to.equal(2);
    expect(store.values.size).to.equal(0);
    isFull = false;
    await counters.add('pass', { isCompared: false, nowSeconds: MIDNIGHT + 1 });
    expect(await counters.notLogged()).to.equal(2);
    expect(await new Counters(store, lockWithin()).notLogged()).to.equal(2);
  });

  it('writes nothing over a day that cannot be read, says that it cannot, and counts what came meanwhile', async () => {
    const store = memoryStore();
    const now = { isCompared: true, nowSeconds: MIDNIGHT };
    await new Counters(store, lockWithin()).addNotLogged(MIDNIGHT);
    let isUnreadable = true;
    const get: MemoryStore['get'] = (key) =>
      isUnreadable ? Promise.reject(new Error('unreadable')) : store.get(key);
    const counters = new Counters({ ...store, get }, lockWithin());
    expect(await counters.add('stop', now)).to.equal(undefined);
    await counters.addNotLogged(MIDNIGHT);
    for (const asked of [() => counters.notLogged(), () => counters.today(MIDNIGHT)]) {
      expect(await asked().catch(({ message }: Error) => message)).to.equal('unreadable');
    }
    expect(store.values.get('counts/2026-11-26'), 'as it was').to.include({ stop: 0, notLogged: 1 });
    isUnreadable = false;
    const counts = { pass: 1, condition: 0, refer: 0, stop: 1, compared: 2, notLogged: 2 };
    expect(await counters.add('pass', now)).to.deep.equal(counts);
    expect(await new Counters(store, lockWithin()).today(MIDNIGHT)).to.deep.equal(counts);
    expect(await counters.notLogged(), 'once').to.equal(2);
  });

  it('counts what two tabs see at once', async () => {
    const store = memoryStore();
    const lock = lockWithin();
    const tabs = [new Counters(store, lock), new Counters(store, lock)];
    const now = { isCompared: false, nowSeconds: MIDNIGHT };
    await Promise.all(tabs.flatMap((tab) => [tab.add('pass', now), tab.addNotLogged(MIDNIGHT)]));
    for (const tab of tabs) {
      expect(await tab.today(MIDNIGHT)).to.include({ pass: 2, notLogged: 2 });
      expect(await tab.notLogged()).to.equal(2);
    }
  });

  it('erases counts and boxes before any of them is older than 31 days', async () => {
    const store = memoryStore();
    const counters = new Counters(store, lockWithin());
    await counters.add('pass', { isCompared: false, nowSeconds: MIDNIGHT });
    await store.put('log/2026-11-26/00', new Uint8Array(1));
    const lastSecond = MIDNIGHT + 31 * DAY - 1;
    await counters.eraseOld(lastSecond);
    await eraseOldLog(store, lastSecond);
    expect(store.values.size, 'a second before').to.equal(2);
    await counters.eraseOld(lastSecond + 1);
    await eraseOldLog(store, lastSecond + 1);
    expect(store.values.size, 'then').to.equal(0);
  });

  it('keeps settings, and nothing of settings that it does not know', async () => {
    const store = memoryStore();
    const settings = { ...defaultSettings('pt'), mode: 'border', place: 'port:SZB' } as const;
    await writeSettings(store, settings);
    expect(await readSettings(store)).to.deep.equal(settings);
    await store.put('settings', { ...settings, place: 'port:Atlantis' });
    expect(await readSettings(store)).to.equal(undefined);
    await store.put('settings', '<b>');
    expect(await readSettings(store)).to.equal(undefined);
  });

  describe('a log for the authority', () => {
    const key = { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' };
    it('is kept only when the operator names a key', () => {
      expect(parseOperator({})?.logKey).to.equal(undefined);
      expect(parseOperator({ logKey: key })?.logKey).to.deep.equal(key);
    });

    it('is not kept for a key that everybody could open it with', () => {
      expect(parseOperator({ logKey: { ...key, d: 'AA' } })).to.equal(undefined);
    });
  });

  it('does as the operator said last while nobody answers, and no longer when the file is gone', async () => {
    const store = memoryStore();
    const said = { ageingSeconds: { venue: 6 * 3600, border: 72 * 3600 }, updateSeconds: 300 };
    const text = new TextEncoder().encode('{"ageingHours":{"venue":6},"updateMinutes":5}');
    expect(await readOperator(store, async () => text)).to.deep.equal(said);
    expect(await readOperator(store, async () => 'OFFLINE'), 'no network').to.deep.equal(said);
    expect(await readOperator(store, async () => 'none'), 'gone').to.deep.equal(NO_OPERATOR);
    expect(await readOperator(store, async () => 'OFFLINE'), 'and no network').to.deep.equal(NO_OPERATOR);
  });

  it('lets the operator say how old knowledge may be, within reason', () => {
    expect(parseOperator({ ageingHours: { venue: 6 } })?.ageingSeconds).to.deep.equal({
      venue: 6 * 3600,
      border: 72 * 3600,
    });
    for (const venue of [0, -1, 1e6, '24', null]) {
      expect(parseOperator({ ageingHours: { venue } }), String(venue)).to.equal(undefined);
    }
  });

  it('lets the operator say how often the page asks for what is new, from a minute to a day', () => {
    for (const updateMinutes of [1, 1440]) {
      expect(parseOperator({ updateMinutes })?.updateSeconds).to.equal(updateMinutes * 60);
    }
    for (const updateMinutes of [0, 0.5, 1441, '60', null]) {
      expect(parseOperator({ updateMinutes }), String(updateMinutes)).to.equal(undefined);
    }
  });

  it('takes nothing of a file that is not of its form, so that what was said last stays', () => {
    for (const ageingHours of ['all', 6, true, [6], null]) {
      expect(parseOperator({ ageingHours }), JSON.stringify(ageingHours)).to.equal(undefined);
    }
    for (const file of [[], 'venue', 6, null]) {
      expect(parseOperator(file), JSON.stringify(file)).to.equal(undefined);
    }
  });
});
