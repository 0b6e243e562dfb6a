/** SMART Health Cards against the developer tools' own test cases, the specification's examples and a real directory. */
import { Buffer } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { expect } from 'chai';
import { parseStrictJson, isJsonObject, type JsonObject } from '../../../core/bytes/strict-json.ts';
import { HclError } from '../../../core/errors.ts';
import type { ForeignTrust } from '../../../core/foreign/foreign-trust.ts';
import { fhirRecords } from '../../../core/foreign/shc/fhir-records.ts';
import { jwsOfNumeric, numericOf, partOf } from '../../../core/foreign/shc/numeric.ts';
import { payloadOf } from '../../../core/foreign/shc/payload.ts';
import { readQrImage } from '../../../core/qr/image.ts';
import { describeCorpus } from '../../support/corpora.ts';
import { Agreement } from './support/agreement.ts';
import { trustOf, verdictWith } from './support/foreign-verdict.ts';

const CORPUS = 'shc';
const NOW = Date.UTC(2024, 0, 1) / 1000;

interface Row {
  readonly test: string;
  readonly files: readonly string[];
  readonly type: string;
  readonly expected: string;
}

describeCorpus(CORPUS, (folder) => {
  const text = (path: string): string => readFileSync(join(folder, path), 'utf8');
  const pathOf = (file: string): string =>
    file.startsWith('example-') ? `spec-examples/${file}` : `dev-tools-testdata/${file}`;
  const rows = parseCsv(text('EXPECTED.csv'));

  it('the developer tools and we find the same cards good', async () => {
    const agreement = new Agreement(CORPUS);
    const trust = await exampleTrust(folder);
    for (const row of rows) {
      if (!row.test.startsWith('Cards:')) continue;
      const rowTrust =
        row.type === 'jws' && row.expected.includes('NOT_TRUSTED') ? await directoryTrust(folder) : trust;
      const found = await readCard(
        row,
        (file) => new Uint8Array(readFileSync(join(folder, pathOf(file)))),
        rowTrust,
      );
      agreement.count(row.test, 'card', (found === 'good') === isGood(row), found);
    }
    agreement.conclude('cards', 50, ['card']);
  });

  it('the developer tools and we accept the same keys', async () => {
    const agreement = new Agreement(CORPUS);
    for (const { test, files, expected } of rows.filter(({ test }) => test.startsWith('Keys:'))) {
      const { keys } = JSON.parse(text(pathOf(files[0] ?? ''))) as { readonly keys: readonly unknown[] };
      const found = await codeOf(
        trustOf({ shc: [{ iss: 'https://smarthealth.cards/examples/issuer', keys }] }),
      );
      const isAccepted = expected.startsWith('toHaveLength(');
      agreement.count(test, 'key', (found === 'good') === isAccepted, found);
    }
    agreement.conclude('keys', 8, ['key']);
  });

  it('a revocation list with a wrong method or name is refused, and its cards are then not confirmed', async () => {
    for (const name of ['invalid-method', 'non-base64url-rid', 'too-long-rid']) {
      const at = `dev-tools-testdata/badcrl/${name}`;
      const { keys } = JSON.parse(text(`${at}/.well-known/jwks.json`)) as {
        readonly keys: readonly unknown[];
      };
      const list: unknown = JSON.parse(
        text(`${at}/.well-known/crl/hrvC0uzB16UXK83BnPo7Glg685b1D6iYOyJd5hpRaAA.json`),
      );
      const iss = `https://raw.githubusercontent.com/smart-on-fhir/health-cards-dev-tools/main/testdata/badcrl/${name}`;
      expect(await codeOf(trustOf({ shc: [{ iss, keys, crls: [list] }] }))).to.equal('TRUST_LIST_INVALID');
      const verdict = await verdictWith(
        text(`${at}/jws-crl-${name}.txt`).trim(),
        await trustOf({ shc: [{ iss, keys, crls: [] }] }),
        NOW,
      );
      expect(verdict.reasons).to.deep.equal(['STATUS_UNKNOWN']);
    }
  });

  it('the daily snapshot of the VCI directory is taken with its signature only, and every key of it', async () => {
    const trust = await directoryTrust(folder);
    const { issuerInfo } = JSON.parse(text('vci-directory/logs/vci_snapshot.json')) as {
      readonly issuerInfo: readonly {
        readonly issuer: { readonly iss: string };
        readonly keys: readonly { readonly kid: string }[];
      }[];
    };
    const agreement = new Agreement(CORPUS);
    for (const { issuer, keys } of issuerInfo) {
      for (const { kid } of keys) {
        const isThere = trust.shc?.signersByKid.get(kid)?.issuers?.includes(issuer.iss) === true;
        agreement.count(`${issuer.iss} ${kid}`, 'snapshot key', isThere);
      }
    }
    agreement.conclude('keys of the directory', 961, ['snapshot key']);
  });

  it('a snapshot that was changed, is old, or is signed by another is refused by name', async () => {
    const snapshot = new Uint8Array(readFileSync(join(folder, 'vci-directory/logs/vci_snapshot.json')));
    snapshot[snapshot.length - 20] = 0x20;
    expect(await codeOf(directoryTrust(folder, { snapshot }))).to.equal('TRUST_LIST_SIGNATURE');
    const tooOld = directoryTrust(folder, { maxAgeDays: 30, nowSeconds: Date.UTC(2026, 9, 1) / 1000 });
    expect(await codeOf(tooOld)).to.equal('TRUST_LIST_EXPIRED');
    const expired = directoryTrust(folder, { nowSeconds: Date.UTC(2033, 0, 1) / 1000 });
    expect(await codeOf(expired)).to.equal('TRUST_LIST_EXPIRED');
  });

  it('a card becomes records of ours', async () => {
    const card = text('spec-examples/example-00-f-qr-code-numeric-value-0.txt').trim();
    const verdict = await verdictWith(card, await exampleTrust(folder), NOW);
    expect(verdict).to.deep.include({ outcome: 'pass', validity: 'valid', reasons: [] });
    expect(verdict.evidence).to.include({ format: 'SMART Health Card', type: 'vaccination' });
    expect(verdict.evidence.foreign?.signer?.name).to.equal('https://spec.smarthealth.cards/examples/issuer');
    expect(verdict.evidence.foreign?.facts?.records[0]).to.deep.equal({
      type: 'vaccination',
      local: false,
      subject: { nameEn: 'Anyperson, John B.', dob: '1951-01-20' },
      product: 'eu|EU/1/20/1507',
      disease: 'sct|840539006',
      prophylaxis: 'sct|1119349007',
      manufacturer: 'eu|ORG-100031184',
      date: '2021-01-01',
      lot: '0000001',
      centre: 'ABC General Hospital',
    });
  });

  it('is revoked by its name, and up to the time beside it', async () => {
    const card = text('spec-examples/example-00-d-jws.txt').trim();
    const rid = 'MKyCxh7p6uQ';
    const issuedAt = 1687450764;
    for (const [rids, reasons] of [
      [[rid], ['STATUS_REVOKED']],
      [[`${rid}.${issuedAt + 1}`], ['STATUS_REVOKED']],
      [[`${rid}.${issuedAt}`], []],
      [['AAAA', `${rid}x`], []],
    ] as const) {
      const trust = await exampleTrust(folder, { rids });
      expect((await verdictWith(card, trust, NOW)).reasons, rids.join()).to.deep.equal(reasons);
    }
  });

  it('is not checked for revocation when the operator gives no lists of its issuer, and the verdict says so', async () => {
    const card = text('spec-examples/example-00-d-jws.txt').trim();
    const { keys } = JSON.parse(text('spec-examples/issuer/.well-known/jwks.json')) as {
      readonly keys: unknown;
    };
    const trust = await trustOf({ shc: [{ iss: 'https://spec.smarthealth.cards/examples/issuer', keys }] });
    const verdict = await verdictWith(card, trust, NOW);
    expect(verdict.outcome).to.equal('pass');
    expect(verdict.steps).to.deep.include({ step: 'status', result: 'not-checked' });
    expect((await verdictWith(card, await exampleTrust(folder), NOW)).steps).to.deep.include({
      step: 'status',
      result: 'ok',
    });
  });

  it('is not confirmed when the key announces a newer list than is held', async () => {
    const card = text('spec-examples/example-00-d-jws.txt').trim();
    const announcing = await exampleTrust(folder, { crlVersion: 3, rids: [] });
    expect((await verdictWith(card, announcing, NOW)).reasons).to.deep.equal(['STATUS_STALE']);
  });

  it('by the key of another pinned issuer is a mismatch, by none is unconfirmed', async () => {
    const card = text('dev-tools-testdata/test-example-00-d-jws-issuer-not-valid-with-smart-key.txt').trim();
    const trust = await exampleTrust(folder);
    expect((await verdictWith(card, trust, NOW)).reasons).to.deep.equal(['ISSUER_MISMATCH']);
    const other = await trustOf({ shc: [] });
    const verdict = await verdictWith(card, other, NOW);
    expect(verdict.reasons).to.deep.equal(['SIGNER_UNKNOWN']);
    expect(verdict.evidence.foreign).to.have.nested.property('unverified.records[0].type', 'vaccination');
  });
});

