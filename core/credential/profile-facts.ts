/**
 * The facts of a record as its two credentials show them. `venue`: only what a door asks for. `travel`: all but what
 * never leaves the issuer: registration numbers, specimen numbers, addresses, the reason of an exemption, the
 * evidence of a recovery, who checked what of elsewhere. Members stand in the order of RFC 8785 already.
 */
import type { ConversionRecord, StatusRecord } from '../record/derived.ts';
import type {
  DeclarationRecord,
  ExemptionRecord,
  RecoveryRecord,
  Stay,
  TestRecord,
  VaccinationRecord,
} from '../record/record.ts';
import type {
  ConversionClaims,
  DeclarationClaims,
  ExemptionClaims,
  Profile,
  RecoveryClaims,
  StatusClaims,
  StayClaims,
  TestClaims,
  VaccinationClaims,
} from './claims.ts';

export function vaccinationFacts(record: VaccinationRecord, profile: Profile): VaccinationClaims {
  const { country, date, disease, doseNumber, product, seriesDoses } = record;
  if (profile === 'venue') return present({ country, date, disease, doseNumber, product, seriesDoses });
  const { centre, lot, manufacturer, origin, prophylaxis } = record;
  return present({
    centre,
    country,
    date,
    disease,
    doseNumber,
    lot,
    manufacturer,
    origin,
    product,
    prophylaxis,
    seriesDoses,
  });
}

export function testFacts(record: TestRecord, profile: Profile): TestClaims {
  const { collectedAt, country, disease, method, result } = record;
  if (profile === 'venue') return { collectedAt, country, disease, method, result };
  const { kit, laboratory, origin, reportedAt, specimen } = record;
  return present({
    collectedAt,
    country,
    disease,
    kit,
    laboratory,
    method,
    origin,
    reportedAt,
    result,
    specimen,
  });
}

/** "Recovered" and the dates that rules count from; how it was found only to officers. */
export function recoveryFacts(record: RecoveryRecord, profile: Profile): RecoveryClaims {
  const { country, disease, firstPositiveOn, recoveredOn } = record;
  if (profile === 'venue') return present({ country, disease, firstPositiveOn, recoveredOn });
  const { basis, origin } = record;
  return present({ basis, country, disease, firstPositiveOn, origin, recoveredOn });
}

/** From which vaccines; never why. */
export function exemptionFacts(record: ExemptionRecord, profile: Profile): ExemptionClaims {
  const { country, disease, scope } = record;
  if (profile === 'venue') return present({ country, disease, scope });
  const { assessedOn } = record;
  return present({ assessedOn, country, disease, scope });
}

/** The answers and their time; the trip and the stays only to officers. */
export function declarationFacts(record: DeclarationRecord, profile: Profile): DeclarationClaims {
  const { contact, country, declaredAt, symptoms } = record;
  if (profile === 'venue') return { contact, country, declaredAt, symptoms };
  const { contactOn, direction, plannedAt, port, stays } = record;
  return present({
    contact,
    contactOn,
    country,
    declaredAt,
    direction,
    plannedAt,
    port,
    stays: stays?.map(stayClaims),
    symptoms,
  });
}

/** The colour and the rule that gave it; why, and since when, only to officers. */
export function statusFacts(record: StatusRecord, profile: Profile): StatusClaims {
  const { country, ruleId, ruleVersion, scheme, state } = record;
  if (profile === 'venue') return { country, ruleId, ruleVersion, scheme, state };
  const { ground, since } = record;
  return present({ country, ground, ruleId, ruleVersion, scheme, since, state });
}

/** From where to where; what can be spent, and what it rests on, only to the issuer that decides. */
export function conversionFacts(record: ConversionRecord, profile: Profile): ConversionClaims {
  const { country, mappingVersion, ruleId, sourceScheme, sourceState, targetScheme } = record;
  if (profile === 'venue') {
    return { country, mappingVersion, ruleId, sourceScheme, sourceState, targetScheme };
  }
  const { consentAt, consentTextVersion, evidence, nullifier, plannedOn, port, proposedState } = record;
  const { sourceIssuedAt, sourceValidUntil, target } = record;
  return present({
    consentAt,
    consentTextVersion,
    country,
    evidence: evidence.map(({ class: shown, collectedAt, issuer, type }) => {
      return { class: shown, collectedAt, ...(issuer === undefined ? {} : { issuer }), type };
    }),
    mappingVersion,
    nullifier,
    plannedOn,
    port,
    proposedState,
    ruleId,
    sourceIssuedAt,
    sourceScheme,
    sourceState,
    sourceValidUntil,
    target,
    targetScheme,
  });
}

function stayClaims({ country, from, region, to }: Stay): StayClaims {
  return present({ country, from, region, to });
}

/** Without the members that are `undefined`: an absent fact is an absent claim. */
export function present<T extends object>(value: { [Name in keyof T]: T[Name] | undefined }): T {
  const members: Partial<T> = {};
  for (const name in value) if (value[name] !== undefined) members[name] = value[name];
  // Leaving out undefined members is exactly what makes the value a T.
  return members as T;
}
