/**
 * Machine-readable zones of travel documents (ICAO Doc 9303-3 to -6): TD1, three lines of 30; TD2, two of 36; TD3,
 * two of 44. npm `mrz` reads the fields and their check digits, wrapped here once; its messages repeat what they
 * read, so they go no further.
 */
import { parse, type ParseResult } from 'mrz';
import type { PresentedIdentity } from './identity-match.ts';
import type { DocumentType } from './record.ts';

interface Zone {
  readonly lines: number;
  readonly length: number;
  /** Where the name stands. */
  readonly nameLine: number;
  readonly nameStart: number;
}

const ZONES: readonly Zone[] = [
  { lines: 3, length: 30, nameLine: 2, nameStart: 0 },
  { lines: 2, length: 36, nameLine: 0, nameStart: 5 },
  { lines: 2, length: 44, nameLine: 0, nameStart: 5 },
];

const CHECK_DIGITS: ReadonlySet<string> = new Set([
  'documentNumberCheckDigit',
  'birthDateCheckDigit',
  'compositeCheckDigit',
]);

/** Who the zone says it is about; `undefined` when `text` is no zone. A misread zone says so, it is not refused. */
export function readMrz(text: string): PresentedIdentity | undefined {
  const lines = text
    .split(/[\r\n]+/)
    .map((line) => line.trim().toUpperCase())
    .filter((line) => line !== '');
  const zone = ZONES.find(({ length, lines: count }) => {
    return (
      lines.length === count && lines.every((line) => line.length === length && /^[A-Z0-9<]*$/.test(line))
    );
  });
  const result = zone === undefined ? undefined : parseLines(lines);
  if (zone === undefined || result === undefined) return undefined;
  const name = (lines[zone.nameLine] ?? '').slice(zone.nameStart);
  return { ...factsOf(result), name, isNameTruncated: !name.endsWith('<') };
}

/** Whether it looks like a zone: a document number has no fillers. */
export function isMrzLike(text: string): boolean {
  return text.includes('<');
}

function parseLines(lines: readonly string[]): ParseResult | undefined {
  try {
    const result = parse(lines);
    return /^TD[123]$/.test(result.format) ? result : undefined;
  } catch {
    return undefined;
  }
}

function factsOf({ details, documentNumber, fields, format }: ParseResult): PresentedIdentity {
  const birth = toBirth(fields.birthDate);
  const documentType = format === 'TD3' ? 'PASSPORT' : cardOf(fields.issuingState);
  return {
    ...(documentNumber === null ? {} : { documentNumber }),
    ...(documentType === undefined ? {} : { documentType }),
    ...(birth === undefined ? {} : { birth }),
    hasWrongCheckDigit: details.some(
      ({ field, valid }) => field !== null && CHECK_DIGITS.has(field) && !valid,
    ),
  };
}

/** The only card of ours that has a zone and one kind only. */
function cardOf(issuingState: string | null | undefined): DocumentType | undefined {
  return issuingState === 'MAC' ? 'MOBIR' : undefined;
}

/** `740812` → `??74-08-12`; a zone does not say the century. */
function toBirth(date: string | null | undefined): string | undefined {
  if (typeof date !== 'string' || !/^[0-9<]{6}$/.test(date) || date === '<<<<<<') return undefined;
  const digits = date.replaceAll('<', '?');
  return `??${digits.slice(0, 2)}-${digits.slice(2, 4)}-${digits.slice(4)}`;
}
