/** FHIR's names of code systems and codes → ours. Sources: FHIR R4 §4.3, LOINC, SNOMED CT, EU value sets. */
import { findProduct } from '../../core/record/products.ts';
import type { Code } from '../../core/record/record.ts';
import { textOf, type Coding } from './fhir-element.ts';

const SYSTEMS: ReadonlyMap<string, string> = new Map([
  ['http://snomed.info/sct', 'sct'],
  ['http://loinc.org', 'loinc'],
  ['http://hl7.org/fhir/sid/cvx', 'cvx'],
  ['http://id.who.int/icd/release/11/mms', 'icd11'],
  ['http://id.who.int/icd11/mms', 'icd11'],
  ['http://www.whocc.no/atc', 'atc'],
  ['https://ec.europa.eu/health/documents/community-register/html/', 'eu'],
  ['http://ec.europa.eu/temp/vaccineproductname', 'eu'],
  ['urn:hcl:code', 'hcl'],
]);

/** Identifiers of organisations, and not of what they make. */
const MANUFACTURER_SYSTEMS: ReadonlyMap<string, string> = new Map([
  ['https://spor.ema.europa.eu/v1/organisations', 'eu'],
  ['http://ec.europa.eu/temp/vaccinemanufacturer', 'eu'],
  ['urn:hcl:code', 'hcl'],
]);

const PRODUCT_SYSTEMS = ['eu', 'cvx', 'icd11', 'hcl'];
/** CVX codes that say "COVID-19 vaccine" and no product. */
const UNSPECIFIED: ReadonlySet<Code> = new Set<Code>(['cvx|213', 'cvx|500']);

export interface TestKind {
  readonly method: Code;
  readonly specimen?: Code;
}

const NAAT: Code = 'loinc|LP6464-4';
const RAPID_ANTIGEN: Code = 'loinc|LP217198-3';

/** SARS-CoV-2 by LOINC order or observation code; the specimen where the code names it. */
const TESTS: Readonly<Record<string, TestKind>> = {
  'LP6464-4': { method: NAAT },
  'LP217198-3': { method: RAPID_ANTIGEN },
  '94500-6': { method: NAAT },
  '94309-2': { method: NAAT },
  '94845-5': { method: NAAT, specimen: 'sct|119342007' },
  '94759-8': { method: NAAT, specimen: 'sct|258500001' },
  '95406-5': { method: NAAT, specimen: 'sct|445297001' },
  '94533-7': { method: NAAT },
  '94316-7': { method: NAAT },
  '94534-5': { method: NAAT },
  '94314-2': { method: NAAT },
  '94558-4': { method: RAPID_ANTIGEN },
  '95209-3': { method: RAPID_ANTIGEN },
  '97097-0': { method: RAPID_ANTIGEN },
};

/** Answers that laboratories send → the four results we issue. */
const RESULTS: ReadonlyMap<Code, Code> = new Map<Code, Code>([
  ['sct|260415000', 'sct|260415000'],
  ['sct|260385009', 'sct|260415000'],
  ['loinc|LA11883-8', 'sct|260415000'],
  ['loinc|LA6577-6', 'sct|260415000'],
  ['sct|260373001', 'sct|260373001'],
  ['sct|10828004', 'sct|260373001'],
  ['loinc|LA11882-0', 'sct|260373001'],
  ['loinc|LA6576-8', 'sct|260373001'],
  ['sct|419984006', 'sct|419984006'],
  ['sct|82334004', 'sct|419984006'],
  ['loinc|LA9663-1', 'sct|419984006'],
  ['sct|125154007', 'sct|125154007'],
]);

/** Our product where the coding means one, else the first code of a system that names products. */
export function productOf(codings: readonly Coding[]): Code | undefined {
  const codes = toCodes(codings).filter((code) => isOf(PRODUCT_SYSTEMS, code) && !UNSPECIFIED.has(code));
  const known = codes.map(findProduct).find((product) => product !== undefined);
  return known?.code ?? codes[0];
}

/** The first identifier of a manufacturer that is a code of ours. */
export function manufacturerOf(identifiers: readonly unknown[]): Code | undefined {
  return identifiers
    .map((identifier): Code | undefined => {
      const system = MANUFACTURER_SYSTEMS.get(textOf(identifier, 'system') ?? '');
      const value = textOf(identifier, 'value');
      return system === undefined || value === undefined ? undefined : `${system}|${value}`;
    })
    .find((code) => code !== undefined);
}

/** The first code of one of `systems`. */
export function codeOf(codings: readonly Coding[], systems: readonly string[]): Code | undefined {
  return toCodes(codings).find((code) => isOf(systems, code));
}

export function testKindOf(codings: readonly Coding[]): TestKind | undefined {
  const codes = codings.filter(({ system }) => SYSTEMS.get(system) === 'loinc').map(({ code }) => code);
  const code = codes.find((candidate) => Object.hasOwn(TESTS, candidate));
  return code === undefined ? undefined : TESTS[code];
}

/** `undefined` when no coding is a result, or when two contradict each other. */
export function resultOf(codings: readonly Coding[]): Code | undefined {
  const [result, ...others] = new Set(toCodes(codings).flatMap((code) => RESULTS.get(code) ?? []));
  return others.length === 0 ? result : undefined;
}

function toCodes(codings: readonly Coding[]): readonly Code[] {
  return codings.flatMap(({ system, code }): readonly Code[] => {
    const name = SYSTEMS.get(system);
    return name === undefined ? [] : [`${name}|${code}`];
  });
}

function isOf(systems: readonly string[], code: Code): boolean {
  return systems.includes(code.slice(0, code.indexOf('|')));
}
