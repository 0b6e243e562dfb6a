/**
 * Value sets of the EU's rules, in either of the forms that they are published in:
 *
 *   { "country-2-codes": ["AD", …], "vaccines-covid-19-names": [ … ] }
 *   { "valueSetId": "country-2-codes", "valueSetDate": …, "valueSetValues": {"AD": {"display": …}, …} }
 */
import type { JsonValue } from '../bytes/canonical-json.ts';
import { isJsonObject, type JsonObject } from '../bytes/strict-json.ts';
import { JsonFields } from './json-fields.ts';

const NAME = /^[A-Za-z0-9-]{1,80}$/;
const CODE = /^[^\p{Cc}]{1,200}$/u;
const MAX_CODES = 20_000;

/** Codes by the name of their set. Throws `POLICY_FIELD`. */
export function readValueSets(file: JsonValue): JsonObject {
  const fields = new JsonFields(file, 'value sets');
  if (!fields.has('valueSetId')) {
    return Object.fromEntries(
      fields.names.map((name) => {
        if (!NAME.test(name)) throw fields.wrong(name, 'is not a name of letters, digits and hyphens');
        return [name, fields.texts(name, CODE, { max: MAX_CODES })];
      }),
    );
  }
  const values = fields.value('valueSetValues');
  if (!isJsonObject(values)) throw fields.wrong('valueSetValues', 'is not an object');
  return { [fields.text('valueSetId', NAME)]: Object.keys(values) };
}
