/** What a verdict says of EU certificates and WHO HCERTs, one change at a time. */
import { Buffer } from 'node:buffer';
import { describe, it } from 'mocha';
import { expect } from 'chai';
import { fromBase45, toBase45 } from '../../../core/bytes/base45.ts';
import { CborTag, type CborKey, type CborMap, type CborValue } from '../../../core/bytes/cbor.ts';
import type { JsonObject } from '../../../core/bytes/strict-json.ts';
import { toCbor } from '../../../core/bytes/cbor-writer.ts';
import { fromZlib, toZlib } from '../../../core/bytes/zlib.ts';
import { parseSign1 } from '../../../core/foreign/cose/sign1.ts';
import type { VerifyPolicy } from '../../../core/verify/policy.ts';
import type { Verdict } from '../../../core/verify/verdict.ts';
import { makeAuthority, makeCertificate, USAGE } from './support/certificates.ts';
import { trustOf, verdictWith } from './support/foreign-verdict.ts';
import { DCC, ISSUED_AT, JUDGED_AT, makeHcertSigner, type HcertSigner } from './support/hcert-signer.ts';

const signer = makeHcertSigner();

async function verdictOf(
  text: string,
  by: HcertSigner = signer,
  { at = JUDGED_AT, policy = {} }: { readonly at?: number; readonly policy?: Partial<VerifyPolicy> } = {},
): Promise<Verdict> {
  return verdictWith(text, await trustOf({ hcert: [{ certificate: by.certificate }] }), at, policy);
}

/** Protected header, unprotected header, content, signature. */
interface CoseParts {
  readonly p: Uint8Array;
  readonly u: CborMap;
  readonly c: Uint8Array;
  readonly s: Uint8Array;
}

function withCose(text: string, change: (parts: CoseParts) => CborValue): string {
  const { protectedBytes, payload, signature } = parseSign1(fromZlib(fromBase45(text, 4), 8192));
  return `HC1:${toBase45(toZlib(toCbor(change({ p: protectedBytes, u: new Map(), c: payload, s: signature }))))}`;
}

