/** Our codes → FHIR's codings; the way back is `issuer/intake/fhir-codes.ts`. */
import type { Code } from '../../core/record/record.ts';
import { displayName } from '../../core/record/value-sets.ts';
import { EXTENSION } from '../intake/fhir-element.ts';

export interface FhirCoding {
  readonly system: string;
  readonly code: string;
  readonly display?: string;
}

const SYSTEMS: ReadonlyMap<string, string> = new Map([
  ['sct', 'http://snomed.info/sct'],
  ['loinc', 'http://loinc.org'],
  ['cvx', 'http://hl7.org/fhir/sid/cvx'],
  ['icd11', 'http://id.who.int/icd/release/11/mms'],
  ['atc', 'http://www.whocc.no/atc'],
  ['hcl', 'urn:hcl:code'],
]);

const EU_REGISTERED = 'https://ec.europa.eu/health/documents/community-register/html/';
const EU_PROVISIONAL = 'http://ec.europa.eu/temp/vaccineproductname';
const EMA_ORGANISATION = 'https://spor.ema.europa.eu/v1/organisations';
const EU_PROVISIONAL_MANUFACTURER = 'http://ec.europa.eu/temp/vaccinemanufacturer';

export function toCoding(code: Code): FhirCoding {
  const [system, local] = split(code);
  const eu = local.startsWith('EU/') ? EU_REGISTERED : EU_PROVISIONAL;
  const display = displayName(code, 'en');
  return {
    system: SYSTEMS.get(system) ?? eu,
    code: local,
    ...(display === undefined ? {} : { display }),
  };
}

/** A CodeableConcept. */
export function toConcept(code: Code): { readonly coding: readonly FhirCoding[] } {
  return { coding: [toCoding(code)] };
}

/** A logical reference to a manufacturer, by its identifier. */
export function toManufacturer(code: Code): object {
  const [system, value] = split(code);
  const eu = value.startsWith('ORG-') ? EMA_ORGANISATION : EU_PROVISIONAL_MANUFACTURER;
  const display = displayName(code, 'en');
  return {
    identifier: { system: SYSTEMS.get(system) ?? eu, value },
    ...(display === undefined ? {} : { display }),
  };
}

export function toExtension(name: string, code: Code): object {
  return { url: EXTENSION + name, valueCoding: toCoding(code) };
}

function split(code: Code): readonly [system: string, local: string] {
  const end = code.indexOf('|');
  return [code.slice(0, end), code.slice(end + 1)];
}
