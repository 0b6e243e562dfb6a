/**
 * N6: every route × every caller × an object that is there, one that is not, one that was erased. No caller gets what
 * its row does not give, and who may not know whether there is an object cannot tell. A route without a row fails.
 */
import { after, before, describe, it } from 'mocha';
import { expect } from 'chai';
import type { LightMyRequestResponse } from 'fastify';
import { toHex } from '../../core/bytes/hex.ts';
import { makeReference } from '../../booking/reference.ts';
import { buildIssuerApp } from '../../issuer/app.ts';
import { officerTokenOf } from '../../issuer/conversion/officer-token.ts';
import type { Issuer } from '../../issuer/issuer.ts';
import type { Service } from '../../service/app.ts';
import { vaccinationRecord } from '../support/consortium.ts';
import { collect, issued, IssuerHouse, rowsOf, vaccination } from './support/issuer-house.ts';
import { ConvertingIssuers, NOON } from './conversion/converting-issuers.ts';
import { orderOn, personOf, terms } from './health/support.ts';
import { act, request } from './support/two-people.ts';

const CALLERS = ['nobody', 'stranger', 'auditor', 'officer', 'operator'] as const;
type Caller = (typeof CALLERS)[number];

const ANYONE: readonly Caller[] = CALLERS;
const AUDITORS: readonly Caller[] = ['auditor', 'operator'];
const OPERATOR: readonly Caller[] = ['operator'];
const OFFICER: readonly Caller[] = ['officer'];

/** What stands in the place of an object: its name in a URL or a body. */
type Thing =
  | 'record'
  | 'handle'
  | 'act'
  | 'actBatch'
  | 'batch'
  | 'list'
  | 'kid'
  | 'erasure'
  | 'order'
  | 'booking'
  | 'conversion'
  | 'referral';
type Things = Readonly<Record<Thing, string>>;

interface Row {
  readonly who: readonly Caller[];
  /** The URL, after the method and the route. */
  readonly url: (things: Things) => string;
  readonly body?: (things: Things) => object;
  /** Answer to those who may ask for what is there; default 200. */
  readonly known?: string;
  /** For routes that name an object: the code for one that is not there. */
  readonly unknown?: string;
  /** One person's, whoever may ask. */
  readonly isPersonal?: true;
  /** An erased record must look as if it had never been. */
  readonly hidesErased?: true;
}

const TERMS = { reason: 'record-corrected', legalBasis: 'Internal', notice: { en: 'Corrected.' } };
const revoking = ({ record }: Things): object => request({ by: 'record', recordId: record });
const BOOKING = {
  programme: 'RETURN2HK',
  port: 'SZB',
  date: '2022-12-23',
  party: [
    {
      document: { docType: 'PASSPORT', docNumber: 'K00000001', docIssuer: 'HK' },
      relation: 'applicant',
      birthDate: '1980-01-01',
    },
  ],
};
const BAD_SIGNATURE = `0x${'1'.repeat(130)}`;

