/** The second at which an answer changes, on both sides of it. */
import { describe, it } from 'mocha';
import { expect } from 'chai';
import type { LedgerEvent } from '../../../core/trust/ledger-event.ts';
import { defaultPolicy } from '../../../core/verify/policy.ts';
import type { ReasonCode } from '../../../core/verify/reasons.ts';
import { verifyCode } from '../../../core/verify/verify.ts';
import {
  makeConsortium,
  START_SECONDS,
  vaccinationRecord,
  type Consortium,
  type FixtureIssuer,
  type IssueOptions,
} from '../../support/consortium.ts';

const HOUR = 3600;
const DAY = 86_400;
const SKEW = defaultPolicy.clockSkewSeconds;
const never = START_SECONDS + 30 * DAY;

/** Reasons for one code at several times; the ledger and the lists keep up. */
async function reasonsAt(
  times: readonly number[],
  options: IssueOptions,
): Promise<readonly (readonly ReasonCode[])[]> {
  const consortium = makeConsortium({ seed: 3 });
  consortium.publishStatus(consortium.issuer, [], never);
  const [code] = await consortium.issueCodes([vaccinationRecord()], options);
  const answers: (readonly ReasonCode[])[] = [];
  for (const time of times) {
    consortium.advance(Math.max(0, time - consortium.nowSeconds));
    answers.push((await verifyCode(code?.text ?? '', consortium.context({ nowSeconds: time }))).reasons);
  }
  return answers;
}

/** Reasons for codes anchored one second before, at, and one second after `at`, once `events` are known. */
async function reasonsAround(
  at: number,
  events: (issuer: FixtureIssuer) => readonly LedgerEvent[],
  announcedAt: 'before' | 'after',
): Promise<readonly (readonly ReasonCode[])[]> {
  const consortium = makeConsortium({ seed: 4 });
  const { issuer } = consortium;
  consortium.publishStatus(issuer, [], never);
  if (announcedAt === 'before') consortium.block(events(issuer));
  const codes: string[] = [];
  for (const time of [at - 1, at, at + 1]) codes.push(await anchoredAt(consortium, time));
  consortium.advance(HOUR);
  if (announcedAt === 'after') consortium.block(events(issuer));
  return Promise.all(codes.map(async (text) => (await verifyCode(text, consortium.context())).reasons));
}

/** One code anchored at exactly that time. */
async function anchoredAt(consortium: Consortium, time: number): Promise<string> {
  consortium.nowSeconds = time;
  // Issued without the block that `issueCodes` waits for, so that the next one can come a second later.
  const [code] = await consortium.issueCodes([vaccinationRecord()], { isAnchored: false });
  if (code === undefined) throw new Error('nothing was issued');
  const { issuer } = consortium;
  consortium.block([
    {
      event: 'BatchAnchored',
      issuer: issuer.id,
      root: `0x${Buffer.from(code.root).toString('hex')}`,
      log2Size: 6,
      class: 1,
      sequence: consortium.state.roots.lastSequenceOf(issuer.id) + 1,
      account: issuer.account,
    },
  ]);
  return code.text;
}

