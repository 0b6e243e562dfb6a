/** Rows of an intake CSV → their cells, by csv-parse in its strict mode; a row that it refuses spoils no other. */
import { parse } from 'csv-parse/sync';
import { fromUtf8 } from '../../core/bytes/utf8.ts';
import type { CsvRow } from './csv-rows.ts';
import type { IntakeProblem } from './row.ts';

export type CsvCells =
  | { readonly line: number; readonly cells: readonly string[] }
  | { readonly line: number; readonly problem: IntakeProblem };

/** Rows without any text are left out. */
export function parseCsvRows(rows: readonly CsvRow[]): readonly CsvCells[] {
  const decoded = rows
    .map((row) => ({ row, text: fromUtf8(row.bytes) }))
    .filter(({ text }) => text?.trim() !== '');
  // One call for many rows costs a fifth of a call for each.
  const isPlain = decoded.every(({ row, text }) => row.fault === undefined && text !== undefined);
  const table = isPlain ? parseTable(decoded.map(({ text }) => text).join('\n')) : undefined;
  if (table?.length === decoded.length) {
    // As many records as rows were put in, none of them across two rows.
    return decoded.map(({ row }, index) => ({ line: row.line, cells: table[index]! }));
  }
  return decoded.map(({ row, text }) => parseRow(row, text));
}

function parseRow(row: CsvRow, text: string | undefined): CsvCells {
  const { line } = row;
  const lines = row.lastLine === line ? '' : `: lines ${line} to ${row.lastLine} were read as one row`;
  if (row.fault === 'too-long') return refused(line, 'INTAKE_TOO_LARGE', `is too long${lines}`);
  if (row.fault === 'quote-open')
    return refused(line, 'INTAKE_CSV_QUOTES', `has a quote that nothing closes${lines}`);
  if (text === undefined)
    return refused(line, 'INTAKE_NOT_UTF8', 'is not UTF-8; save the file as CSV in UTF-8');
  const cells = parseTable(text)?.[0];
  if (cells === undefined) return refused(line, 'INTAKE_CSV_QUOTES', `has quotes out of place${lines}`);
  return { line, cells };
}

function parseTable(text: string): readonly (readonly string[])[] | undefined {
  try {
    return parse(text, { record_delimiter: '\n', relax_column_count: true, max_record_size: 0 });
  } catch {
    return undefined;
  }
}

function refused(line: number, code: IntakeProblem['code'], reason: string): CsvCells {
  return { line, problem: { field: '', code, reason } };
}