const ROWS: Readonly<Record<string, Row>> = {
  'GET /metrics': { who: ANYONE, url: () => '/metrics' },
  'GET /health/live': { who: ANYONE, url: () => '/health/live' },
  'GET /health/ready': { who: ANYONE, url: () => '/health/ready' },
  'GET /issuer': { who: ANYONE, url: () => '/issuer' },
  'GET /status': { who: ANYONE, url: () => '/status' },
  'GET /status/:name': {
    who: ANYONE,
    url: ({ list }) => `/status/${list}`,
    unknown: 'STATUS_LIST_NOT_FOUND',
  },
  'GET /status/:name/:purpose': {
    who: ANYONE,
    url: ({ list }) => `/status/${list}/revocation`,
    unknown: 'STATUS_LIST_NOT_FOUND',
  },
  'GET /.well-known/jwks.json': { who: ANYONE, url: () => '/.well-known/jwks.json' },
  'GET /.well-known/crl/:kid.json': {
    who: ANYONE,
    url: ({ kid }) => `/.well-known/crl/${kid}.json`,
    unknown: 'REVOCATION_LIST_NOT_FOUND',
  },
  'GET /foreign/revocations': { who: ANYONE, url: () => '/foreign/revocations' },
  'GET /foreign/trust': { who: ANYONE, url: () => '/foreign/trust' },
  'GET /batches/:root': { who: ANYONE, url: ({ batch }) => `/batches/${batch}`, unknown: 'BATCH_NOT_FOUND' },

  'GET /batches/:root/account': {
    who: AUDITORS,
    url: ({ batch }) => `/batches/${batch}/account`,
    unknown: 'BATCH_NOT_FOUND',
  },
  'GET /acts/history': { who: AUDITORS, url: () => '/acts/history?after=0' },
  'GET /acts/batches/:root': {
    who: AUDITORS,
    url: ({ actBatch }) => `/acts/batches/${actBatch}`,
    unknown: 'ACT_BATCH_NOT_FOUND',
  },

  'POST /records': { who: OPERATOR, url: () => '/records', body: () => vaccinationRecord() },
  'GET /records/:id': {
    who: OPERATOR,
    url: ({ record }) => `/records/${record}`,
    unknown: 'RECORD_NOT_FOUND',
    hidesErased: true,
  },
  'POST /records/:id/foreign': {
    who: OPERATOR,
    url: ({ record }) => `/records/${record}/foreign`,
    body: () => ({ format: 'shc' }),
    // An act has revoked it.
    known: 'CREDENTIAL_NOT_VALID',
    unknown: 'RECORD_NOT_FOUND',
    hidesErased: true,
  },
  'POST /imports': {
    who: OPERATOR,
    url: () => '/imports',
    body: () => ({ code: 'HC1:', subject: vaccinationRecord().subject, checkedBy: '7' }),
    known: 'IMPORT_REFUSED',
  },
  'GET /records/:id/fhir': {
    who: OPERATOR,
    url: ({ record }) => `/records/${record}/fhir`,
    unknown: 'RECORD_NOT_FOUND',
    hidesErased: true,
  },
  'GET /credentials/:handle': {
    who: OPERATOR,
    url: ({ handle }) => `/credentials/${handle}`,
    unknown: 'CREDENTIAL_NOT_FOUND',
    hidesErased: true,
  },
  'GET /credentials/:handle.:format': {
    who: OPERATOR,
    url: ({ handle }) => `/credentials/${handle}.txt`,
    unknown: 'CREDENTIAL_NOT_FOUND',
    hidesErased: true,
  },
  'GET /credentials/:handle/acts': {
    who: OPERATOR,
    url: ({ handle }) => `/credentials/${handle}/acts`,
    unknown: 'CREDENTIAL_NOT_FOUND',
    hidesErased: true,
  },
  'POST /receipts': {
    who: OPERATOR,
    url: () => '/receipts',
    body: () => ({ receipt: 'x' }),
    known: 'RECEIPT_INVALID',
  },
  'GET /uploads': { who: OPERATOR, url: () => '/uploads' },
  'POST /corrections': {
    who: OPERATOR,
    url: () => '/corrections',
    body: ({ record }) => ({ ...TERMS, recordId: record, record: vaccinationRecord({ doseNumber: 1 }) }),
    unknown: 'RECORD_NOT_FOUND',
    hidesErased: true,
  },
  'POST /acts/dry-run': {
    who: OPERATOR,
    url: () => '/acts/dry-run',
    body: revoking,
    unknown: 'RECORD_NOT_FOUND',
    hidesErased: true,
  },
  'POST /acts': {
    who: OPERATOR,
    url: () => '/acts',
    body: revoking,
    unknown: 'RECORD_NOT_FOUND',
    hidesErased: true,
  },
  'GET /acts': { who: OPERATOR, url: () => '/acts' },
  'GET /acts/:id': { who: OPERATOR, url: (things) => `/acts/${things.act}`, unknown: 'ACT_NOT_FOUND' },
  'POST /acts/:id/withdrawal': {
    who: OPERATOR,
    url: (things) => `/acts/${things.act}/withdrawal`,
    known: 'ACT_NOT_PROPOSED',
    unknown: 'ACT_NOT_FOUND',
  },
  'POST /acts/batches': {
    who: OPERATOR,
    url: () => '/acts/batches',
    body: (things) => ({ acts: [things.act] }),
    known: 'ACT_NOT_PROPOSED',
    unknown: 'ACT_NOT_FOUND',
  },
  'POST /acts/batches/:root/approvals': {
    who: OPERATOR,
    url: ({ actBatch }) => `/acts/batches/${actBatch}/approvals`,
    body: () => ({ signature: BAD_SIGNATURE }),
    known: 'ACT_APPROVAL_INVALID',
    unknown: 'ACT_BATCH_NOT_FOUND',
  },
  'GET /keys': { who: OPERATOR, url: () => '/keys' },
  'POST /keys/use': {
    who: OPERATOR,
    url: () => '/keys/use',
    body: ({ kid }) => ({ kid }),
    unknown: 'KEY_UNKNOWN',
  },
  'POST /keys/re-sign': { who: OPERATOR, url: () => '/keys/re-sign' },
  'POST /erasures': {
    who: OPERATOR,
    url: () => '/erasures',
    body: ({ erasure }) => ({ recordId: erasure, ground: 'subject-request' }),
    unknown: 'RECORD_NOT_FOUND',
  },
  'GET /erasures/:recordId': {
    who: OPERATOR,
    url: ({ erasure }) => `/erasures/${erasure}`,
    unknown: 'ERASURE_NOT_FOUND',
  },
  'POST /reports': {
    who: OPERATOR,
    url: () => '/reports',
    body: ({ record }) => ({ recordId: record, purpose: 'subject-access' }),
    unknown: 'RECORD_NOT_FOUND',
    hidesErased: true,
  },
  'POST /holds': {
    who: OPERATOR,
    url: () => '/holds',
    body: ({ record }) => ({
      recordId: record,
      reason: 'audit',
      legalBasis: 'Internal',
      placedBy: 'Officer 7',
    }),
    unknown: 'RECORD_NOT_FOUND',
    hidesErased: true,
  },
  'POST /holds/lifts': {
    who: OPERATOR,
    url: () => '/holds/lifts',
    body: ({ record }) => ({ recordId: record, hold: 99, liftedBy: 'Officer 7' }),
    known: 'HOLD_NOT_FOUND',
    unknown: 'RECORD_NOT_FOUND',
    hidesErased: true,
  },
  'GET /holds/:recordId': {
    who: OPERATOR,
    url: ({ record }) => `/holds/${record}`,
    unknown: 'RECORD_NOT_FOUND',
    hidesErased: true,
  },
  'POST /orders': {
    who: OPERATOR,
    url: () => '/orders',
    body: () => orderOn(personOf(1)),
  },
  'POST /orders/:id/release': {
    who: OPERATOR,
    url: ({ order }) => `/orders/${order}/release`,
    body: () => ({ releasedBy: 'HO-18', enteredBy: 'OP-4' }),
    // It was released before.
    known: 'ORDER_ENDED',
    unknown: 'ORDER_NOT_FOUND',
  },
  'POST /statuses': {
    who: OPERATOR,
    url: () => '/statuses',
    body: () => ({ person: { subject: personOf(1) }, scheme: 'HK-HC' }),
  },
  'POST /statuses/reasons': {
    who: OPERATOR,
    url: () => '/statuses/reasons',
    body: ({ record }) => ({ person: { recordId: record } }),
    unknown: 'RECORD_NOT_FOUND',
    hidesErased: true,
  },
  'POST /rulings': {
    who: OPERATOR,
    url: () => '/rulings',
    body: ({ record }) => ({ ...terms(), person: { recordId: record } }),
    unknown: 'RECORD_NOT_FOUND',
    hidesErased: true,
  },
  'GET /quotas/:programme': { who: ANYONE, url: () => '/quotas/RETURN2HK' },
  'GET /ballots/:programme/:port/:date': {
    who: ANYONE,
    url: () => '/ballots/RETURN2HK/SZB/2022-12-23',
    known: 'BOOKING_BALLOT_UNKNOWN',
  },
  'POST /bookings': { who: OPERATOR, url: () => '/bookings', body: () => BOOKING },
  'GET /bookings/:reference': {
    who: OPERATOR,
    url: ({ booking }) => `/bookings/${booking}`,
    unknown: 'BOOKING_NOT_FOUND',
  },
  'POST /bookings/:reference/confirmation': {
    who: OPERATOR,
    url: ({ booking }) => `/bookings/${booking}/confirmation`,
    known: 'BOOKING_CANCELLED',
    unknown: 'BOOKING_NOT_FOUND',
  },
  'POST /bookings/:reference/extension': {
    who: OPERATOR,
    url: ({ booking }) => `/bookings/${booking}/extension`,
    known: 'BOOKING_CANCELLED',
    unknown: 'BOOKING_NOT_FOUND',
  },
  'POST /bookings/:reference/cancellation': {
    who: OPERATOR,
    url: ({ booking }) => `/bookings/${booking}/cancellation`,
    unknown: 'BOOKING_NOT_FOUND',
  },
  'POST /bookings/:reference/change': {
    who: OPERATOR,
    url: ({ booking }) => `/bookings/${booking}/change`,
    body: () => ({ port: 'HZMB', date: BOOKING.date }),
    known: 'BOOKING_CANCELLED',
    unknown: 'BOOKING_NOT_FOUND',
  },
  'POST /bookings/uses': {
    who: OPERATOR,
    url: () => '/bookings/uses',
    body: ({ booking }) => ({ reference: booking, port: BOOKING.port, lane: 'SZB-07' }),
    unknown: 'BOOKING_NOT_FOUND',
  },
  'GET /bookings/audit': { who: AUDITORS, url: () => '/bookings/audit' },
  'GET /conversions/consent': { who: ANYONE, url: () => '/conversions/consent' },
  // What holders send is signed by their keys, and what they ask for is named by 128 random bits.
  'POST /conversions': {
    who: ANYONE,
    isPersonal: true,
    url: () => '/conversions',
    body: () => ({
      code: 'HCL1:ABC',
      evidence: [],
      terms: { at: 0, id: 'a'.repeat(32), target: 'did:web:mo-ssm.example', text: 'convert-3.en' },
      signature: 'A'.repeat(86),
    }),
    known: 'CONVERSION_CODE_NOT_VALID',
  },
  'GET /conversions/:id': {
    who: ANYONE,
    isPersonal: true,
    url: ({ conversion }) => `/conversions/${conversion}`,
    unknown: 'CONVERSION_NOT_FOUND',
  },
  'POST /conversions/:id/withdrawal': {
    who: ANYONE,
    isPersonal: true,
    url: ({ conversion }) => `/conversions/${conversion}/withdrawal`,
    body: () => ({ at: NOON, signature: 'A'.repeat(86) }),
    known: 'CONVERSION_WRONG_HOLDER',
    unknown: 'CONVERSION_NOT_FOUND',
  },
  'POST /conversions/arrivals': {
    who: ANYONE,
    isPersonal: true,
    url: () => '/conversions/arrivals',
    body: () => ({
      code: 'HCL1:ABC',
      list: {
        digests: [{ uri: 'https://hk-dh.example/status/1', digest: `0x${'1'.repeat(64)}` }],
        uri: 'https://hk-dh.example/status/1',
        version: 1,
        lst: 'AA',
      },
    }),
    known: 'CONVERSION_CODE_NOT_VALID',
  },
  'GET /conversions/referrals': { who: [...OFFICER, ...OPERATOR], url: () => '/conversions/referrals' },
  'POST /conversions/referrals/:number': {
    who: OFFICER,
    url: ({ referral }) => `/conversions/referrals/${referral}`,
    body: () => ({ decision: 'accepted' }),
    // Our own colour would be a better one.
    known: 'CONVERSION_STATE_NOT_CONVERTIBLE',
    unknown: 'CONVERSION_NOT_FOUND',
  },
  'GET /conversions/recognition': {
    who: OPERATOR,
    url: () => '/conversions/recognition?source=did:web:cn-gd.example',
  },
  'GET /conversions/officers/:officer': { who: OPERATOR, url: () => '/conversions/officers/O-18' },
  'POST /conversions/officers/:officer/revocations': {
    who: OPERATOR,
    url: () => '/conversions/officers/O-18/revocations',
  },
  'GET /conversions/account': { who: AUDITORS, url: () => '/conversions/account' },
  'GET /colours/changes': { who: AUDITORS, url: () => '/colours/changes?after=0' },
  'GET /retention': { who: OPERATOR, url: () => '/retention' },
};

