/** Immunization → a vaccination record. Only a dose that was given, whole, and known at first hand is one. */
import type { PlainObject } from '../../core/record/structure.ts';
import { codeOf, manufacturerOf, productOf } from './fhir-codes.ts';
import { codingsOf, extensionCodings, listOf, member, objectOf, textOf } from './fhir-element.ts';
import { fact, noFact, type FhirFact } from './fhir-mapping.ts';
import type { IntakeProblem } from './row.ts';

/** Resources that an Immunization points to, as far as they are in the file. */
export interface ImmunizationContext {
  readonly location?: PlainObject | undefined;
  readonly manufacturer?: PlainObject | undefined;
  readonly country?: string | undefined;
}

/** Why this Immunization is no vaccination to issue for at all. */
export function immunizationRefusal(resource: PlainObject): IntakeProblem | undefined {
  const status = textOf(resource, 'status');
  if (status !== 'completed') {
    const reason =
      status === 'not-done' ? 'is not-done: this vaccination was not given' : 'must be completed';
    return { field: 'Immunization.status', code: 'INTAKE_FHIR_STATUS', reason };
  }
  if (member(resource, 'isSubpotent') === true) {
    const reason = 'is true: the dose did not have its full strength';
    return { field: 'Immunization.isSubpotent', code: 'INTAKE_FHIR_STATUS', reason };
  }
  if (member(resource, 'primarySource') === false) {
    const reason = 'is false: a dose known from a report needs an officer who checks the document';
    return { field: 'Immunization.primarySource', code: 'INTAKE_FHIR_STATUS', reason };
  }
  return undefined;
}

export function immunizationFacts(
  resource: PlainObject,
  { location, manufacturer, country }: ImmunizationContext,
): readonly FhirFact[] {
  const [protocol] = listOf(resource, 'protocolApplied');
  const place = textOf(location, 'name') ?? textOf(objectOf(resource, 'location'), 'display');
  const makers = [
    objectOf(objectOf(resource, 'manufacturer'), 'identifier'),
    ...listOf(manufacturer, 'identifier'),
  ];
  const diseases = listOf(protocol, 'targetDisease').flatMap(codingsOf);
  return [
    productFact(resource),
    fact('disease', 'Immunization.protocolApplied.targetDisease', codeOf(diseases, ['sct', 'icd11'])),
    fact(
      'prophylaxis',
      'Immunization.extension',
      codeOf(extensionCodings(resource, 'prophylaxis'), ['sct', 'icd11', 'atc']),
    ),
    fact('manufacturer', 'Immunization.manufacturer', manufacturerOf(makers)),
    doseFact('doseNumber', protocol),
    doseFact('seriesDoses', protocol),
    dateFact(resource),
    fact('lot', 'Immunization.lotNumber', textOf(resource, 'lotNumber')),
    fact('lotExpiresOn', 'Immunization.expirationDate', textOf(resource, 'expirationDate')),
    fact('centre', 'Immunization.location', place),
    fact('practitioner', 'Immunization.performer.actor', practitionerOf(resource)),
    fact('country', 'Immunization.location.address.country', country),
  ];
}

function productFact(resource: PlainObject): FhirFact {
  const path = 'Immunization.vaccineCode';
  const product = productOf(codingsOf(objectOf(resource, 'vaccineCode')));
  return product === undefined
    ? noFact(
        ['product', 'disease'],
        path,
        'INTAKE_FHIR_CODE',
        'names no product in the EU, CVX or ICD-11 code system',
      )
    : fact('product', path, product);
}

/** The day at the place of vaccination: the first ten characters of the time. */
function dateFact(resource: PlainObject): FhirFact {
  if (textOf(resource, 'occurrenceString') !== undefined) {
    const reason = 'is a text; a date is needed';
    return noFact(['date'], 'Immunization.occurrenceString', 'INTAKE_FHIR_VALUE', reason);
  }
  return fact(
    'date',
    'Immunization.occurrenceDateTime',
    textOf(resource, 'occurrenceDateTime')?.slice(0, 10),
  );
}

/** `doseNumberPositiveInt`, or `doseNumberString` when it is a number. */
function doseFact(field: 'doseNumber' | 'seriesDoses', protocol: unknown): FhirFact {
  const path = `Immunization.protocolApplied.${field}`;
  const number = member(protocol, `${field}PositiveInt`);
  const text = textOf(protocol, `${field}String`);
  if (number !== undefined || text === undefined) return fact(field, path, number);
  return /^[1-9]\d?$/.test(text)
    ? fact(field, path, Number(text))
    : noFact([field], path, 'INTAKE_FHIR_VALUE', 'is a text and not a number');
}

/** The registration number of the first performer who has one as a logical reference. */
function practitionerOf(resource: PlainObject): string | undefined {
  return listOf(resource, 'performer')
    .map((performer) => textOf(objectOf(objectOf(performer, 'actor'), 'identifier'), 'value'))
    .find((number) => number !== undefined);
}