describe('an HCERT', () => {
  it('by a pinned signer passes, is on no ledger, and becomes a record of ours', async () => {
    const verdict = await verdictOf(signer.issue());
    expect(verdict).to.deep.include({ outcome: 'pass', validity: 'valid', reasons: [] });
    const { foreign, ...evidence } = verdict.evidence;
    expect(evidence).to.deep.equal({
      format: 'EU Digital COVID Certificate or WHO HCERT',
      signature: 'checked',
      kid: Buffer.from(signer.kid).toString('base64url'),
      type: 'vaccination',
      issuedAtSeconds: ISSUED_AT,
    });
    expect(foreign).to.deep.equal({
      inclusion: 'not-in-format',
      signer: { name: 'DSC Test', country: 'PT' },
      expiresAtSeconds: ISSUED_AT + 365 * 86_400,
      facts: {
        schema: 'eu-dcc',
        content: DCC,
        records: [
          {
            type: 'vaccination',
            local: false,
            subject: { nameEn: 'Chan, Tai Man', nameMrz: 'CHAN<<TAI<MAN', dob: '1980-01-01' },
            disease: 'sct|840539006',
            country: 'PT',
            foreignId: 'URN:UVCI:01:PT:10807843F94AEE0EE5093FBC254BD813#B',
            statedIssuer: 'Ministry of Health',
            prophylaxis: 'sct|1119349007',
            product: 'eu|EU/1/20/1528',
            manufacturer: 'eu|ORG-100030215',
            doseNumber: 2,
            seriesDoses: 2,
            date: '2022-02-10',
          },
        ],
      },
    });
    const results = Object.fromEntries(verdict.steps.map(({ step, result }) => [step, result]));
    expect(results).to.deep.include({
      decode: 'ok',
      inclusion: 'not-checked',
      issuer: 'ok',
      signature: 'ok',
    });
    expect(results).to.deep.include({ validity: 'ok', status: 'not-checked', policy: 'ok' });
  });

  it('of a test whose method is unknown to us keeps what it says', async () => {
    const test = {
      tg: '840539006',
      tt: 'LP217198-3',
      ma: '1232',
      sc: '2022-05-31T08:00:00+02:00',
      tr: '260415000',
      tc: 'Centro',
      co: 'PT',
      is: 'Ministry of Health',
      ci: 'URN:UVCI:01:PT:1#A',
    };
    const { v: _, ...rest } = DCC;
    const verdict = await verdictOf(signer.issue({ claim: { ...rest, t: [test] } }));
    expect(verdict.evidence.foreign?.facts?.records[0]).to.deep.include({
      type: 'test',
      method: 'loinc|LP217198-3',
      result: 'sct|260415000',
      kit: '1232',
      laboratory: 'Centro',
      collectedAt: '2022-05-31T08:00:00+02:00',
    });
  });

  const cases: readonly (readonly [why: string, text: () => string, reasons: readonly string[]])[] = [
    [
      'a signature bit',
      () => withCose(signer.issue(), ({ p, u, c }) => [p, u, c, new Uint8Array(64).fill(1)]),
      ['SIGNATURE_INVALID'],
    ],
    [
      'a signature that is too short',
      () => withCose(signer.issue(), ({ p, u, c }) => [p, u, c, new Uint8Array(63)]),
      ['SIGNATURE_INVALID'],
    ],
    [
      'another payload',
      () => withCose(signer.issue(), ({ p, u, s }) => [p, u, toCbor(new Map()), s]),
      ['SIGNATURE_INVALID'],
    ],
    ['an unknown kid', () => signer.issue({ kid: new Uint8Array(8) }), ['SIGNER_UNKNOWN']],
    ['another country than its signer', () => signer.issue({ country: 'ES' }), ['ISSUER_MISMATCH']],
    [
      'a time of issue ahead',
      () => signer.issue({ issuedAtSeconds: JUDGED_AT + 3600 }),
      ['ISSUED_IN_FUTURE'],
    ],
    ['a past expiry', () => signer.issue({ expiresAtSeconds: JUDGED_AT - 3600 }), ['EXPIRED']],
    ['a claim number that is not read', () => signer.issue({ claimNumber: 5 }), ['CONTENT_NOT_SUPPORTED']],
    ['a certificate without a name', () => signer.issue({ claim: { ...DCC, nam: {} } }), ['CONTENT_INVALID']],
    [
      'a date that does not exist',
      () => signer.issue({ claim: changed({ dt: '2022-02-30' }) }),
      ['CONTENT_INVALID'],
    ],
    [
      'an algorithm that is not checked',
      () => withCose(signer.issue(), ({ u, c, s }) => [toCbor(new Map([[1, -260]])), u, c, s]),
      ['ALGORITHM_NOT_SUPPORTED'],
    ],
    [
      'critical headers',
      () =>
        withCose(signer.issue(), ({ u, c, s }) => [
          toCbor(
            new Map<CborKey, CborValue>([
              [1, -7],
              [2, [1]],
            ]),
          ),
          u,
          c,
          s,
        ]),
      ['CODE_MALFORMED'],
    ],
    [
      'five parts',
      () => withCose(signer.issue(), ({ p, u, c, s }) => new CborTag(18, [p, u, c, s, 0])),
      ['CODE_MALFORMED'],
    ],
    [
      'another tag',
      () => withCose(signer.issue(), ({ p, u, c, s }) => new CborTag(98, [p, u, c, s])),
      ['CODE_MALFORMED'],
    ],
    ['lower case', () => signer.issue().toLowerCase().replace('hc1:', 'HC1:'), ['CODE_NOT_BASE45']],
    [
      'no compression',
      () => `HC1:${toBase45(fromZlib(fromBase45(signer.issue(), 4), 8192))}`,
      ['CODE_INFLATE'],
    ],
    ['a megabyte in it', () => `HC1:${toBase45(toZlib(new Uint8Array(1_000_000)))}`, ['CODE_INFLATE']],
    ['more characters than a symbol', () => `HC1:${'0'.repeat(4300)}`, ['CODE_TOO_LONG']],
    ['nothing in it', () => 'HC1:', ['CODE_INFLATE']],
  ];
  for (const [why, text, reasons] of cases) {
    it(`with ${why} gives ${reasons.join(', ')}`, async () => {
      const verdict = await verdictOf(text());
      expect(verdict.reasons).to.deep.equal(reasons);
      expect(verdict.outcome).to.not.equal('pass');
    });
  }

  it('is accepted under the tags 18, 61 around 18, and none', async () => {
    for (const wrap of [(v: CborValue) => v, (v: CborValue) => new CborTag(61, new CborTag(18, v))]) {
      expect(
        (await verdictOf(withCose(signer.issue(), ({ p, u, c, s }) => wrap([p, u, c, s])))).outcome,
      ).to.equal('pass');
    }
  });

  it('without a list for its system is shown as unverified, and never as more', async () => {
    const verdict = await verdictWith(signer.issue(), {}, JUDGED_AT);
    expect(verdict).to.deep.include({
      outcome: 'refer',
      validity: 'unconfirmed',
      reasons: ['TRUST_LIST_MISSING'],
    });
    expect(verdict.evidence.foreign).to.have.property('unverified');
    expect(verdict.evidence.foreign).to.not.have.property('facts');
    expect(verdict.evidence).to.not.have.property('type');
  });

  it('shows nothing of what it says when its signature is bad', async () => {
    const verdict = await verdictOf(withCose(signer.issue(), ({ p, u, c }) => [p, u, c, new Uint8Array(64)]));
    expect(verdict.evidence.foreign).to.deep.equal({ inclusion: 'not-in-format' });
  });

  it('may only be signed for the types that its certificate names', async () => {
    for (const [usages, reasons] of [
      [[USAGE.vaccination], []],
      [[USAGE.test, USAGE.vaccination], []],
      [[USAGE.recovery], ['ISSUER_TYPE_NOT_ALLOWED']],
      [[USAGE.icaoVds], ['ISSUER_TYPE_NOT_ALLOWED']],
    ] as const) {
      const other = makeHcertSigner({ usages });
      expect((await verdictOf(other.issue(), other)).reasons, usages.join()).to.deep.equal(reasons);
    }
  });

  it('needs a certificate that was valid when it was issued, and is now', async () => {
    const late = makeHcertSigner({ notBefore: '20220602000000Z' });
    expect((await verdictOf(late.issue(), late)).reasons).to.deep.equal(['KEY_NOT_VALID']);
    const over = makeHcertSigner({ notAfter: '20220601120000Z' });
    expect((await verdictOf(over.issue(), over)).reasons).to.deep.equal(['KEY_NOT_VALID']);
    expect((await verdictOf(over.issue(), over, { at: ISSUED_AT + 60 })).outcome).to.equal('pass');
  });

  it('is tried with every signer of its kid', async () => {
    const other = makeHcertSigner();
    const kid = Buffer.from(signer.kid).toString('base64');
    const trust = await trustOf({
      hcert: [
        { kid, certificate: other.certificate },
        { kid, certificate: signer.certificate, country: 'PT' },
      ],
    });
    expect((await verdictWith(signer.issue(), trust, JUDGED_AT)).outcome).to.equal('pass');
  });

  it('is judged by the policy like any other', async () => {
    const asked = await verdictOf(signer.issue(), signer, { policy: { acceptStaticPrint: false } });
    expect(asked.reasons).to.deep.equal(['PRESENTATION_REQUIRED']);
    const venue = await verdictOf(signer.issue(), signer, { policy: { profiles: ['venue'] } });
    expect(venue.reasons).to.deep.equal(['PROFILE_NOT_ACCEPTED']);
    const travel = await verdictOf(signer.issue(), signer, { policy: { profiles: ['travel'] } });
    expect(travel.outcome).to.equal('pass');
  });

  it('may be a yellow card of the WHO', async () => {
    const claim = {
      n: 'CHAN TAI MAN',
      dob: '1980-01-01',
      s: 'M',
      nid: 'K1234567',
      ntl: 'HK',
      v: { tg: '16541001', vp: 'YF1', dt: '2022-02-10', bo: 'A12', cn: 'Dr', is: 'HK' },
    };
    const verdict = await verdictOf(signer.issue({ claimNumber: -6, claim }));
    expect(verdict.outcome).to.equal('pass');
    expect(verdict.evidence.foreign?.facts?.records).to.deep.equal([
      {
        type: 'vaccination',
        local: false,
        subject: {
          nameEn: 'CHAN TAI MAN',
          dob: '1980-01-01',
          sex: 'M',
          docNumber: 'K1234567',
          docIssuer: 'HK',
        },
        disease: 'sct|16541001',
        product: 'icvp|YF1',
        date: '2022-02-10',
        lot: 'A12',
        practitioner: 'Dr',
        statedIssuer: 'HK',
      },
    ]);
  });
});