describe('the second at which a verdict changes', () => {
  it('is exp plus the tolerance', async () => {
    const exp = START_SECONDS + DAY;
    expect(await reasonsAt([exp, exp + SKEW - 1, exp + SKEW], { expiresAtSeconds: exp })).to.deep.equal([
      [],
      [],
      ['EXPIRED'],
    ]);
  });

  it('is nbf minus the tolerance', async () => {
    const nbf = START_SECONDS + DAY;
    expect(await reasonsAt([nbf - SKEW - 1, nbf - SKEW, nbf], { notBeforeSeconds: nbf })).to.deep.equal([
      ['NOT_YET_VALID'],
      [],
      [],
    ]);
  });

  it('is iat minus the tolerance', async () => {
    const iat = START_SECONDS + HOUR;
    const change: IssueOptions['change'] = (claims) => ({ ...claims, iat });
    expect(await reasonsAt([iat - SKEW - 1, iat - SKEW], { change })).to.deep.equal([
      ['ISSUED_IN_FUTURE'],
      [],
    ]);
  });

  it('is a leap day like any other', async () => {
    const exp = Date.UTC(2024, 1, 29) / 1000;
    const consortium = makeConsortium({ seed: 5 });
    const [code] = await consortium.issueCodes([vaccinationRecord()], { expiresAtSeconds: exp });
    consortium.nowSeconds = exp - DAY;
    consortium.block([]);
    consortium.publishStatus(consortium.issuer, [], exp + 2 * DAY);
    for (const [time, reasons] of [
      [exp + SKEW - 1, []],
      [exp + SKEW, ['EXPIRED']],
    ] as const) {
      consortium.nowSeconds = time;
      consortium.block([]);
      expect((await verifyCode(code?.text ?? '', consortium.context())).reasons).to.deep.equal(reasons);
    }
  });

  it('is 24 hours after iat, by the time of the ledger, for a root that was not seen', async () => {
    const limit = START_SECONDS + DAY;
    expect(await reasonsAt([limit, limit + 1], { isAnchored: false })).to.deep.equal([
      ['ROOT_NOT_SEEN'],
      ['ROOT_NEVER_ANCHORED'],
    ]);
  });

  it('is the end of the grace after the next update of the status list', async () => {
    const consortium = makeConsortium({ seed: 3 });
    const [code] = await consortium.issueCodes([vaccinationRecord()]);
    const stale = START_SECONDS + DAY + defaultPolicy.statusGraceSeconds;
    for (const [time, reasons] of [
      [stale - 1, []],
      [stale, ['STATUS_STALE']],
    ] as const) {
      consortium.advance(time - consortium.nowSeconds);
      expect((await verifyCode(code?.text ?? '', consortium.context())).reasons).to.deep.equal(reasons);
    }
  });

  it('is where freshness turns to ageing and to stale', async () => {
    const consortium = makeConsortium({ seed: 3 });
    consortium.publishStatus(consortium.issuer, [], never);
    const [code] = await consortium.issueCodes([vaccinationRecord()]);
    const head = consortium.state.head.timeSeconds;
    for (const [age, grade, outcome] of [
      [-SKEW - 1, 'unknown', 'refer'],
      [-SKEW, 'fresh', 'pass'],
      [300, 'fresh', 'pass'],
      [301, 'ageing', 'pass'],
      [DAY, 'ageing', 'pass'],
      [DAY + 1, 'stale', 'refer'],
    ] as const) {
      const verdict = await verifyCode(code?.text ?? '', consortium.context({ nowSeconds: head + age }));
      expect([verdict.freshness.grade, verdict.outcome], `age ${age}`).to.deep.equal([grade, outcome]);
      expect(verdict.freshness).to.include({ basis: 'ledger', ageSeconds: Math.max(0, age) });
    }
  });

  it('is compromisedFrom of a key, whenever it becomes known', async () => {
    const at = START_SECONDS + HOUR;
    const compromised = ({ id, key }: FixtureIssuer): readonly LedgerEvent[] => [
      { event: 'KeyCompromised', issuer: id, thumbprint: key.thumbprint, compromisedFrom: at },
    ];
    const expected = [[], ['KEY_COMPROMISED'], ['KEY_COMPROMISED']];
    expect(await reasonsAround(at, compromised, 'before')).to.deep.equal(expected);
    expect(await reasonsAround(at, compromised, 'after')).to.deep.equal(expected);
  });

  it('is compromisedFrom of an account, whenever it becomes known', async () => {
    const at = START_SECONDS + HOUR;
    const compromised = ({ id, account }: FixtureIssuer): readonly LedgerEvent[] => [
      { event: 'AccountCompromised', issuer: id, account, compromisedFrom: at },
    ];
    const expected = [[], ['ACCOUNT_COMPROMISED'], ['ACCOUNT_COMPROMISED']];
    expect(await reasonsAround(at, compromised, 'after')).to.deep.equal(expected);
  });

  it('is the end of the window of a key and of an account', async () => {
    const at = START_SECONDS + HOUR;
    const key = (issuer: FixtureIssuer): readonly LedgerEvent[] => [
      { event: 'KeyNarrowed', issuer: issuer.id, thumbprint: issuer.key.thumbprint, until: at },
    ];
    const account = (issuer: FixtureIssuer): readonly LedgerEvent[] => [
      { event: 'AccountNarrowed', issuer: issuer.id, account: issuer.account, until: at },
    ];
    expect(await reasonsAround(at, key, 'after')).to.deep.equal([[], ['KEY_NOT_VALID'], ['KEY_NOT_VALID']]);
    expect(await reasonsAround(at, account, 'after')).to.deep.equal([
      [],
      ['ACCOUNT_NOT_VALID'],
      ['ACCOUNT_NOT_VALID'],
    ]);
  });

  it('is the end of a suspension, and what was anchored before one stays valid during it', async () => {
    const at = START_SECONDS + HOUR;
    const suspended = ({ id, account }: FixtureIssuer): readonly LedgerEvent[] => [
      { event: 'IssuerSuspended', issuer: id, by: account },
      { event: 'IssuerReinstated', issuer: id, effectiveFrom: at },
    ];
    expect(await reasonsAround(at, suspended, 'before')).to.deep.equal([['ISSUER_SUSPENDED'], [], []]);

    const consortium = makeConsortium({ seed: 6 });
    const [code] = await consortium.issueCodes([vaccinationRecord()]);
    const { id, account } = consortium.issuer;
    consortium.block([{ event: 'IssuerSuspended', issuer: id, by: account }]);
    expect(await verifyCode(code?.text ?? '', consortium.context())).to.include({ outcome: 'pass' });
  });
});
