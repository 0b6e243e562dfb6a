/** A code of another system as it was issued again here, for people. */
import type { ImportAnswer } from '../issuer/foreign/imports.ts';
import type { Io } from './io.ts';
import { issuedRowLines, refusedRowLines } from './issue-page.ts';
import { fieldLines, printable } from './page.ts';

export function importPage(
  file: string,
  { format, signer, overruled, rows }: ImportAnswer,
  { out }: Pick<Io, 'out'>,
): string {
  const by =
    signer === undefined ? 'nobody who is pinned' : `${signer.name} (${signer.country ?? 'no country'})`;
  const fields = [
    { label: 'system', value: format },
    { label: 'signed by', value: printable(by) },
    ...(overruled.length === 0 ? [] : [{ label: 'on the word of the officer', value: overruled.join(', ') }]),
  ];
  const lines = rows.map((row) =>
    'problems' in row ? refusedRowLines(file, row, out) : issuedRowLines(file, row, row.credentials, out),
  );
  return fieldLines(out, fields) + lines.join('');
}
