import { expect } from 'chai';
import { describe, it } from 'mocha';
import { couldNotDecide } from '../../../core/verify/conclude.ts';
import { Counters } from '../../../web/checkpoint/counters.ts';
import type { Decision } from '../../../web/checkpoint/engine/protocol.ts';
import { open } from '../../../web/checkpoint/log/seal.ts';
import { eraseOldLog, SealedLog } from '../../../web/checkpoint/log/sealed-log.ts';
import { NO_OPERATOR, parseOperator, readOperator } from '../../../web/checkpoint/operator.ts';
import { defaultSettings, readSettings, writeSettings } from '../../../web/checkpoint/settings.ts';
import { memoryStore } from '../support/memory-store.ts';

/** 2026-11-26T00:00:00+08:00. */
const MIDNIGHT = 1_795_622_400;
const DAY = 86_400;

/** On so many codes. */
function decision(codes = 1): Decision {
  const verdict = couldNotDecide({ id: 'venue', version: 1 });
  const { outcome, policy, reasons, validity } = verdict;
  const evidence = { ...verdict.evidence, commitment: `0x${'ab'.repeat(32)}` as const };
  const parts = Array.from({ length: codes }, () => ({ ...verdict, evidence }));
  return { outcome, validity, reasons, policy, policies: [], parts };
}

describe('what a checkpoint keeps', () => {
  it('counts outcomes by day, at once and in turn', async () => {
    const counters = new Counters(memoryStore());
    const now = { isCompared: false, nowSeconds: MIDNIGHT };
    await Promise.all([
      counters.add('pass', now),
      counters.add('pass', now),
      counters.add('stop', { ...now, isCompared: true }),
    ]);
    const counts = { pass: 2, condition: 0, refer: 0, stop: 1, compared: 1 };
    expect(await counters.today(MIDNIGHT + 1)).to.deep.equal(counts);
    expect((await counters.today(MIDNIGHT - 1)).pass, 'the day before').to.equal(0);
  });

  it('erases counts and boxes before any of them is older than 31 days', async () => {
    const store = memoryStore();
    const counters = new Counters(store);
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
    const { subtle } = crypto;
    const curve = { name: 'ECDH', namedCurve: 'P-256' } as const;

    it('is readable with its key alone, and of one length', async () => {
      const { privateKey, publicKey } = await subtle.generateKey(curve, true, ['deriveBits']);
      const store = memoryStore();
      const randomBytes = (length: number): Uint8Array<ArrayBuffer> =>
        crypto.getRandomValues(new Uint8Array(length));
      const log = new SealedLog(await subtle.exportKey('jwk', publicKey), { store, subtle, randomBytes });
      await log.add(decision(), { nowSeconds: MIDNIGHT, place: 'port:SZB' });
      await log.add({ ...decision(), reasons: [] }, { nowSeconds: MIDNIGHT, place: 'venue:active' });
      await log.add(decision(3), { nowSeconds: MIDNIGHT, place: 'port:HZMB' });
      await log.add(decision(40), { nowSeconds: MIDNIGHT, place: 'port:LWS' });
      const boxes = await log.boxes();
      expect(new Set(boxes.map(({ length }) => length)).size, 'lengths').to.equal(1);
      const opened = await Promise.all(boxes.map((box) => open(subtle, box.slice(), privateKey)));
      const places = opened.map((text) => (JSON.parse(text) as { readonly place: string }).place);
      expect(places).to.have.members(['port:SZB', 'venue:active', 'port:HZMB', 'port:LWS']);
      expect([...store.values.keys()].every((key) => /^log\/2026-11-26\/[0-9a-f]{32}$/.test(key))).to.equal(
        true,
      );
      const other = await subtle.generateKey(curve, true, ['deriveBits']);
      const [box = new Uint8Array(0)] = boxes;
      expect(await open(subtle, box.slice(), other.privateKey).catch(() => 'sealed')).to.equal('sealed');
      const changed = box.slice();
      changed[100]! ^= 1; // a box is longer
      expect(await open(subtle, changed, privateKey).catch(() => 'refused')).to.equal('refused');
    });

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
    expect(await readOperator(store, async () => undefined), 'no network').to.deep.equal(said);
    expect(await readOperator(store, async () => 'none'), 'gone').to.deep.equal(NO_OPERATOR);
    expect(await readOperator(store, async () => undefined), 'and no network').to.deep.equal(NO_OPERATOR);
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
});