/** Well formed, and nobody's. */
const UNKNOWN: Things = {
  record: 'x'.repeat(22),
  handle: 'x'.repeat(22),
  act: 'a'.repeat(32),
  actBatch: `0x${'1'.repeat(64)}`,
  batch: `0x${'1'.repeat(64)}`,
  list: '99',
  kid: 'A'.repeat(43),
  erasure: 'x'.repeat(22),
  order: 'x'.repeat(21) + 'A',
  booking: makeReference((length) => new Uint8Array(length)),
  conversion: 'f'.repeat(32),
  referral: '99',
};

describe('issuer routes: who may call them', function () {
  // The first service of a process loads fastify's plugins and the pages of /docs.
  this.timeout(60_000);
  let house: IssuerHouse;
  /** Of the routes of conversions: they need a ledger that other issuers are on. */
  let abroad: ConvertingIssuers;
  let convertingApp: Service;
  let issuer: Issuer;
  let app: Service;
  let there: Things;
  let erased: Things;

  before(async () => {
    house = await IssuerHouse.create();
    abroad = await ConvertingIssuers.create();
    issuer = await house.open();
    const [first, second] = (await collect(issuer.issueRows(rowsOf([vaccination(1), vaccination(2)])))).map(
      issued,
    );
    await issuer.issueForeign(first?.recordId ?? '', 'shc');
    await issuer.settle();
    const { id: placed } = await issuer.health.orders.place(orderOn(personOf(9)));
    await issuer.health.orders.release(placed, { releasedBy: 'HO-18', enteredBy: 'OP-4' });
    const { id } = await act(issuer, { by: 'lot', lot: 'LOT1' });
    await issuer.settle();
    await issuer.privacy.erase(second?.recordId ?? '', 'subject-request');
    await issuer.settle();
    there = {
      record: first?.recordId ?? '',
      handle: first?.credentials[0]?.handle ?? '',
      act: id,
      actBatch: house.ledger.acts[0]?.root ?? '',
      batch: toHex(house.ledger.batches[0]?.root ?? new Uint8Array(0)),
      list: '1',
      kid: issuer.key.kid,
      erasure: second?.recordId ?? '',
      order: placed,
      booking: '',
      ...(await converted(abroad)),
    };
    const gone = { record: second?.recordId ?? '', handle: second?.credentials[0]?.handle ?? '' };
    const { operatorToken, auditorToken } = house.secrets;
    const serve = async (issuer_: Issuer): Promise<Service> => {
      const options = { operatorToken, auditorToken, now: () => house.nowMs };
      const served = await buildIssuerApp({
        issuer: issuer_,
        ...options,
        limits: { maxEventLoopDelayMs: 0 },
      });
      await served.ready();
      return served;
    };
    app = await serve(issuer);
    convertingApp = await serve(await abroad.at('HK'));
    const booked = await ask('operator', 'POST /bookings', there);
    there = { ...there, booking: booked.json<{ reference: string }>().reference };
    erased = { ...there, ...gone };
  });

  after(async () => {
    await convertingApp.close();
    await abroad[Symbol.asyncDispose]();
    await app.close();
    await issuer.close();
    await house[Symbol.asyncDispose]();
  });

  async function ask(caller: Caller, route: string, things: Things): Promise<LightMyRequestResponse> {
    const [method] = route.split(' ') as ['GET' | 'HEAD' | 'POST']; // all methods of the routes
    const row = rowOf(route.replace('HEAD', 'GET'));
    const { operatorToken, auditorToken } = house.secrets;
    const tokens = {
      nobody: undefined,
      stranger: 'x'.repeat(43),
      auditor: auditorToken,
      officer: officerTokenOf(operatorToken, 'O-17'),
      operator: operatorToken,
    };
    const token = tokens[caller];
    const asked = route.includes(' /conversions') ? convertingApp : app;
    return await asked.inject({
      method,
      url: row.url(things),
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      ...(row.body === undefined ? {} : { payload: row.body(things) }),
    });
  }

  it('is said by a row for each of them', () => {
    // What converts has all routes of what does not.
    const routes = routesOf(convertingApp).filter((route) => !/^\w+ \/docs\b/.test(route));
    expect(routes).to.include.members(routesOf(app).filter((route) => !/^\w+ \/docs\b/.test(route)));
    expect(routes.filter((route) => !route.startsWith('HEAD '))).to.have.members(Object.keys(ROWS));
  });

  it('lets nobody on the way keep an answer that needs a token or is one person’s, whatever it is', async () => {
    for (const [route, { who, isPersonal }] of Object.entries(ROWS)) {
      if (who === ANYONE && isPersonal !== true) continue;
      for (const caller of CALLERS) {
        for (const things of [there, erased, UNKNOWN]) {
          const { headers } = await ask(caller, route, things);
          expect(headers['cache-control'], `${route}, ${caller}`).to.equal('no-store');
        }
      }
    }
  });

  for (const [route, { who, unknown }] of Object.entries(ROWS)) {
    for (const caller of CALLERS.filter((one) => !who.includes(one))) {
      it(`${route}: ${caller} is refused, and learns nothing of what is there`, async () => {
        const answers = await Promise.all([there, erased, UNKNOWN].map((one) => ask(caller, route, one)));
        for (const answer of answers)
          expect(answer.json()).to.include({ code: 'UNAUTHENTICATED', status: 401 });
        expect(new Set(answers.map(comparable)).size).to.equal(1);
        if (!route.startsWith('GET ')) return;
        expect((await ask(caller, route.replace('GET', 'HEAD'), there)).statusCode).to.equal(401);
      });
    }

    if (unknown === undefined) continue;
    it(`${route}: what is not there is ${unknown}`, async () => {
      for (const caller of who) {
        expect((await ask(caller, route, UNKNOWN)).json(), caller).to.include({ code: unknown });
      }
    });
  }

  for (const [route, { who, known }] of Object.entries(ROWS)) {
    it(`${route}: answers ${who.join(', ')}`, async () => {
      for (const caller of who) {
        const answer = await ask(caller, route, there);
        if (known === undefined) expect(answer.statusCode, `${caller}: ${answer.body}`).to.equal(200);
        else expect(answer.json(), caller).to.include({ code: known });
      }
    });
  }

  for (const [route, { hidesErased }] of Object.entries(ROWS)) {
    if (hidesErased !== true) continue;
    it(`${route}: an erased record looks as if it had never been`, async () => {
      const [gone, never] = [await ask('operator', route, erased), await ask('operator', route, UNKNOWN)];
      expect(comparable(gone)).to.equal(comparable(never));
    });
  }
});

