/** How fresh an answer on a code of another system is: by what the list of its signers says of itself. */
import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, it } from 'mocha';
import { expect } from 'chai';
import { isEnding, isOver, shorterLife } from '../../../core/foreign/list-life.ts';
import type { ForeignTrust } from '../../../core/foreign/foreign-trust.ts';
import type { VerifyPolicy } from '../../../core/verify/policy.ts';
import type { Verdict } from '../../../core/verify/verdict.ts';
import { makeAuthority, makeCertificate } from './support/certificates.ts';
import { trustOf, verdictWith } from './support/foreign-verdict.ts';
import { JUDGED_AT, makeHcertSigner } from './support/hcert-signer.ts';
import { makeShcSigner, SHC_ISSUER } from './support/shc-signer.ts';

const DAY = 86_400;
const hcert = makeHcertSigner();
const shc = makeShcSigner();
const code = hcert.issue();
const card = shc.issue();
/** Eight days after the codes are judged. */
const END = JUDGED_AT + 8 * DAY;

const listUntil = (validUntil?: string): Promise<ForeignTrust> =>
  trustOf({
    ...(validUntil === undefined ? {} : { validUntil }),
    hcert: [{ certificate: hcert.certificate }],
    shc: [{ iss: SHC_ISSUER, keys: shc.keys }],
  });

const told = ({ freshness, outcome, reasons }: Verdict): unknown => ({ freshness, outcome, reasons });

describe('the freshness of an answer on a code of another system', () => {
  it('goes by the end of the list, second by second', async () => {
    const trust = await listUntil(new Date(END * 1000).toISOString().replace('.000', ''));
    for (const [seconds, grade, outcome] of [
      [JUDGED_AT, 'fresh', 'pass'],
      [END - DAY - 1, 'fresh', 'pass'],
      [END - DAY, 'ageing', 'pass'],
      [END - 1, 'ageing', 'pass'],
      [END, 'stale', 'refer'],
      [END + 30 * DAY, 'stale', 'refer'],
    ] as const) {
      const reasons = outcome === 'pass' ? [] : ['TRUST_LIST_STALE'];
      const freshness = { basis: 'trust-list', grade, listedUntilSeconds: END };
      expect(told(await verdictWith(code, trust, seconds))).to.deep.equal({ freshness, outcome, reasons });
    }
  });

  it('is unknown where the list names no end, and the policy says whether that passes', async () => {
    const trust = await listUntil();
    const freshness = { basis: 'trust-list', grade: 'unknown' };
    const at = (policy: Partial<VerifyPolicy>): Promise<Verdict> =>
      verdictWith(code, trust, JUDGED_AT, policy);
    expect(told(await at({}))).to.deep.equal({ freshness, outcome: 'pass', reasons: [] });
    const strict = told(await at({ acceptUndatedLists: false }));
    expect(strict).to.deep.equal({ freshness, outcome: 'refer', reasons: ['TRUST_LIST_STALE'] });
  });

  it('is unknown where no list names the signer', async () => {
    const { freshness } = await verdictWith(code, await trustOf({ hcert: [] }), JUDGED_AT);
    expect(freshness).to.deep.equal({ basis: 'trust-list', grade: 'unknown' });
  });

  it('ends with the snapshot of a directory, and only for the issuers that it names', async () => {
    const trust = await directoryTrust({ madeAt: JUDGED_AT - DAY, maxAgeDays: 3 });
    const until = JUDGED_AT + 2 * DAY + 1;
    const at = async (seconds: number): Promise<unknown> => told(await verdictWith(card, trust, seconds));
    const freshness = { basis: 'trust-list', listedAtSeconds: JUDGED_AT - DAY, listedUntilSeconds: until };
    expect(await at(JUDGED_AT)).to.deep.equal({
      freshness: { ...freshness, grade: 'fresh' },
      outcome: 'pass',
      reasons: [],
    });
    expect(await at(until - 1)).to.deep.include({ outcome: 'pass' });
    expect(await at(until)).to.deep.equal({
      freshness: { ...freshness, grade: 'stale' },
      outcome: 'refer',
      reasons: ['TRUST_LIST_STALE'],
    });
    expect((await verdictWith(code, trust, until)).outcome).to.equal('pass');
  });

  it('ends with the certificate that vouches for a directory of any age', async () => {
    const notAfter = Date.UTC(2022, 5, 4) / 1000;
    const trust = await directoryTrust({ madeAt: JUDGED_AT - DAY, notAfter: '20220604000000Z' });
    expect((await verdictWith(card, trust, notAfter)).outcome).to.equal('pass');
    expect((await verdictWith(card, trust, notAfter + 1)).reasons).to.deep.equal(['TRUST_LIST_STALE']);
  });
});

describe('the life of a list', () => {
  it('is that of the one that ends first', () => {
    const a = { fromSeconds: 1, untilSeconds: 10 };
    const b = { untilSeconds: 20 };
    for (const [one, other, first] of [
      [a, b, a],
      [b, a, a],
      [{}, b, b],
      [a, {}, a],
    ] as const) {
      expect(shorterLife(one, other)).to.equal(first);
    }
  });

  it('draws to its end on its last day, in its last quarter where it is short', () => {
    expect(isEnding({ fromSeconds: 0, untilSeconds: 10 * DAY }, 9 * DAY - 1)).to.equal(false);
    expect(isEnding({ fromSeconds: 0, untilSeconds: 10 * DAY }, 9 * DAY)).to.equal(true);
    expect(isEnding({ fromSeconds: 0, untilSeconds: DAY }, (3 * DAY) / 4 - 1)).to.equal(false);
    expect(isEnding({ fromSeconds: 0, untilSeconds: DAY }, (3 * DAY) / 4)).to.equal(true);
    expect(isOver({ untilSeconds: 5 }, 4)).to.equal(false);
    expect(isOver({ untilSeconds: 5 }, 5)).to.equal(true);
    expect(isOver({}, Number.MAX_SAFE_INTEGER)).to.equal(false);
  });
});

interface Directory {
  readonly madeAt: number;
  readonly maxAgeDays?: number;
  /** As in the certificate. */
  readonly notAfter?: string;
}

/** A directory that names the issuer of cards, beside a pinned signer of HCERTs. */
function directoryTrust({ madeAt, maxAgeDays, notAfter }: Directory): Promise<ForeignTrust> {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-521' });
  const certificate = makeCertificate({
    subject: { ...makeAuthority('US', 'Directory'), ...keys },
    issuer: makeAuthority('US', 'Root'),
    ...(notAfter === undefined ? {} : { notAfter }),
  });
  const snapshot = Buffer.from(
    JSON.stringify({
      directory: 'https://directory.example',
      time: new Date(madeAt * 1000).toISOString().replace('.000', ''),
      issuerInfo: [{ issuer: { iss: SHC_ISSUER, name: 'Listed' }, keys: shc.keys, crls: [] }],
    }),
  );
  const signature = sign('sha512', snapshot, keys.privateKey);
  const directory = {
    snapshotFile: 'snapshot',
    signatureFile: 'signature',
    certificate: Buffer.from(certificate).toString('base64'),
    ...(maxAgeDays === undefined ? {} : { maxAgeDays }),
  };
  return trustOf(
    { hcert: [{ certificate: hcert.certificate }], shcDirectories: [directory] },
    JUDGED_AT,
    async (name) => new Uint8Array(name === 'snapshot' ? snapshot : signature),
  );
}
