/**
 * The value sets of coded facts by the name of the fact, and the names to print. A closed set admits only its own
 * codes; an open one any code of its systems, printed as the code where no name is held.
 */
import type { Code } from './record.ts';
import { CONTACT, DIRECTION, SYMPTOMS } from './value-sets/declaration.ts';
import { REASON, SCOPE } from './value-sets/exemption.ts';
import { BASIS } from './value-sets/recovery.ts';
import { ORIGIN } from './value-sets/origin.ts';
import { METHOD, RESULT, SPECIMEN } from './value-sets/test.ts';
import { DISEASE, MANUFACTURER, PRODUCT, PROPHYLAXIS } from './value-sets/vaccination.ts';
import type { Language, Names, ValueSet } from './value-sets/value-set.ts';

export type CodedFact =
  | 'disease'
  | 'prophylaxis'
  | 'product'
  | 'manufacturer'
  | 'method'
  | 'specimen'
  | 'result'
  | 'basis'
  | 'origin'
  | 'scope'
  | 'reason'
  | 'direction'
  | 'symptoms'
  | 'contact';

export const VALUE_SETS: Readonly<Record<CodedFact, ValueSet>> = {
  disease: DISEASE,
  prophylaxis: PROPHYLAXIS,
  product: PRODUCT,
  manufacturer: MANUFACTURER,
  method: METHOD,
  specimen: SPECIMEN,
  result: RESULT,
  basis: BASIS,
  origin: ORIGIN,
  scope: SCOPE,
  reason: REASON,
  direction: DIRECTION,
  symptoms: SYMPTOMS,
  contact: CONTACT,
};

const NAMES: ReadonlyMap<string, Names> = new Map(
  Object.values(VALUE_SETS).flatMap((set) => set.entries.map(({ code, names }) => [code, names])),
);

/** The name to print for `code`; `undefined` where the value sets hold none: print the code then. */
export function displayName(code: Code, language: Language): string | undefined {
  return NAMES.get(code)?.[language];
}
