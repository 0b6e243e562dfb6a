/** Records → an intake CSV under the header of all columns: the way back of `issuer/intake/csv-columns.ts`. */
import type { HealthRecord } from '../../../core/record/record.ts';
import { RECORD_SCHEMAS } from '../../../core/record/schema.ts';
import { isListSchema, isObjectSchema } from '../../../core/record/structure.ts';

const SCHEMAS = Object.values(RECORD_SCHEMAS).map(({ properties }) => properties);
const SUBJECT = SCHEMAS.flatMap(({ subject }) =>
  subject !== undefined && isObjectSchema(subject) ? [subject.properties] : [],
);
const FIELDS = Object.assign({}, ...SUBJECT, ...SCHEMAS) as (typeof SCHEMAS)[number];

export const EVERY_COLUMN: readonly string[] = Object.keys(FIELDS).filter((name) => name !== 'subject');

export function toCsv(records: readonly HealthRecord[]): string {
  const rows = records.map(({ subject, ...facts }) => {
    const members: Readonly<Record<string, unknown>> = { ...subject, ...facts };
    return EVERY_COLUMN.map((name) => quoted(cellOf(name, members[name]))).join(',');
  });
  return [EVERY_COLUMN.join(','), ...rows, ''].join('\n');
}

function cellOf(name: string, value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  if (!Array.isArray(value)) return '';
  return value.map((item) => itemOf(name, item)).join(';');
}

function itemOf(name: string, item: unknown): string {
  const schema = FIELDS[name];
  if (typeof item !== 'object' || schema === undefined || !isListSchema(schema)) return String(item);
  const members = isObjectSchema(schema.items) ? Object.keys(schema.items.properties) : [];
  // A record has objects of texts in its lists.
  return members.map((member) => (item as Readonly<Record<string, string>>)[member] ?? '').join(':');
}

function quoted(cell: string): string {
  return /[",]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
