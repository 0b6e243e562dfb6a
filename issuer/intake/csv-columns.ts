/**
 * The header of an intake CSV: one column per field of a record, in any order and case (`docs/intake.md`). A file
 * may carry records of several kinds: `type` says which, and the cells of the other kinds stay empty.
 */
import { RECORD_SCHEMAS } from '../../core/record/schema.ts';
import { isListSchema, isObjectSchema, type PlainObject } from '../../core/record/structure.ts';
import { foreignHeaderProblem } from './csv-foreign.ts';
import { parseListCell } from './csv-list.ts';
import type { IntakeProblem } from './row.ts';

export interface CsvColumn {
  readonly name: string;
  /** Member of `subject`, not of the record itself. */
  readonly isOfSubject: boolean;
  readonly isInteger: boolean;
  /** There for a list: the members of each of its items in their order, none where the items are texts. */
  readonly members?: readonly string[];
}

export type CsvHeader =
  { readonly columns: readonly CsvColumn[] } | { readonly problems: readonly IntakeProblem[] };

const REQUIRED = ['type', 'dob', 'docType', 'docNumber'];
/** A name that may be repeated in a report. */
const PRINTABLE_NAME = /^[\w -]{1,40}$/;
/** What Hong Kong prints for "no detailed information": an absent fact. */
const NO_DETAIL = 'NDI';

const COLUMNS: ReadonlyMap<string, CsvColumn> = new Map(
  Object.values(RECORD_SCHEMAS)
    .flatMap((schema) => columnsOf(schema.properties, false))
    .map((column) => [column.name.toLowerCase(), column]),
);

/** `hasCountry`: the issuer's country stands in where the file has no such column. */
export function parseCsvHeader(cells: readonly string[], hasCountry: boolean): CsvHeader {
  const names = cells.map((cell) => cell.trim());
  const foreign = foreignHeaderProblem(names);
  if (foreign !== undefined) return { problems: [foreign] };
  const columns = names.flatMap((name) => COLUMNS.get(name.toLowerCase()) ?? []);
  // Without one known name this is no header but a person's row, and is not repeated.
  const unknown = columns.length === 0 ? [] : names.filter((name) => !COLUMNS.has(name.toLowerCase()));
  const present = new Set(columns.map(({ name }) => name));
  const twice = [...present].filter((name) => columns.filter((column) => column.name === name).length > 1);
  const required = hasCountry ? REQUIRED : [...REQUIRED, 'country'];
  const missing = required.filter((name) => !present.has(name));
  if (!present.has('nameEn') && !present.has('nameZh')) missing.push('nameEn');
  const problems = [...unknown.map(unknownColumn), ...twice.map(columnTwice), ...missing.map(missingColumn)];
  return problems.length === 0 ? { columns } : { problems };
}

/** The record that the cells of one row describe, unchecked; empty cells are absent facts. */
export function toCandidate(columns: readonly CsvColumn[], cells: readonly string[]): PlainObject {
  const subject: Record<string, unknown> = {};
  const record: Record<string, unknown> = { subject };
  for (const [index, column] of columns.entries()) {
    const cell = cells[index]?.trim() ?? '';
    if (cell === '' || (column.name === 'lot' && cell === NO_DETAIL)) continue;
    (column.isOfSubject ? subject : record)[column.name] = toValue(column, cell);
  }
  return record;
}

function toValue({ isInteger, members }: CsvColumn, cell: string): unknown {
  if (members !== undefined) return parseListCell(cell, members);
  return isInteger && /^\d{1,4}$/.test(cell) ? Number(cell) : cell;
}

/** `subject.docNumber` → `docNumber`, `subject.linked.0.docNumber` → `linked.0.docNumber`. */
export function toColumnName(field: string): string {
  return field.startsWith('subject.') ? field.slice('subject.'.length) : field;
}

function columnsOf(properties: PlainObject, isOfSubject: boolean): readonly CsvColumn[] {
  return Object.entries(properties).flatMap(([name, field]): readonly CsvColumn[] => {
    const schema = field as PlainObject; // A property of an object schema is a schema.
    if (isObjectSchema(schema)) return columnsOf(schema.properties, true);
    const items = isListSchema(schema) ? schema.items : undefined;
    const members = items !== undefined && isObjectSchema(items) ? Object.keys(items.properties) : [];
    return [
      {
        name,
        isOfSubject,
        isInteger: schema['type'] === 'integer',
        ...(items === undefined ? {} : { members }),
      },
    ];
  });
}

function unknownColumn(name: string): IntakeProblem {
  const field = PRINTABLE_NAME.test(name) ? name : '';
  return { field, code: 'INTAKE_CSV_COLUMN_UNKNOWN', reason: 'is not a column of the intake format' };
}

function columnTwice(field: string): IntakeProblem {
  return { field, code: 'INTAKE_CSV_COLUMN_TWICE', reason: 'stands in the header more than once' };
}

function missingColumn(field: string): IntakeProblem {
  return {
    field,
    code: 'INTAKE_CSV_COLUMN_MISSING',
    reason: 'is a required column and is not in the header',
  };
}