describe('the numeric form of a SMART Health Card', () => {
  it('is two digits a character', () => {
    expect(numericOf('eyJ')).to.equal('shc:/567629');
    expect(jwsOfNumeric('shc:/567629')).to.equal('eyJ');
    expect(partOf('shc:/567629')).to.equal(undefined);
    expect(partOf('shc:/2/3/567629')).to.deep.equal({ number: 2, of: 3 });
  });

  it('is put together from all its parts in any order', () => {
    expect(jwsOfNumeric('shc:/2/2/29\nshc:/1/2/5676')).to.equal('eyJ');
  });

  const refused: Readonly<Record<string, readonly [text: string, code: string]>> = {
    'an odd number of digits': ['shc:/567', 'CODE_MALFORMED'],
    'no digits': ['shc:/', 'CODE_MALFORMED'],
    'a pair that is no character': ['shc:/78', 'CODE_MALFORMED'],
    'a letter': ['shc:/56a6', 'CODE_MALFORMED'],
    'a part that is missing': ['shc:/1/2/5676', 'CODE_INCOMPLETE'],
    'a part twice': ['shc:/1/2/5676 shc:/1/2/5676', 'CODE_MALFORMED'],
    'parts of different cards': ['shc:/1/2/5676 shc:/2/3/5676', 'CODE_MALFORMED'],
    'a part out of range': ['shc:/3/2/5676', 'CODE_MALFORMED'],
    'a part zero': ['shc:/0/2/5676', 'CODE_MALFORMED'],
    'more parts than any card has': ['shc:/1/99/5676', 'CODE_MALFORMED'],
    'more digits than all parts hold': [`shc:/${'56'.repeat(40_000)}`, 'CODE_TOO_LONG'],
  };
  for (const [why, [text, code]] of Object.entries(refused)) {
    it(`is refused with ${why}`, () => expectCode(() => jwsOfNumeric(text), code));
  }
});

