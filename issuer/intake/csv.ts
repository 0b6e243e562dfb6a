/**
 * An intake CSV → rows, streaming: RFC 4180, UTF-8 with or without byte order mark, comma, the header first. A
 * bad header refuses the file, a bad row only itself.
 */
import { validateRecord } from '../../core/record/validate.ts';
import { completeFacts } from './complete.ts';
import { parseCsvRows, type CsvCells } from './csv-cells.ts';
import { parseCsvHeader, toCandidate, toColumnName, type CsvColumn } from './csv-columns.ts';
import { CsvRowReader } from './csv-rows.ts';
import { toChunks } from './bytes.ts';
import { refusedRow, type Bytes, type IntakeOptions, type IntakeRow } from './row.ts';

/** Row numbers are lines of the file, the header's is 1. Throws only what `body` throws. */
export async function* readCsv(body: Bytes, options: IntakeOptions): AsyncGenerator<IntakeRow> {
  let columns: readonly CsvColumn[] | undefined;
  for await (const rows of cellsOf(body, options.limits.maxRowBytes)) {
    for (const row of rows) {
      if (columns !== undefined) {
        const result = readRow(row, columns, options);
        if (result !== undefined) yield result;
        continue;
      }
      const header =
        'problem' in row
          ? { problems: [row.problem] }
          : parseCsvHeader(row.cells, options.country !== undefined);
      if ('problems' in header) {
        yield { row: row.line, problems: header.problems };
        return;
      }
      columns = header.columns;
    }
  }
  if (columns === undefined)
    yield refusedRow(0, '', 'INTAKE_NOTHING_TO_ISSUE', 'is empty: there is no header');
}

async function* cellsOf(body: Bytes, maxRowBytes: number): AsyncGenerator<readonly CsvCells[]> {
  const reader = new CsvRowReader(maxRowBytes);
  for await (const chunk of toChunks(body)) yield parseCsvRows(reader.push(chunk));
  yield parseCsvRows(reader.end());
}

/** `undefined` for a row of empty cells. */
function readRow(
  row: CsvCells,
  columns: readonly CsvColumn[],
  options: IntakeOptions,
): IntakeRow | undefined {
  if ('problem' in row) return { row: row.line, problems: [row.problem] };
  if (row.cells.every((cell) => cell.trim() === '')) return undefined;
  if (row.cells.length !== columns.length) {
    const reason = `has ${row.cells.length} cells, the header has ${columns.length}`;
    return refusedRow(row.line, '', 'INTAKE_CSV_CELLS', reason);
  }
  const result = validateRecord(completeFacts(toCandidate(columns, row.cells), options.country), options);
  if ('record' in result) return { row: row.line, record: result.record };
  return {
    row: row.line,
    problems: result.problems.map((problem) => ({ ...problem, field: toColumnName(problem.field) })),
  };
}
