/**
 * Specimen credentials as real ones look, without meaning: random people, products and dates, random bytes for
 * everything that is random or a hash in life. For tests of the codec, which never looks inside.
 */
import { toBase64url } from '../../core/bytes/base64url.ts';
import { toCanonicalJson } from '../../core/bytes/canonical-json.ts';
import { toUtf8 } from '../../core/bytes/utf8.ts';
import type { Profile } from '../../core/credential/claims.ts';
import { toClaims } from '../../core/credential/profiles.ts';
import type { CodeParts } from '../../core/qr/code.ts';
import type { Code, DocumentType, HealthRecord, Subject } from '../../core/record/record.ts';
import type { Random } from './random.ts';

const SURNAMES = ['CHAN', 'WONG', 'LEE', 'CHEUNG', 'OUYANG', 'NG', 'DE SOUZA', 'KWOK'];
const GIVEN = ['TAI', 'MAN', 'SIU', 'MING', 'KA', 'YAN', 'WAI', 'HOI', 'MARIA', 'CHI'];
const CHINESE = ['陳', '黃', '李', '張', '歐陽', '吳', '郭', '大', '文', '小', '明', '家', '欣', '偉'];
const PRODUCTS: readonly Code[] = [
  'eu|EU/1/20/1528',
  'eu|CoronaVac',
  'eu|EU/1/20/1507',
  'eu|BBIBP-CorV',
  'eu|EU/1/21/1529',
];
const MANUFACTURERS: readonly Code[] = ['eu|ORG-100030215', 'eu|Sinovac-Biotech', 'eu|ORG-100031184'];
const METHODS: readonly Code[] = ['loinc|LP6464-4', 'loinc|LP217198-3'];
const RESULTS: readonly Code[] = ['sct|260415000', 'sct|260415000', 'sct|260373001'];
const CENTRES = ['Specimen Community Vaccination Centre, Kowloon', 'SPECIMEN-CVC-023'];
const ISSUERS = ['hk-dh.example', 'cn-gd.example', 'mo-ssm.example'];

export interface SampleOptions {
  readonly profile: Profile;
  readonly type: HealthRecord['type'];
  readonly hasChineseName?: boolean;
  readonly hasHolderKey?: boolean;
  /** Default 12. */
  readonly pathSteps?: number;
}

/** Parts of a code: its bytes are those of a real credential's size and form, its hashes are random. */
export function sampleParts(random: Random, options: SampleOptions): CodeParts {
  const { profile, type, hasHolderKey = false, pathSteps = 12 } = options;
  const secret = (length: number): string => toBase64url(random.bytes(length));
  const record = type === 'test' ? testRecord(random, options) : vaccinationRecord(random, options);
  const issuer = random.pick(ISSUERS);
  const claims = toClaims(record, profile, {
    iss: `did:web:${issuer}`,
    jti: secret(16),
    issuedAtSeconds: 1_640_000_000 + random.below(140_000_000),
    status: { idx: random.below(131_072), uri: `https://${issuer}/status/${random.below(4)}` },
    ...(hasHolderKey ? { holderKey: { kty: 'EC', crv: 'P-256', x: secret(32), y: secret(32) } } : {}),
  });
  return {
    headerBytes: toUtf8(toCanonicalJson({ alg: 'ES256', kid: secret(32), typ: 'dc+sd-jwt' })),
    payloadBytes: toUtf8(toCanonicalJson(claims)),
    signature: random.bytes(64),
    index: random.below(2 ** pathSteps),
    path: random.bytes(32 * pathSteps),
  };
}

function vaccinationRecord(random: Random, { hasChineseName = false }: SampleOptions): HealthRecord {
  const doseNumber = 1 + random.below(4);
  return {
    type: 'vaccination',
    subject: subject(random, hasChineseName),
    disease: 'sct|840539006',
    product: random.pick(PRODUCTS),
    manufacturer: random.pick(MANUFACTURERS),
    doseNumber,
    seriesDoses: Math.max(2, doseNumber),
    date: day(random, 2021),
    lot: `${random.below(10)}${random.pick(['A', 'F', 'K'])}${1000 + random.below(9000)}B`,
    centre: random.pick(CENTRES),
    country: random.pick(['HK', 'HK', 'MO', 'CN']),
  };
}

function testRecord(random: Random, { hasChineseName = false }: SampleOptions): HealthRecord {
  const collectedAt = `${day(random, 2022)}T${two(random.below(24))}:${two(5 * random.below(12))}:00+08:00`;
  return {
    type: 'test',
    subject: subject(random, hasChineseName),
    disease: 'sct|840539006',
    method: random.pick(METHODS),
    specimen: 'sct|472881004',
    result: random.pick(RESULTS),
    collectedAt,
    reportedAt: collectedAt,
    laboratory: 'SPECIMEN-LAB-017',
    country: random.pick(['HK', 'MO', 'CN']),
  };
}

function subject(random: Random, hasChineseName: boolean): Subject {
  const given = `${random.pick(GIVEN)} ${random.pick(GIVEN)}`;
  const document = random.pick<readonly [DocumentType, string, string]>([
    ['HKID', `X${100_000 + random.below(900_000)}(${random.below(10)})`, 'HK'],
    ['PASSPORT', `K${10_000_000 + random.below(9_000_000)}`, 'HK'],
    ['MOBIR', `${1_000_000 + random.below(9_000_000)}(${random.below(10)})`, 'MO'],
    [
      'CNID',
      `44000019${10 + random.below(90)}${two(1 + random.below(12))}15${1000 + random.below(9000)}`,
      'CN',
    ],
  ]);
  return {
    nameEn: `${random.pick(SURNAMES)}, ${given}`,
    ...(hasChineseName ? { nameZh: random.pick(CHINESE) + random.pick(CHINESE) + random.pick(CHINESE) } : {}),
    dob: day(random, 1930 + random.below(80)),
    sex: random.pick(['F', 'M']),
    docType: document[0],
    docNumber: document[1],
    docIssuer: document[2],
  };
}

function day(random: Random, year: number): string {
  return `${year + random.below(2)}-${two(1 + random.below(12))}-${two(1 + random.below(28))}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
