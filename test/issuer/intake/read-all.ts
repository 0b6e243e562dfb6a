/** Reads a whole intake at the time of the demonstration, 2022-12-21T00:00:00Z. */
import type { HealthRecord } from '../../../core/record/record.ts';
import { readRecords, type IntakeMediaType, type ReadOptions } from '../../../issuer/intake/intake.ts';
import type { Bytes, IntakeRow } from '../../../issuer/intake/row.ts';
import { START_SECONDS } from '../../support/consortium.ts';

export async function readAllRows(
  mediaType: IntakeMediaType,
  body: Bytes | string,
  options: Partial<ReadOptions> = {},
): Promise<readonly IntakeRow[]> {
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  const rows: IntakeRow[] = [];
  const source = { mediaType, body: bytes };
  for await (const row of readRecords(source, { nowSeconds: START_SECONDS, ...options })) rows.push(row);
  return rows;
}

/** `row field CODE` of each problem; `row ok` for a record. */
export function summarise(rows: readonly IntakeRow[]): readonly string[] {
  return rows.flatMap((result) =>
    'record' in result
      ? [`${result.row} ok`]
      : result.problems.map(({ field, code }) => `${result.row} ${field} ${code}`),
  );
}

export function recordsOf(rows: readonly IntakeRow[]): readonly HealthRecord[] {
  return rows.flatMap((row) => ('record' in row ? [row.record] : []));
}
