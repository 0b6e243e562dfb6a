/** The booking on HTTP, in the service of an authority, with the programmes of 2022. */
import { after, before, beforeEach, describe, it } from 'mocha';
import { expect } from 'chai';
import { BOOKING_PROBLEMS } from '../../booking/errors.ts';
import { gateTokenOf } from '../../booking/routes/all.ts';
import type { BookingView } from '../../booking/view.ts';
import { buildIssuerApp } from '../../issuer/app.ts';
import type { Issuer } from '../../issuer/issuer.ts';
import type { Service } from '../../service/app.ts';
import { allBytesBelow } from '../privacy/support/level-files.ts';
import { IssuerHouse, START_MS } from '../issuer/support/issuer-house.ts';

const HKID = 'A123456(3)';
const SLOT = { programme: 'RETURN2HK', port: 'SZB', date: '2022-12-23' };
const FRIDAY_MS = Date.parse('2022-12-23T10:00:00+08:00');

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown> & BookingView;
}

let nextPerson = 0;
let BOOKING: object = {};

describe('booking routes', () => {
  let house: IssuerHouse;
  let issuer: Issuer;
  let app: Service;

  before(async () => {
    house = await IssuerHouse.create();
    issuer = await house.open();
    const { operatorToken, auditorToken } = house.secrets;
    app = await buildIssuerApp({
      issuer,
      operatorToken,
      auditorToken,
      now: () => house.nowMs,
      limits: { maxEventLoopDelayMs: 0 },
    });
  });
  // One service for all; each test has people of its own, and the clock stands where it stood.
  beforeEach(() => {
    house.nowMs = START_MS;
    nextPerson += 10;
    BOOKING = { ...SLOT, party: [applicant(), child(1)] };
  });
  after(async () => {
    await app.close();
    await issuer.close();
    await house[Symbol.asyncDispose]();
  });

  it('books, confirms and uses a place, and tells the second lane when and where it was used', async () => {
    const { body: held } = await post('/bookings', BOOKING);
    expect(held).to.include({ ...SLOT, state: 'held', mayExtend: true });
    const { body: confirmed } = await post(`/bookings/${held.reference}/confirmation`);
    expect(confirmed.state).to.equal('confirmed');
    house.nowMs = FRIDAY_MS;
    const scan = {
      reference: held.reference,
      port: 'SZB',
      present: [
        applicant().document,
        { ...child(1).document, docNumber: spaced(child(1).document.docNumber) },
      ],
    };
    const first = await gate({ ...scan, lane: 'SZB-07' });
    expect(first.body['outcome']).to.equal('admitted');
    const second = await gate({ ...scan, lane: 'SZB-08' });
    expect(second).to.deep.include({ status: 200 });
    expect(second.body).to.deep.equal({
      outcome: 'refused',
      code: 'BOOKING_USED',
      texts: BOOKING_PROBLEMS.BOOKING_USED.texts,
      used: { atSeconds: FRIDAY_MS / 1000, lane: 'SZB-07' },
    });
  });

  it('names who is missing at the gate, and goes by its own clock', async () => {
    const reference = await confirmed();
    const early = await gate({ reference, port: 'SZB', lane: 'SZB-07' });
    expect(early.body).to.deep.include({
      code: 'BOOKING_WRONG_DATE',
      bookedFor: { port: 'SZB', date: SLOT.date },
    });
    house.nowMs = FRIDAY_MS;
    const alone = await gate({ reference, port: 'SZB', lane: 'SZB-07', present: [applicant().document] });
    expect(alone.body).to.deep.include({
      code: 'BOOKING_COMPANION_MISSING',
      missing: [{ position: 2, relation: 'child' }],
    });
    for (const wrong of ['2222222223', '2222222222']) {
      const told = await gate({ reference: wrong, port: 'SZB', lane: 'SZB-07' });
      expect(told).to.deep.include({ status: 200 });
      expect(told.body['outcome']).to.equal('refused');
    }
  });

  it('changes, extends and cancels', async () => {
    const { body: held } = await post('/bookings', BOOKING);
    const extended = await post(`/bookings/${held.reference}/extension`);
    expect(extended.body).to.include({ mayExtend: false });
    await post(`/bookings/${held.reference}/confirmation`);
    const moved = await post(`/bookings/${held.reference}/change`, { port: 'HZMB', date: SLOT.date });
    expect(moved.body).to.include({ port: 'HZMB', state: 'confirmed' });
    const { body: old } = await get(`/bookings/${held.reference}`, house.secrets.operatorToken);
    expect(old).to.include({ state: 'changed', changedTo: moved.body.reference });
    const gone = await post(`/bookings/${moved.body.reference}/cancellation`);
    expect(gone.body.state).to.equal('cancelled');
  });

  it('answers a request that is sent again the same, and refuses another under its key', async () => {
    const headers = { 'idempotency-key': 'k-1' };
    const first = await post('/bookings', BOOKING, headers);
    expect(await post('/bookings', BOOKING, headers)).to.deep.equal(first);
    expect(await post('/bookings', BOOKING, { 'idempotency-key': '"k-1"' })).to.deep.equal(first);
    const other = await post('/bookings', { ...BOOKING, port: 'HZMB' }, headers);
    expect(other.body['code']).to.equal('BOOKING_REQUEST_REUSED');
  });

  for (const [name, changes, status, code] of [
    ['a port that does not exist', () => ({ port: 'MARS' }), 422, 'BOOKING_PORT_UNKNOWN'],
    ['a programme that does not exist', () => ({ programme: 'NONE' }), 404, 'BOOKING_PROGRAMME_UNKNOWN'],
    ['a date that does not exist', () => ({ date: '2022-02-30' }), 422, 'BOOKING_DATE_INVALID'],
    ['a date that is not open', () => ({ date: '2023-01-02' }), 409, 'BOOKING_WINDOW_CLOSED'],
    ['five people', () => partyOf(applicant(), ...[1, 2, 3, 4].map(child)), 422, 'BOOKING_PARTY_TOO_LARGE'],
    ['a child that books', () => partyOf(applicant('2004-12-22')), 422, 'BOOKING_NOT_ADULT'],
    ['who may be a child', () => partyOf(applicant('2004')), 422, 'BOOKING_NOT_ADULT'],
    ['who says no birth date', () => partyOf(applicant('')), 422, 'BOOKING_NOT_ADULT'],
    ['a mistyped document', () => partyOf(resident('A123456(4)')), 422, 'BOOKING_DOCUMENT_INVALID'],
    [
      'one document spelt twice',
      () => partyOf(resident(HKID), { ...resident('a123456 3'), relation: 'other' }),
      422,
      'BOOKING_PARTY_INVALID',
    ],
  ] as const) {
    it(`refuses ${name}, with the reason in four languages`, async () => {
      const before = await entries();
      const answer = await post('/bookings', { ...BOOKING, ...changes() });
      expect(answer.status).to.equal(status);
      expect(answer.body).to.include({ code, status });
      expect(Object.keys(answer.body['texts'] ?? {})).to.deep.equal(['en', 'zh-Hant', 'zh-Hans', 'pt']);
      expect(await entries(), 'nothing is half done').to.equal(before);
    });
  }

  it('lets somebody book on the day they come of age', async () => {
    const answer = await post('/bookings', { ...BOOKING, ...partyOf(applicant('2004-12-21')) });
    expect(answer.status).to.equal(200);
  });

  it('shows anybody what is left, and nothing of whom', async () => {
    await post('/bookings', { ...BOOKING, date: '2022-12-30' });
    const { body } = await get('/quotas/RETURN2HK');
    const slots = body['slots'] as { port: string; date: string }[];
    const slot = slots.find((one) => one.port === 'SZB' && one.date === '2022-12-30');
    expect(slot).to.deep.equal({
      port: 'SZB',
      date: '2022-12-30',
      allocation: 'firstCome',
      quota: 3000,
      free: 2998,
      waiting: 0,
    });
    expect((await get('/ballots/RETURN2HK/SZB/2022-12-23')).body['code']).to.equal('BOOKING_BALLOT_UNKNOWN');
  });

  it('derives the counts for auditors, who open nothing else', async () => {
    const slot = { ...SLOT, port: 'HKIA' };
    const reference = await confirmed(slot);
    const { body } = await audit();
    expect(body['slots']).to.deep.include({ ...slot, quota: 1000, peak: 2, people: { confirmed: 2 } });
    expect(body['problems']).to.deep.equal([]);
    const asAuditor = await get(`/bookings/${reference}`, house.secrets.auditorToken);
    expect(asAuditor.status).to.equal(401);
  });

  it('gives lanes a token that opens the gate and nothing else', async () => {
    const reference = await confirmed();
    const token = gateTokenOf(house.secrets.operatorToken);
    expect((await get(`/bookings/${reference}`, token)).status).to.equal(401);
    const scan = { reference, port: 'SZB', lane: 'SZB-07' };
    const auditors = await post('/bookings/uses', scan, {
      authorization: `Bearer ${house.secrets.auditorToken}`,
    });
    expect(auditors.status).to.equal(401);
    expect((await gate(scan)).status).to.equal(200);
  });

  it('describes its routes', async () => {
    const { body } = await get('/docs/json');
    expect(Object.keys(body['paths'] as object)).to.include.members([
      '/bookings',
      '/bookings/{reference}',
      '/bookings/{reference}/confirmation',
      '/bookings/{reference}/extension',
      '/bookings/{reference}/change',
      '/bookings/{reference}/cancellation',
      '/bookings/uses',
      '/bookings/audit',
      '/quotas/{programme}',
      '/ballots/{programme}/{port}/{date}',
    ]);
  });

  it('keeps nothing of a document or a birth date on the disk', async () => {
    await post('/bookings', { ...BOOKING, party: [{ ...resident('Z683365(5)'), birthDate: '1947-11-03' }] });
    const found = await allBytesBelow(house.folder);
    const isThere = (text: string): boolean => found.some(({ bytes }) => bytes.includes(text));
    expect(isThere('RETURN2HK'), 'the booking is there').to.equal(true);
    for (const secret of ['Z683365', '683365', '1947-11-03', 'HKID']) {
      expect(isThere(secret), secret).to.equal(false);
    }
  });

  async function confirmed(slot: object = SLOT): Promise<string> {
    const { body } = await post('/bookings', { ...BOOKING, ...slot });
    await post(`/bookings/${body.reference}/confirmation`);
    return body.reference;
  }

  async function post(url: string, payload?: object, headers: Record<string, string> = {}): Promise<Answer> {
    const authorization = `Bearer ${house.secrets.operatorToken}`;
    const answer = await app.inject({
      method: 'POST',
      url,
      headers: { authorization, ...headers },
      ...(payload === undefined ? {} : { payload }),
    });
    return { status: answer.statusCode, body: answer.json() };
  }

  async function gate(payload: object): Promise<Answer> {
    const authorization = `Bearer ${gateTokenOf(house.secrets.operatorToken)}`;
    return await post('/bookings/uses', payload, { authorization });
  }

  async function get(url: string, token?: string): Promise<Answer> {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const answer = await app.inject({ method: 'GET', url, headers });
    return { status: answer.statusCode, body: answer.json() };
  }

  async function audit(): Promise<Answer> {
    return await get('/bookings/audit', house.secrets.auditorToken);
  }

  async function entries(): Promise<unknown> {
    return (await audit()).body['entries'];
  }
});

interface Person {
  readonly document: { readonly docType: string; readonly docIssuer: string; readonly docNumber: string };
  readonly relation: string;
  readonly birthDate?: string;
}

function applicant(birthDate = '1980'): Person {
  return { ...child(0), relation: 'applicant', birthDate };
}

function child(n: number): Person {
  const docNumber = `K${10_000_000 + nextPerson + n}`;
  return { document: { docType: 'PASSPORT', docIssuer: 'HK', docNumber }, relation: 'child' };
}

function resident(docNumber: string): Person {
  return { ...applicant(), document: { docType: 'HKID', docIssuer: 'HK', docNumber } };
}

function partyOf(...party: readonly Person[]): object {
  return { party };
}

function spaced(docNumber: string): string {
  return ` ${docNumber.toLowerCase().slice(0, 4)} ${docNumber.slice(4)}`;
}
