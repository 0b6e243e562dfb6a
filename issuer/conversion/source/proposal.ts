/** What the source proposes to the target: the conversion credential's record. */
import { toBase64url } from '../../../core/bytes/base64url.ts';
import type { ConsentTerms } from '../../../core/conversion/consent.ts';
import { ConversionError } from '../../../core/conversion/errors.ts';
import {
  evaluateConversion,
  type ConversionFacts,
  type Evaluation,
} from '../../../core/conversion/evaluate.ts';
import { asItTravels } from '../../../core/conversion/evidence.ts';
import type { Mapping } from '../../../core/conversion/mapping.ts';
import { inScheme } from '../../../core/conversion/strictness.ts';
import type { P256Jwk } from '../../../core/credential/key.ts';
import { invariant } from '../../../core/errors.ts';
import type { Colour, ConversionEvidence, ConversionRecord } from '../../../core/record/derived.ts';
import type { Subject } from '../../../core/record/record.ts';
import { ledgerSeconds } from '../house-time.ts';
import { mappingInForce, type Between } from '../mapping-in-force.ts';
import { toRfc3339 } from '../times.ts';
import type { SourceHouse } from './entry.ts';
import type { JudgedStatus } from './judged-request.ts';

/** What is asked for, judged. */
export interface Asked {
  readonly terms: ConsentTerms;
  readonly judged: JudgedStatus;
  readonly between: Between;
  readonly evidence: readonly ConversionEvidence[];
  readonly nullifier: Uint8Array;
}

export interface Proposal {
  readonly mapping: Mapping;
  readonly state: Colour;
  readonly validUntilSeconds: number;
  readonly evidence: readonly ConversionEvidence[];
}

/** By the mapping that holds now. Throws `CONVERSION_MAPPING_NOT_IN_FORCE` and what evaluation refuses with. */
export function propose(house: SourceHouse, { terms, judged, between, evidence }: Asked): Proposal {
  const { facts } = judged.claims;
  const nowSeconds = ledgerSeconds(house);
  const mapping = mappingInForce(between, nowSeconds, { ...house, state: house.ledger.state });
  if (facts.scheme !== mapping.source.scheme) throw new ConversionError('CONVERSION_MAPPING_NOT_IN_FORCE');
  const asked = {
    state: facts.state,
    sourceValidUntilSeconds: lastSecondOf(judged),
    evidence,
    ...crossingOf(terms),
  };
  const proposal = proposed(evaluateConversion(mapping, asked, nowSeconds), asked, mapping);
  return { mapping, ...proposal, evidence: proposal.evidence.map((one) => asItTravels(mapping, one)) };
}

export function toRecord(
  { terms, judged, between, nullifier }: Asked,
  { mapping, state, validUntilSeconds, evidence }: Proposal,
  subject: Subject,
): ConversionRecord {
  const { facts, iat } = judged.claims;
  return {
    type: 'conversion',
    subject,
    holderKey: holderKeyOf(judged),
    country: between.target.authority.jurisdiction,
    nullifier: toBase64url(nullifier),
    sourceScheme: facts.scheme,
    sourceState: facts.state,
    sourceIssuedAt: toRfc3339(iat),
    sourceValidUntil: toRfc3339(lastSecondOf(judged)),
    evidence,
    targetScheme: mapping.target.scheme,
    target: terms.target,
    ...crossingOf(terms),
    ruleId: mapping.id,
    mappingVersion: mapping.version,
    proposedState: state,
    consentTextVersion: terms.text,
    consentAt: toRfc3339(terms.at),
    validUntil: toRfc3339(validUntilSeconds),
  };
}

/** The last second of the code that is converted. Unix seconds. */
export function lastSecondOf({ claims }: JudgedStatus): number {
  invariant(claims.exp !== undefined, 'a health code ends');
  return claims.exp - 1;
}

export function holderKeyOf({ claims }: JudgedStatus): P256Jwk {
  invariant(claims.cnf !== undefined, 'a consent is checked by the key');
  return claims.cnf.jwk;
}

function crossingOf({ port, plannedOn }: ConsentTerms): Pick<ConversionFacts, 'port' | 'plannedOn'> {
  return { ...(port === undefined ? {} : { port }), ...(plannedOn === undefined ? {} : { plannedOn }) };
}

/** What is for an officer goes there as it is: the same rank in the target's scheme, with all that speaks for or against. */
function proposed(
  evaluation: Evaluation,
  asked: ConversionFacts,
  mapping: Mapping,
): Omit<Proposal, 'mapping'> {
  switch (evaluation.result) {
    case 'convert':
      return evaluation;
    case 'refer':
      return {
        state: inScheme(asked.state, mapping.target.scheme),
        validUntilSeconds: asked.sourceValidUntilSeconds,
        evidence: asked.evidence,
      };
    case 'refuse':
      throw new ConversionError(evaluation.reason);
  }
}
