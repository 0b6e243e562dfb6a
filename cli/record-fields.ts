/** What records say, one line each, for the officer who reads a verdict: a test that was positive must not hide. */
import type { JsonObject } from '../core/bytes/strict-json.ts';
import type { Code } from '../core/record/record.ts';
import { displayName } from '../core/record/value-sets.ts';
import { printable, type Field } from './page.ts';

export interface FactsToShow {
  readonly type: string;
  readonly facts: JsonObject;
}

/** A card may hold hundreds. */
const SHOWN = 8;

/** @param label what the records are: `Says`, or `Claims` where nobody knows whose they are */
export function recordFields(label: string, records: readonly FactsToShow[]): readonly Field[] {
  const lines = records.slice(0, SHOWN).map(({ facts, type }) => factsOf(type, facts).join(', '));
  const more = records.length > SHOWN ? [`and ${records.length - SHOWN} more`] : [];
  return [...lines, ...more].filter((value) => value !== '').map((value) => ({ label, value }));
}

function factsOf(type: string, facts: JsonObject): readonly string[] {
  switch (type) {
    case 'vaccination':
      return [
        nameOf(facts, 'product', 'prophylaxis', 'disease'),
        doseOf(facts),
        textOf(facts, 'date'),
      ].flat();
    case 'test':
      return [nameOf(facts, 'result'), nameOf(facts, 'method'), textOf(facts, 'collectedAt')].flat();
    case 'recovery':
      return [
        nameOf(facts, 'disease'),
        textOf(facts, 'firstPositiveOn', 'positive '),
        textOf(facts, 'validUntil', 'good until '),
      ].flat();
    case 'exemption':
      return [nameOf(facts, 'disease'), textOf(facts, 'validUntil', 'good until ')].flat();
    default:
      return [];
  }
}

/** Of the first of these facts that is there: its name, else its code. */
function nameOf(facts: JsonObject, ...names: readonly string[]): readonly string[] {
  const [code] = names.flatMap((name) => textOf(facts, name));
  // Looked up only: any other text has no name.
  return code === undefined ? [] : [displayName(code as Code, 'en') ?? code];
}

function doseOf({ doseNumber, seriesDoses }: JsonObject): readonly string[] {
  if (typeof doseNumber !== 'number') return [];
  return [typeof seriesDoses === 'number' ? `dose ${doseNumber} of ${seriesDoses}` : `dose ${doseNumber}`];
}

function textOf(facts: JsonObject, name: string, before = ''): readonly string[] {
  const value = facts[name];
  return typeof value === 'string' && value !== '' ? [before + printable(value)] : [];
}
