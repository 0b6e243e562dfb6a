/**
 * What a conversion rests on besides the colour: the class of each record that the holder shows, and when it was
 * collected. That is all that travels, and whose it is where the mapping asks; the record stays with its holder.
 *
 * | class                      | record                                                                              |
 * | -------------------------- | ----------------------------------------------------------------------------------- |
 * | `naat-negative-recognised` | nucleic acid test, not detected, of a laboratory that an accredited issuer vouches for |
 * | `test-detected`            | any test that found the virus: adverse                                              |
 * | `test-undecided`           | inconclusive, or the specimen was of no use                                          |
 * | `test-other`               | any other test                                                                       |
 * | `declaration-clear`        | health declaration: no symptom, no contact with a case                              |
 * | `declaration-adverse`      | health declaration with a symptom or a contact: adverse                             |
 */
import type { CredentialClaims } from '../credential/claims.ts';
import type { ConversionEvidence } from '../record/derived.ts';
import type { EvidenceRule, Mapping } from './mapping.ts';

const NUCLEIC_ACID = 'loinc|LP6464-4';
const NOT_DETECTED = 'sct|260415000';
const DETECTED = 'sct|260373001';
const NO_SYMPTOM = 'hcl|none';
const NO_CONTACT = 'hcl|no';
const COVID19: ReadonlySet<string> = new Set(['sct|840539006', 'icd11|RA01']);

export const EVIDENCE_CLASSES = [
  'naat-negative-recognised',
  'test-detected',
  'test-undecided',
  'test-other',
  'declaration-clear',
  'declaration-adverse',
] as const;
export type EvidenceClass = (typeof EVIDENCE_CLASSES)[number];

const ADVERSE: ReadonlySet<string> = new Set<EvidenceClass>(['test-detected', 'declaration-adverse']);

/** Whether it speaks against its holder: then no table converts, however green the code is. */
export function isAdverse(evidence: Pick<ConversionEvidence, 'class'>): boolean {
  return ADVERSE.has(evidence.class);
}

/** Whether a rule is about this evidence, of this issuer. */
export function isTakenBy(rule: EvidenceRule, { type, class: kind, issuer }: ConversionEvidence): boolean {
  const isOfIssuer = rule.issuers === undefined || (issuer !== undefined && rule.issuers.includes(issuer));
  return rule.type === type && rule.class === kind && isOfIssuer;
}

/** As it travels: without its issuer, unless a rule takes it for being theirs. */
export function asItTravels({ evidence: rules }: Mapping, evidence: ConversionEvidence): ConversionEvidence {
  if (rules.some((rule) => rule.issuers !== undefined && isTakenBy(rule, evidence))) return evidence;
  const { issuer: _, ...unnamed } = evidence;
  return unnamed;
}

/** Of the claims of an authentic credential, with its issuer; `undefined`: conversions do not ask about such records. */
export function toEvidence(claims: CredentialClaims): ConversionEvidence | undefined {
  const { iss: issuer } = claims;
  switch (claims.vct) {
    case 'urn:hcl:test:1':
      return COVID19.has(claims.facts.disease)
        ? { type: 'test', class: testClass(claims.facts), collectedAt: claims.facts.collectedAt, issuer }
        : undefined;
    case 'urn:hcl:declaration:1':
      return {
        type: 'declaration',
        class: declarationClass(claims.facts),
        collectedAt: claims.facts.declaredAt,
        issuer,
      };
    case 'urn:hcl:vaccination:1':
    case 'urn:hcl:recovery:1':
    case 'urn:hcl:exemption:1':
    case 'urn:hcl:status:1':
    case 'urn:hcl:conversion:1':
      return undefined;
  }
}

interface TestFacts {
  readonly method: string;
  readonly result: string;
  readonly origin?: string;
}

/** A test of elsewhere was read off paper, and nobody accredited vouches for that laboratory. */
function testClass({ method, result, origin }: TestFacts): EvidenceClass {
  if (result === DETECTED) return 'test-detected';
  if (result !== NOT_DETECTED) return 'test-undecided';
  return method === NUCLEIC_ACID && origin === undefined ? 'naat-negative-recognised' : 'test-other';
}

interface DeclarationFacts {
  readonly symptoms: readonly string[];
  readonly contact: string;
}

function declarationClass({ symptoms, contact }: DeclarationFacts): EvidenceClass {
  const isClear = contact === NO_CONTACT && symptoms.every((symptom) => symptom === NO_SYMPTOM);
  return isClear ? 'declaration-clear' : 'declaration-adverse';
}