function expectCode(run: () => unknown, code: string): void {
  expect(run).to.throw(HclError).with.property('code', code);
}

async function codeOf(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt;
    return 'good';
  } catch (error) {
    if (error instanceof HclError) return error.code;
    throw error;
  }
}

/** The issuer of the examples, with its key set and revocation list as published, or changed. */
function exampleTrust(
  folder: string,
  changes: { readonly rids?: readonly string[]; readonly crlVersion?: number } = {},
): Promise<ForeignTrust> {
  const issuer = join(folder, 'spec-examples/issuer/.well-known');
  const { keys } = JSON.parse(readFileSync(join(issuer, 'jwks.json'), 'utf8')) as {
    readonly keys: readonly object[];
  };
  const kid = '3Kfdg-XwP-7gXyywtUfUADwBumDOPKMQx-iELL11W9s';
  const crl = JSON.parse(readFileSync(join(issuer, 'crl', `${kid}.json`), 'utf8')) as object;
  const { crlVersion, rids } = changes;
  const [first, ...others] = keys;
  const key = { ...first, ...(crlVersion === undefined ? {} : { crlVersion }) };
  const list = { ...crl, ...(rids === undefined ? {} : { rids }) };
  return trustOf({
    shc: [{ iss: 'https://spec.smarthealth.cards/examples/issuer', keys: [key, ...others], crls: [list] }],
  });
}

