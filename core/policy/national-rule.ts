/**
 * Entry rules of the EU's form (eHealth Network, "EU DCC Validation Rules" 1.0), loaded unchanged:
 *
 *   { "Identifier": "VR-DE-0001", "Type": "Acceptance", "Country": "DE", "Version": "1.0.0", "SchemaVersion": "1.0.0",
 *     "Engine": "CERTLOGIC", "EngineVersion": "0.7.5", "CertificateType": "Vaccination",
 *     "Description": [{"lang": "en", "desc": …}], "ValidFrom": …, "ValidTo": …, "AffectedFields": […], "Logic": … }
 */
import type { JsonValue } from '../bytes/canonical-json.ts';
import type { Expression } from './expression.ts';
import { parseExpression } from './expression.ts';
import { JsonFields } from './json-fields.ts';

/** General rules hold for every certificate. */
export type CertificateType = 'General' | 'Vaccination' | 'Test' | 'Recovery';

export interface NationalRule {
  readonly id: string;
  readonly type: 'Acceptance' | 'Invalidation';
  /** ISO 3166-1 alpha-2; `EU` for templates. */
  readonly country: string;
  readonly region?: string;
  /** Three numbers, `1.0.2`. */
  readonly version: readonly number[];
  readonly certificateType: CertificateType;
  /** By language; English is always there. */
  readonly description: ReadonlyMap<string, string>;
  /** Unix seconds, both included. */
  readonly validFromSeconds: number;
  readonly validToSeconds: number;
  readonly affectedFields: readonly string[];
  readonly logic: Expression;
}

const SEMVER = /^\d{1,4}\.\d{1,4}\.\d{1,4}$/;

/** Throws `POLICY_FIELD` or an error of `expression.ts`. */
export function parseNationalRule(value: JsonValue): NationalRule {
  const fields = new JsonFields(value, 'rule');
  fields.oneOf('Engine', ['CERTLOGIC']);
  fields.text('EngineVersion', SEMVER);
  fields.text('SchemaVersion', SEMVER);
  const rule = {
    id: fields.text('Identifier', /^(?:GR|VR|TR|RR|IR)-[A-Z]{2}-\d{4}$/),
    type: fields.oneOf('Type', ['Acceptance', 'Invalidation']),
    country: fields.text('Country', /^[A-Z]{2}$/),
    ...(fields.has('Region') ? { region: fields.text('Region', /^[A-Z0-9-]{0,8}$/) } : {}),
    version: fields.text('Version', SEMVER).split('.').map(Number),
    certificateType: fields.oneOf('CertificateType', ['General', 'Vaccination', 'Test', 'Recovery']),
    description: readDescriptions(fields),
    validFromSeconds: fields.moment('ValidFrom'),
    validToSeconds: fields.moment('ValidTo'),
    affectedFields: fields.texts('AffectedFields', /^[A-Za-z0-9.]{1,40}$/, { max: 64 }),
    logic: parseExpression(fields.value('Logic')),
  };
  fields.refuseOthers();
  return rule;
}

export interface Entry {
  /** The country that is entered: its acceptance rules count. */
  readonly country: string;
  /** A part of it with rules of its own, beside those of the whole country. */
  readonly region?: string;
  /** The country that issued the certificate: its invalidation rules count. */
  readonly issuer?: string;
  readonly kinds: ReadonlySet<CertificateType>;
  readonly seconds: number;
}

/** The newest version of each rule that is valid at that time and meant for such certificates. */
export function rulesFor(rules: readonly NationalRule[], entry: Entry): readonly NationalRule[] {
  const { kinds, seconds } = entry;
  const meant = rules.filter(
    (rule) =>
      isOf(rule, entry) &&
      (rule.certificateType === 'General' || kinds.has(rule.certificateType)) &&
      rule.validFromSeconds <= seconds &&
      seconds <= rule.validToSeconds,
  );
  const newest = new Map<string, NationalRule>();
  for (const rule of meant) {
    const other = newest.get(rule.id);
    if (other === undefined || isNewer(rule.version, other.version)) newest.set(rule.id, rule);
  }
  return [...newest.values()];
}

function isOf(rule: NationalRule, { country, issuer, region }: Entry): boolean {
  if (rule.type === 'Invalidation') return rule.country === issuer;
  const { region: only = '' } = rule;
  return rule.country === country && (only === '' || only === region);
}

function isNewer(a: readonly number[], b: readonly number[]): boolean {
  const place = a.findIndex((number, i) => number !== b[i]);
  return place !== -1 && (a[place] ?? 0) > (b[place] ?? 0);
}

function readDescriptions(fields: JsonFields): ReadonlyMap<string, string> {
  const descriptions = fields.list('Description', { min: 1, max: 32 }).map((item, place) => {
    const one = new JsonFields(item, `${fields.pathOf('Description')}.${place}`);
    const pair = [one.text('lang', /^[a-z]{2}$/), one.text('desc', /^[^]{0,2000}$/)] as const;
    one.refuseOthers();
    return pair;
  });
  return new Map(descriptions);
}