describe('the list of document signers', () => {
  const authorityCertificate = (by: HcertSigner): string =>
    Buffer.from(makeCertificate({ subject: by.authority, issuer: by.authority, isAuthority: true })).toString(
      'base64',
    );

  it('is held against the authorities of their countries, where it has any', async () => {
    const hcertAuthorities = [{ certificate: authorityCertificate(signer) }];
    const trust = await trustOf({ hcert: [{ certificate: signer.certificate }], hcertAuthorities });
    expect((await verdictWith(signer.issue(), trust, JUDGED_AT)).outcome).to.equal('pass');
    const stranger = makeHcertSigner();
    await refused(
      { hcert: [{ certificate: stranger.certificate }], hcertAuthorities },
      'hcert[0].certificate',
    );
  });

  it('may have two entries of one kid: the one whose key it is decides, and its country', async () => {
    const kid = Buffer.from(signer.kid).toString('base64');
    const german = makeHcertSigner();
    const entries = [
      { kid, certificate: german.certificate, country: 'DE' },
      { kid, certificate: signer.certificate, country: 'PT' },
    ];
    for (const hcert of [entries, entries.toReversed()]) {
      const trust = await trustOf({ hcert });
      const own = await verdictWith(signer.issue(), trust, JUDGED_AT);
      expect(own.outcome).to.equal('pass');
      expect(own.evidence.foreign?.signer?.country).to.equal('PT');
      const posing = german.issue({ kid: signer.kid, country: 'PT' });
      expect((await verdictWith(posing, trust, JUDGED_AT)).reasons).to.deep.equal(['ISSUER_MISMATCH']);
    }
  });

  it('may have one key twice: whoever may say it counts, and nobody else', async () => {
    const kid = Buffer.from(signer.kid).toString('base64');
    const certificateWith = (options: object): string =>
      Buffer.from(makeCertificate({ subject: signer.signer, issuer: signer.authority, ...options })).toString(
        'base64',
      );
    const over = { kid, certificate: certificateWith({ notAfter: '20220101000000Z' }) };
    const tests = { kid, certificate: certificateWith({ usages: [USAGE.test] }) };
    const renewed = { kid, certificate: certificateWith({}) };
    const reasonsWith = async (...hcert: readonly object[]): Promise<readonly string[]> =>
      (await verdictWith(signer.issue(), await trustOf({ hcert }), JUDGED_AT)).reasons;
    expect(await reasonsWith(over, renewed)).to.deep.equal([]);
    expect(await reasonsWith(renewed, over)).to.deep.equal([]);
    expect(await reasonsWith(over)).to.deep.equal(['KEY_NOT_VALID']);
    expect(await reasonsWith(over, tests)).to.deep.equal(['KEY_NOT_VALID']);
    expect(await reasonsWith(tests, over)).to.deep.equal(['ISSUER_TYPE_NOT_ALLOWED']);
  });

  it('is asked for the signature in ledger mode too: no ledger stands in for it', async () => {
    const broken = withCose(signer.issue(), ({ p, u, c }) => [p, u, c, new Uint8Array(64).fill(1)]);
    const policy = { ledgerMode: true };
    expect((await verdictOf(broken, signer, { policy })).reasons).to.deep.equal(['SIGNATURE_INVALID']);
    expect((await verdictOf(signer.issue(), signer, { policy })).evidence.signature).to.equal('checked');
  });

  it('is not certified by a certificate that is no authority', async () => {
    const der = makeCertificate({ subject: makeAuthority('PT', 'Other'), issuer: signer.authority });
    const hcertAuthorities = [{ certificate: Buffer.from(der).toString('base64') }];
    await refused({ hcert: [{ certificate: signer.certificate }], hcertAuthorities }, 'hcert[0].certificate');
  });

  const wrong: Readonly<Record<string, readonly [file: unknown, named: string]>> = {
    'a list that is none': [{ hcert: {} }, 'hcert is not a list'],
    'an entry that is none': [{ hcert: [7] }, 'hcert[0] is not an object'],
    'a member that is unknown': [{ hcerts: [] }, 'hcerts is not known'],
    'a member of an entry that is unknown': [
      { hcert: [{ certificate: 'AA', key: 1 }] },
      'hcert[0].key is not known',
    ],
    'a certificate that is missing': [
      { hcert: [{ kid: 'AAAAAAAAAAA=' }] },
      'hcert[0].certificate is missing',
    ],
    'a certificate that is none': [
      { hcert: [{ certificate: 'AAAA' }] },
      'hcert[0].certificate is not a certificate',
    ],
    'a certificate that is not base64': [
      { hcert: [{ certificate: '!' }] },
      'hcert[0].certificate is not base64',
    ],
    'an end that is no time': [{ validUntil: 'tomorrow' }, 'validUntil is not a time'],
    'an end that is past': [{ validUntil: '2022-01-01T00:00:00Z' }, 'valid until 2022-01-01'],
  };
  for (const [why, [file, named]] of Object.entries(wrong)) {
    it(`is refused by name with ${why}`, () => refused(file, named));
  }

  async function refused(file: unknown, named: string): Promise<void> {
    const error: unknown = await trustOf(file, JUDGED_AT).catch((error: unknown) => error);
    expect(error)
      .to.be.an('error')
      .with.property('code')
      .that.matches(/^TRUST_LIST_/);
    expect((error as Error).message).to.contain(named);
  }
});

/** The certificate with other members in its vaccination. */
function changed(entry: JsonObject): JsonObject {
  const [vaccination] = DCC['v'] as readonly [JsonObject];
  return { ...DCC, v: [{ ...vaccination, ...entry }] };
}