interface DirectoryChanges {
  readonly snapshot?: Uint8Array;
  readonly maxAgeDays?: number;
  readonly nowSeconds?: number;
}

function directoryTrust(folder: string, changes: DirectoryChanges = {}): Promise<ForeignTrust> {
  const { snapshot, maxAgeDays, nowSeconds = NOW } = changes;
  const pem = readFileSync(join(folder, 'vci-directory/vci_snapshot.crt'), 'utf8');
  const entry = {
    snapshotFile: 'logs/vci_snapshot.json',
    signatureFile: 'logs/vci_snapshot.sig',
    certificate: pem.replaceAll(/-----[A-Z ]+-----/g, ''),
    ...(maxAgeDays === undefined ? {} : { maxAgeDays }),
  };
  const read = async (path: string): Promise<Uint8Array> =>
    snapshot !== undefined && path.endsWith('.json')
      ? snapshot
      : new Uint8Array(await readFile(join(folder, 'vci-directory', path)));
  return trustOf({ shcDirectories: [entry] }, nowSeconds, read);
}

/** What is to be found good: no errors, other than that parts are no longer made. */
function isGood({ test, expected }: Row): boolean {
  if (test.startsWith('Cards: valid')) return true;
  const errors = /^\[\[([^\]]*)\]/.exec(expected)?.[1] ?? '';
  return errors.split(',').every((name) => name === '' || name === 'QR_CHUNKING_DEPRECATED');
}

async function readCard(
  { type, files }: Row,
  read: (file: string) => Uint8Array,
  trust: ForeignTrust,
): Promise<string> {
  const [first = new Uint8Array(0)] = files.map(read);
  switch (type) {
    case 'fhirbundle':
      return codeOf(Promise.resolve().then(() => fhirRecords(objectOf(first))));
    case 'jwspayload':
      return codeOf(
        Promise.resolve().then(() => {
          const { bundle, nbf, exp } = payloadOf(objectOf(first));
          if (nbf > NOW || (exp !== undefined && exp < NOW)) throw new Refused('EXPIRED', 'not at this time');
          return fhirRecords(bundle);
        }),
      );
    default: {
      const texts = files.map((file) => textOf(file, read(file)));
      if (texts.includes(undefined)) return 'no code in the picture';
      const verdict = await verdictWith(texts.join('\n'), trust, NOW);
      return verdict.outcome === 'pass' ? 'good' : verdict.reasons.join();
    }
  }
}

class Refused extends HclError<'EXPIRED'> {}

function objectOf(bytes: Uint8Array): JsonObject {
  const value = parseStrictJson(bytes);
  if (!isJsonObject(value)) throw new Error('a file of the corpus that is no object');
  return value;
}

function textOf(file: string, bytes: Uint8Array): string | undefined {
  if (!/\.(?:png|jpg|svg)$/.test(file)) return Buffer.from(bytes).toString('utf8').replace(/\n$/, '');
  try {
    return readQrImage(bytes);
  } catch (error) {
    if (error instanceof HclError) return undefined;
    throw error;
  }
}

function parseCsv(csv: string): readonly Row[] {
  return csv
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => {
      const cells = [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map(([, cell = '']) =>
        cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell,
      );
      const [test = '', files = '', type = '', expected = ''] = cells;
      return { test, files: files.split(' '), type, expected };
    });
}
