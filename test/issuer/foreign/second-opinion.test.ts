/**
 * What is made here is what others read. EU certificates: base45 and zlib of npm and Node, COSE of `@ldclabs/cose-ts`, CBOR
 * of `cborg`, the EU's own JSON schema through `ajv`; health cards: `jose` and Node's zlib; certificates: OpenSSL. And our
 * own reader, which must see the same facts.
 */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateRawSync, inflateSync } from 'node:zlib';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { decode as decodeBase45 } from 'base45';
import { decode as decodeCbor } from 'cborg';
import fc from 'fast-check';
import { compactVerify, decodeProtectedHeader, importJWK } from 'jose';
import { before, describe, it } from 'mocha';
import { expect } from 'chai';
import { toBase64url } from '../../../core/bytes/base64url.ts';
import { toJwk } from '../../../core/credential/key.ts';
import { parseCertificate } from '../../../core/foreign/x509/certificate.ts';
import type {
  HealthRecord,
  RecoveryRecord,
  TestRecord,
  VaccinationRecord,
} from '../../../core/record/record.ts';
import { selfSignedCertificate } from '../../../issuer/foreign/document-certificate.ts';
import type { DocumentSigner } from '../../../issuer/foreign/document-signers.ts';
import { makeForeign } from '../../../issuer/foreign/make.ts';
import { newSigningKey } from '../../../issuer/keys/signing-key-store.ts';
import type { ForeignFormat } from '../../../issuer/record-entry.ts';
import { issuerKeyOf } from '../../../issuer/signing.ts';
import { createRandomBytes } from '../../../service/clock.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { trustOf, verdictWith } from '../../core/foreign/support/foreign-verdict.ts';
import { corporaFolder, describeCorpus } from '../../support/corpora.ts';
import { runs } from '../../support/scale.ts';
import { checkSign1 } from './cose-by-others.ts';
import { recoveryToTell, testToTell, TOLD_AT, vaccinationToTell } from './records-to-tell.ts';

type Fields = Readonly<Record<string, unknown>>;

const URL = 'https://hk-dh.example';
const randomBytes = createRandomBytes();
const key = issuerKeyOf(nodeCrypto, newSigningKey(TOLD_AT).jwk);
const RUNS = { numRuns: runs(40, 2_000) };