/** At Hong Kong: one who goes to Macao, and one from Guangdong with a colour on which an officer decides. */
async function converted(issuers: ConvertingIssuers): Promise<Pick<Things, 'conversion' | 'referral'>> {
  await issuers.at('HK');
  const { id: conversion } = await issuers.carry(await issuers.traveller('HK'), 'HK', 'MO');
  const order = { kind: 'quarantine', ground: 'hcl|under-order' } as const;
  const decided = await issuers.convert(await issuers.traveller('GD', { order }), 'GD', 'HK');
  expect(decided).to.include({ decision: 'referred' });
  const [referral] = await (await issuers.at('HK')).conversion.target.referrals();
  return { conversion, referral: String(referral?.number) };
}

function rowOf(route: string): Row {
  const row = ROWS[route];
  if (row === undefined) throw new Error(`no row for ${route}`);
  return row;
}

/** Status, headers and body, without what differs from one request to the next. */
function comparable({ statusCode, headers, body }: LightMyRequestResponse): string {
  const names = Object.keys(headers).filter((name) => !/^(?:date|x-ratelimit-\w+)$/.test(name));
  return JSON.stringify([statusCode, names.map((name) => [name, headers[name]]), body]).replaceAll(
    /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g,
    'request',
  );
}

/** `GET /records/:id` and so on: all that fastify would answer, described or not. */
function routesOf(app: Service): readonly string[] {
  const parents: string[] = [];
  return app
    .printRoutes({ commonPrefix: false })
    .split('\n')
    .flatMap((line) => {
      const [, indent = '', part = '', methods = ''] =
        /^((?:[│ ] {3})*)[├└]── (\S+) \(([A-Z, ]+)\)$/.exec(line) ?? [];
      if (part === '') return [];
      const depth = indent.length / 4;
      const path = `${depth === 0 ? '' : parents[depth - 1]}${part}`;
      parents[depth] = path;
      return methods.split(', ').map((method) => `${method} ${path}`);
    });
}
