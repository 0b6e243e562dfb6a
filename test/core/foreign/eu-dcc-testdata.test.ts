/** Every vector of the member states, stage by stage, and then the verdict on the whole code. */
import { Buffer } from 'node:buffer';
import { isDeepStrictEqual } from 'node:util';
import { decode as decodeWithCborg } from 'cborg';
import { it } from 'mocha';
import { expect } from 'chai';
import { fromBase45 } from '../../../core/bytes/base45.ts';
import type { JsonValue } from '../../../core/bytes/canonical-json.ts';
import { fromCbor, type CborValue } from '../../../core/bytes/cbor.ts';
import { toCbor } from '../../../core/bytes/cbor-writer.ts';
import { isJsonObject } from '../../../core/bytes/strict-json.ts';
import { fromZlib } from '../../../core/bytes/zlib.ts';
import { HclError } from '../../../core/errors.ts';
import { cborToJson } from '../../../core/foreign/cbor-to-json.ts';
import { parseSign1 } from '../../../core/foreign/cose/sign1.ts';
import type { ForeignTrust } from '../../../core/foreign/foreign-trust.ts';
import { parseHcertClaims } from '../../../core/foreign/hcert/cwt.ts';
import { parseDcc } from '../../../core/foreign/hcert/dcc-schema.ts';
import { hcertOf } from '../../../core/foreign/hcert/hcert.ts';
import { maySign } from '../../../core/foreign/hcert/key-usage.ts';
import { parseCertificate } from '../../../core/foreign/x509/certificate.ts';
import { defaultPolicy } from '../../../core/verify/policy.ts';
import { foreignValidityProblems } from '../../../core/verify/steps/foreign-validity.ts';
import { Trail } from '../../../core/verify/trail.ts';
import type { Verdict } from '../../../core/verify/verdict.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { describeCorpus } from '../../support/corpora.ts';
import { Agreement } from './support/agreement.ts';
import { clockOf, readVectors, type DccVector } from './support/dcc-vectors.ts';
import { trustOf, verdictWith } from './support/foreign-verdict.ts';

const CORPUS = 'eu-dcc-testdata';

/** Whether a stage gives what the vector has for the next one. */
const STAGES: Readonly<Record<string, (vector: DccVector) => boolean | undefined>> = {
  EXPECTEDUNPREFIX: ({ PREFIX, BASE45 }) =>
    PREFIX === undefined || BASE45 === undefined
      ? undefined
      : PREFIX.startsWith('HC1:') && PREFIX.slice(4) === BASE45,
  EXPECTEDB45DECODE: ({ BASE45, COMPRESSED }) => compare(BASE45, COMPRESSED, (text) => hex(fromBase45(text))),
  EXPECTEDCOMPRESSION: ({ COMPRESSED, COSE }) =>
    compare(COMPRESSED, COSE, (compressed) => hex(fromZlib(bytes(compressed), 8192))),
  EXPECTEDDECODE: ({ COSE, CBOR }) =>
    COSE === undefined || CBOR === undefined
      ? undefined
      : succeeds(() => isDeepStrictEqual(claimOf(COSE), decodeLoosely(bytes(CBOR)))),
  EXPECTEDVALIDJSON: ({ COSE, JSON: json }) =>
    COSE === undefined || json === undefined
      ? undefined
      : succeeds(() => isDeepStrictEqual(claimOf(COSE), json)),
  EXPECTEDSCHEMAVALIDATION: ({ COSE }) =>
    COSE === undefined ? undefined : succeeds(() => parseDcc(claimOf(COSE)) !== undefined),
  EXPECTEDKEYUSAGE: ({ COSE, TESTCTX }) => {
    if (COSE === undefined || TESTCTX.CERTIFICATE === undefined) return undefined;
    const { extensions } = parseCertificate(new Uint8Array(Buffer.from(TESTCTX.CERTIFICATE, 'base64')));
    return maySign(extensions.extendedKeyUsage, typeOf(claimOf(COSE)));
  },
  EXPECTEDEXPIRATIONCHECK: (vector) => {
    const { COSE } = vector;
    const nowSeconds = clockOf(vector);
    if (COSE === undefined || nowSeconds === undefined) return undefined;
    const claims = parseHcertClaims(parseSign1(bytes(COSE)).payload);
    const content = { ...claims, records: [], content: null };
    return foreignValidityProblems(content, nowSeconds, defaultPolicy, new Trail(nowSeconds)).length === 0;
  },
  EXPECTEDENCODE: ({ JSON: json }) =>
    json === undefined ? undefined : isDeepStrictEqual(cborToJson(fromCbor(toCbor(jsonToCbor(json)))), json),
};