describe('codes for others, read by others', function () {
  this.timeout(60_000);
  let signer: DocumentSigner;
  let trust: Awaited<ReturnType<typeof trustOf>>;

  before(async () => {
    const der = await selfSignedCertificate(key, {
      country: 'HK',
      organization: 'Department of Health (specimen)',
      commonName: 'did:web:hk-dh.example',
      notBeforeSeconds: TOLD_AT - 86_400,
      notAfterSeconds: TOLD_AT + 5 * 365 * 86_400,
      serial: randomBytes(16),
    });
    const jwk = toJwk(key.publicKey);
    signer = { kid: key.kid, jwk, certificate: parseCertificate(der) };
    trust = await trustOf({
      hcert: [{ certificate: Buffer.from(der).toString('base64') }],
      shc: [{ iss: URL, keys: [{ ...jwk, kid: key.kid, use: 'sig', alg: 'ES256' }] }],
    });
  });

  function codeOf(format: ForeignFormat, record: HealthRecord): string {
    const unsigned = makeForeign(format, record, {
      crypto: nodeCrypto,
      country: 'HK',
      name: 'Department of Health (specimen)',
      url: URL,
      signer,
      handle: toBase64url(randomBytes(16)),
      nowSeconds: TOLD_AT,
    });
    return unsigned.toText(key.sign(unsigned.signedBytes));
  }

  /** The one record that our own reader finds, as signed by the pinned issuer. */
  async function readHere(code: string): Promise<Fields> {
    const verdict = await verdictWith(code, trust, TOLD_AT);
    expect(verdict).to.deep.include({ outcome: 'pass', reasons: [] });
    const [record, another] = verdict.evidence.foreign?.facts?.records ?? [];
    expect(another).to.equal(undefined);
    return { ...record };
  }

  /** The certificate's claims as other libraries see them. */
  async function readDcc(code: string): Promise<Fields> {
    const cose = inflateSync(decodeBase45(code.slice('HC1:'.length)));
    const { payload, kid } = await checkSign1(cose, key.publicKey);
    expect(Buffer.from(kid).toString('hex')).to.equal(certificateHash());
    const claims = decodeCbor(payload, { useMaps: true }) as ReadonlyMap<number, unknown>;
    expect(claims.get(1)).to.equal('HK');
    const container = claims.get(-260) as ReadonlyMap<number, unknown>;
    return plain(container.get(1)) as Fields;
  }

  async function readCard(code: string): Promise<Fields> {
    const jws = code.slice('shc:/'.length).replaceAll(/../g, (two) => String.fromCharCode(Number(two) + 45));
    const { payload } = await compactVerify(jws, await importJWK({ ...toJwk(key.publicKey) }, 'ES256'));
    expect(decodeProtectedHeader(jws)).to.deep.equal({ zip: 'DEF', alg: 'ES256', kid: key.kid });
    return JSON.parse(inflateRawSync(payload).toString()) as Fields;
  }

  function certificateHash(): string {
    const der = signer.certificate?.der ?? new Uint8Array(0);
    return new X509Certificate(der).fingerprint256.replaceAll(':', '').slice(0, 16).toLowerCase();
  }

  it('the certificate of a document signer is one to OpenSSL: of this key, signed by it, for its time', () => {
    const certificate = new X509Certificate(signer.certificate?.der ?? new Uint8Array(0));
    expect(certificate.verify(certificate.publicKey)).to.equal(true);
    expect(certificate.publicKey.export({ format: 'jwk' })).to.deep.include({ ...signer.jwk });
    expect(certificate.subject).to.equal('C=HK\nO=Department of Health (specimen)\nCN=did:web:hk-dh.example');
    expect(certificate.ca).to.equal(false);
    expect(certificate.validFromDate.getTime() / 1000).to.equal(TOLD_AT - 86_400);
    expect(certificate.validToDate.getTime() / 1000).to.equal(TOLD_AT + 5 * 365 * 86_400);
  });

  describeCorpus('eu-dcc-schema', () => {
    const schema = JSON.parse(
      readFileSync(join(corporaFolder, 'eu-dcc-schema/schemas/1.3.3/DCC.combined-schema.json'), 'utf8'),
    ) as object;
    const isDcc = new Ajv2020({ strict: false, validateFormats: false }).compile(schema);

    async function expectDcc(record: HealthRecord): Promise<readonly [others: Fields, ours: Fields]> {
      const code = codeOf('hcert', record);
      const dcc = await readDcc(code);
      expect(isDcc(dcc), JSON.stringify(isDcc.errors)).to.equal(true);
      expect(dcc).to.have.property('dob', record.subject.dob);
      const { fn, gn } = dcc['nam'] as Fields;
      expect(`${String(fn)}, ${String(gn)}`).to.equal(record.subject.nameEn);
      const [entry] = [dcc['v'], dcc['t'], dcc['r']].flatMap(
        (entries) => (entries ?? []) as readonly Fields[],
      );
      expect(entry?.['ci']).to.match(/^URN:UVCI:01:HK:[0-9A-F]{32}$/);
      const ours = await readHere(code);
      expect(ours['subject']).to.deep.include({ nameEn: record.subject.nameEn, dob: record.subject.dob });
      return [entry ?? {}, ours];
    }

    it('a vaccination is an EU certificate with the same facts to all', async () => {
      await fc.assert(
        fc.asyncProperty(vaccinationToTell, async (record: VaccinationRecord) => {
          const { product, doseNumber, seriesDoses, date, country } = record;
          const [others, ours] = await expectDcc(record);
          expect(others).to.deep.include({ mp: product.slice(3), dn: doseNumber, sd: seriesDoses, dt: date });
          expect(ours).to.deep.include({ product, doseNumber, seriesDoses, date, country });
        }),
        RUNS,
      );
    });

    it('a test is an EU certificate with the same facts to all', async () => {
      await fc.assert(
        fc.asyncProperty(testToTell, async (record: TestRecord) => {
          const { method, result, collectedAt, laboratory } = record;
          const [others, ours] = await expectDcc(record);
          expect(others).to.deep.include({ tt: method.slice(6), tr: result.slice(4), sc: collectedAt });
          expect(ours).to.deep.include({ method, result, collectedAt, laboratory });
        }),
        RUNS,
      );
    });

    it('a recovery is an EU certificate with the same facts to all', async () => {
      await fc.assert(
        fc.asyncProperty(recoveryToTell, async (record: RecoveryRecord) => {
          const { firstPositiveOn } = record;
          const [others, ours] = await expectDcc(record);
          expect(others).to.deep.include({ fr: firstPositiveOn, tg: '840539006' });
          expect(ours).to.deep.include({
            firstPositiveOn,
            validFrom: others['df'],
            validUntil: others['du'],
          });
        }),
        RUNS,
      );
    });
  });

  async function expectCard(record: HealthRecord): Promise<readonly [others: Fields, ours: Fields]> {
    const code = codeOf('shc', record);
    const card = await readCard(code);
    expect(card).to.include({ iss: URL, nbf: TOLD_AT - (TOLD_AT % 3600) });
    const { credentialSubject, rid } = card['vc'] as { credentialSubject: Fields; rid: string };
    expect(rid)
      .to.match(/^[A-Za-z0-9_-]{22}$/)
      .and.not.equal(card['jti']);
    const { entry } = credentialSubject['fhirBundle'] as { entry: readonly { resource: Fields }[] };
    const [patient, resource] = entry.map((one) => one.resource);
    const [surname, forename] = (record.subject.nameEn ?? '').split(', ');
    expect(patient?.['name']).to.deep.equal([{ family: surname, given: [forename] }]);
    expect(patient?.['birthDate']).to.equal(record.subject.dob);
    return [resource ?? {}, await readHere(code)];
  }

  it('a vaccination is a health card with the same facts to all', async () => {
    await fc.assert(
      fc.asyncProperty(vaccinationToTell, async (record: VaccinationRecord) => {
        const { date, lot, product } = record;
        const [others, ours] = await expectCard(record);
        expect(others).to.deep.include({
          resourceType: 'Immunization',
          occurrenceDateTime: date,
          lotNumber: lot,
        });
        expect(ours).to.deep.include({ product, date, lot });
      }),
      RUNS,
    );
  });

  it('a test is a health card with the same facts to all', async () => {
    await fc.assert(
      fc.asyncProperty(testToTell, async (record: TestRecord) => {
        const { collectedAt, method, result, laboratory } = record;
        const [others, ours] = await expectCard(record);
        expect(others).to.deep.include({ resourceType: 'Observation', effectiveDateTime: collectedAt });
        expect(ours).to.deep.include({ collectedAt, method, result, laboratory });
      }),
      RUNS,
    );
  });
});

/** Maps with names as objects. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (!(value instanceof Map)) return value;
  return Object.fromEntries([...value].map(([name, member]) => [String(name), plain(member)]));
}
