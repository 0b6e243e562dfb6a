/** Whose word it is on a referral, the token of the one who gives it says: nobody's else, and nothing in the request. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { officerTokenOf, officerWith } from '../../../issuer/conversion/officer-token.ts';
import { buildIssuerApp } from '../../../issuer/app.ts';
import type { Service } from '../../../service/app.ts';
import { ConvertingIssuers, NOON, PLACES } from './converting-issuers.ts';

const OPERATOR = 'operator-token-of-these-tests-long-enough';
const AUDITOR = 'auditor-token-of-these-tests-long-enough';
const REFUSE = { decision: 'refused' } as const;

/** Macao with one referral that waits: somebody who is under an order there. */
async function waiting(issuers: ConvertingIssuers): Promise<Service> {
  const issuer = await issuers.at('MO');
  const traveller = await issuers.traveller('HK');
  await issuer.health.orders.place({
    subject: traveller.subject,
    kind: 'quarantine',
    ground: 'hcl|under-order',
    reference: 'ORDER-9',
    fromSeconds: NOON - 60,
    untilSeconds: NOON + 86_400,
    legalBasis: 'Law 2/2004 art. 14',
    orderedBy: 'HO-1',
    enteredBy: 'HO-2',
  });
  expect(await issuers.convert(traveller, 'HK', 'MO')).to.include({ decision: 'referred' });
  return await serve(issuers);
}

async function serve(issuers: ConvertingIssuers): Promise<Service> {
  return await buildIssuerApp({
    issuer: await issuers.at('MO'),
    operatorToken: OPERATOR,
    auditorToken: AUDITOR,
    now: () => NOON * 1000,
    limits: { maxEventLoopDelayMs: 0 },
  });
}

async function rule(app: Service, token: string, payload: object = REFUSE) {
  const headers = { authorization: `Bearer ${token}` };
  return await app.inject({ method: 'POST', url: '/conversions/referrals/1', headers, payload });
}

async function referrals(app: Service, token: string) {
  return await app.inject({ url: '/conversions/referrals', headers: { authorization: `Bearer ${token}` } });
}

/** What the operator is told of the tokens of O-17. */
async function revocations(app: Service, method: 'GET' | 'POST', path: string): Promise<unknown> {
  const headers = { authorization: `Bearer ${OPERATOR}` };
  return (await app.inject({ method, url: `/conversions/officers/O-17${path}`, headers })).json();
}

/** By whom each decision is said to be. */
async function officers(app: Service): Promise<readonly (string | undefined)[]> {
  const answer = await app.inject({
    url: `/conversions/recognition?source=${PLACES.HK.did}`,
    headers: { authorization: `Bearer ${OPERATOR}` },
  });
  return answer
    .json<{ converted: readonly { officer?: string }[] }>()
    .converted.map(({ officer }) => officer);
}

describe('an officer’s word', () => {
  it('is of whom their token names, and the operator sees of whom', async () => {
    await using issuers = await ConvertingIssuers.create();
    await using app = await waiting(issuers);
    expect(await officers(app)).to.deep.equal([undefined]);
    const answer = await rule(app, officerTokenOf(OPERATOR, 'O-17'));
    expect(answer.json()).to.include({ decision: 'refused' });
    expect(await officers(app)).to.deep.equal(['O-17']);
  });

  it('is nobody else’s: not by a number in the request, another’s token under their number, or other tokens', async () => {
    await using issuers = await ConvertingIssuers.create();
    await using app = await waiting(issuers);
    const own = officerTokenOf(OPERATOR, 'O-17');
    const named = await rule(app, own, { ...REFUSE, officer: 'O-18' });
    expect(named.statusCode).to.equal(400);
    const mac = own.split('.')[1] ?? '';
    const strangers = [
      `O-18.${mac}`,
      `.${mac}`,
      `O-17.O-18.${mac}`,
      'O-17.',
      'O-17',
      officerTokenOf('operator-token-of-another-issuer', 'O-17'),
      OPERATOR,
      AUDITOR,
    ];
    for (const token of strangers) {
      const answer = await rule(app, token);
      expect(answer.json(), token).to.include({ status: 401, code: 'UNAUTHENTICATED' });
    }
    expect(await officers(app)).to.deep.equal([undefined]);
  });

  it('is of nobody whose tokens were taken back, also after a restart; a new one is theirs again, and others keep theirs', async () => {
    await using issuers = await ConvertingIssuers.create();
    await using first = await waiting(issuers);
    const [old, other] = [officerTokenOf(OPERATOR, 'O-17'), officerTokenOf(OPERATOR, 'O-18')];
    expect(await revocations(first, 'GET', '')).to.deep.equal({ officer: 'O-17', revocations: 0 });
    expect(await revocations(first, 'POST', '/revocations')).to.deep.equal({
      officer: 'O-17',
      revocations: 1,
    });
    expect((await rule(first, old)).json()).to.include({ status: 401, code: 'UNAUTHENTICATED' });
    await issuers.stop('MO');
    await using app = await serve(issuers);
    expect((await rule(app, old)).json()).to.include({ status: 401, code: 'UNAUTHENTICATED' });
    expect((await referrals(app, old)).statusCode).to.equal(401);
    expect((await referrals(app, other)).statusCode).to.equal(200);
    expect((await rule(app, officerTokenOf(OPERATOR, 'O-17', 1))).json()).to.include({ decision: 'refused' });
    expect(await officers(app)).to.deep.equal(['O-17']);
    expect(await revocations(app, 'POST', '/revocations')).to.include({ revocations: 2 });
    expect((await referrals(app, officerTokenOf(OPERATOR, 'O-17', 1))).statusCode).to.equal(401);
  });

  it('is of a token with each revocation counted, also where two come at once', async () => {
    await using issuers = await ConvertingIssuers.create();
    const { officers: known } = (await issuers.at('MO')).conversion;
    expect(await Promise.all([known.revoke('O-17'), known.revoke('O-17')])).to.deep.equal([1, 2]);
    expect(known.revocationsOf('O-17')).to.equal(2);
  });

  it('is nobody’s whose token is taken back while the request comes', async () => {
    await using issuers = await ConvertingIssuers.create();
    await using app = await waiting(issuers);
    // After the token was looked at, and before the answer is made.
    const { officers: known } = (await issuers.at('MO')).conversion;
    app.addHook('preHandler', async ({ url }) => {
      if (url.startsWith('/conversions/referrals/')) await known.revoke('O-17');
    });
    const answer = await rule(app, officerTokenOf(OPERATOR, 'O-17'));
    expect(answer.json()).to.include({ status: 401, code: 'UNAUTHENTICATED' });
    expect(await officers(app)).to.deep.equal([undefined]);
  });

  it('is of a number that such tokens are made for, and of no other', () => {
    const never = (): number => 0;
    expect(officerWith(OPERATOR, officerTokenOf(OPERATOR, 'O-17'), never)).to.equal('O-17');
    for (const number of ['', 'O 17', 'O.17', 'O'.repeat(41), 'Ó-17'])
      expect(officerWith(OPERATOR, officerTokenOf(OPERATOR, number), never), number).to.equal(undefined);
  });
});