describeCorpus(CORPUS, (folder) => {
  const vectors = readVectors(folder);

  it('has the vectors that it should have', () => expect(vectors).to.have.length(304));

  for (const [check, run] of Object.entries(STAGES)) {
    it(`${check}: every stage is as labelled`, () => {
      const agreement = new Agreement(CORPUS);
      for (const vector of vectors) {
        const expected = vector.EXPECTEDRESULTS[check];
        const found = expected === undefined ? undefined : run(vector);
        if (found !== undefined) agreement.count(vector.file, check, found === expected, `found ${found}`);
      }
      agreement.conclude(check, 40, [check]);
    });
  }

  it('EXPECTEDVERIFY: a signature is good just where it is labelled so, with keys found by kid alone', async () => {
    const agreement = new Agreement(CORPUS);
    for (const vector of vectors) {
      const expected = vector.EXPECTEDRESULTS['EXPECTEDVERIFY'];
      const { COSE } = vector;
      if (expected === undefined || COSE === undefined) continue;
      const found = await isSigned(COSE, await trustOfVector(vector));
      agreement.count(vector.file, 'EXPECTEDVERIFY', found === expected, `found ${found}`);
    }
    agreement.conclude('EXPECTEDVERIFY', 280, ['EXPECTEDVERIFY']);
  });

  it('a code passes just where no label is against it', async () => {
    const agreement = new Agreement(CORPUS);
    let passed = 0;
    for (const vector of vectors) {
      const verdict = await verdictOn(vector);
      if (verdict === undefined) continue;
      // The verdict is on the text: whether its picture can be read is another test.
      const { EXPECTEDPICTUREDECODE: _, ...labels } = vector.EXPECTEDRESULTS;
      const expected = !Object.values(labels).includes(false);
      const passes = verdict.outcome === 'pass';
      if (passes) passed++;
      agreement.count(vector.file, 'verdict', passes === expected, JSON.stringify(verdict.reasons));
      const { COSE } = vector;
      if (!passes || COSE === undefined) continue;
      expect(verdict.evidence.foreign?.facts?.content, vector.file).to.deep.equal(claimOf(COSE));
    }
    agreement.conclude('verdict', 280, ['verdict']);
    expect(passed).to.be.above(150);
  });
});

function verdictOn(vector: DccVector): Promise<Verdict> | undefined {
  const { PREFIX } = vector;
  const nowSeconds = clockOf(vector);
  if (PREFIX === undefined || nowSeconds === undefined) return undefined;
  return trustOfVector(vector).then((trust) => verdictWith(PREFIX, trust, nowSeconds));
}

function trustOfVector({ TESTCTX }: DccVector): Promise<ForeignTrust> {
  const { CERTIFICATE } = TESTCTX;
  return trustOf(CERTIFICATE === undefined ? { hcert: [] } : { hcert: [{ certificate: CERTIFICATE }] });
}

async function isSigned(cose: string, trust: ForeignTrust): Promise<boolean> {
  const code = hcertOf(parseSign1(bytes(cose)));
  const search = await code.findSigners(trust, nodeCrypto, 0);
  if ('problem' in search) return false;
  for (const { key } of search.signers) {
    if (key !== undefined && (await code.isSignedBy(key, nodeCrypto))) return true;
  }
  return false;
}

function claimOf(cose: string): JsonValue {
  return cborToJson(parseHcertClaims(parseSign1(bytes(cose)).payload).claim);
}

function typeOf(claim: JsonValue): 'vaccination' | 'test' | 'recovery' {
  if (!isJsonObject(claim)) throw new Error('every claim of the corpus is an object');
  return claim['v'] !== undefined ? 'vaccination' : claim['t'] !== undefined ? 'test' : 'recovery';
}

function compare(
  from: string | undefined,
  to: string | undefined,
  run: (from: string) => string,
): boolean | undefined {
  if (from === undefined || to === undefined) return undefined;
  return succeeds(() => run(from) === to.toLowerCase());
}

function succeeds(run: () => boolean): boolean {
  try {
    return run();
  } catch (error) {
    if (error instanceof HclError) return false;
    throw error;
  }
}

/** Reference data may be written with indefinite lengths. */
function decodeLoosely(cbor: Uint8Array): unknown {
  const tags: ((decode: () => unknown) => unknown)[] = [];
  tags[0] = (decode) => decode();
  const options = { tags, useMaps: true } as Parameters<typeof decodeWithCborg>[1];
  const decoded: unknown = decodeWithCborg(cbor, options);
  // Some vectors have the whole CWT here, most the certificate in it.
  const container: unknown = decoded instanceof Map ? decoded.get(-260) : undefined;
  return plain(container instanceof Map ? container.get(1) : decoded);
}

function plain(value: unknown): unknown {
  if (value instanceof Map)
    return Object.fromEntries([...value].map(([name, member]) => [name, plain(member)]));
  return Array.isArray(value) ? value.map(plain) : value;
}

function jsonToCbor(value: JsonValue): CborValue {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map(jsonToCbor);
  return new Map(Object.entries(value).map(([name, member]) => [name, jsonToCbor(member)] as const));
}

function hex(data: Uint8Array): string {
  return Buffer.from(data).toString('hex');
}

function bytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'hex'));
}
