/** Rows of a file as they come out of an issuer, for people. */
import { basename } from 'node:path';
import type { IssuedRow, RefusedRow } from '../issuer/row.ts';
import type { Output } from './io.ts';
import { fieldLines, printable, styled } from './page.ts';
import type { ReleasedCredential } from './release.ts';

export function issuedRowLines(
  file: string,
  { row, duplicate, notes = [] }: IssuedRow,
  credentials: readonly ReleasedCredential[],
  output: Output,
): string {
  const isReleased = credentials.every(({ code }) => code !== undefined);
  const mark = isReleased ? styled(output, 'green', '✓') : styled(output, 'yellow', '…');
  const what = !isReleased ? 'waits for the ledger' : duplicate ? 'known already' : 'issued';
  const fields = credentials.map(({ profile, handle }) => ({ label: profile, value: handle }));
  const odd = notes.map((note) => ({ label: 'note', value: `${printable(note.reason)} (${note.code})` }));
  return `${mark} ${place(file, row)}  ${what}\n${fieldLines(output, [...fields, ...odd], 4)}`;
}

export function refusedRowLines(file: string, { row, problems }: RefusedRow, output: Output): string {
  const fields = problems.map(({ field, code, reason }) => ({
    label: field === '' ? 'record' : printable(field),
    value: `${printable(reason)} (${code})`,
  }));
  return `${styled(output, 'red', '✗')} ${place(file, row)}  refused\n${fieldLines(output, fields, 4)}`;
}

function place(file: string, row: number): string {
  return printable(row === 0 ? basename(file) : `${basename(file)}, row ${row}`);
}
