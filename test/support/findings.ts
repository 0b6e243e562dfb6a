/** Tables of what a test counted, printed after it: the figures behind a green line. */
import { stdout } from 'node:process';

export type Finding = Readonly<Record<string, string | number>>;

/** Prints rows under their titles, numbers to the right. */
export function printFindings(title: string, rows: readonly Finding[]): void {
  const [first] = rows;
  if (first === undefined) return;
  const names = Object.keys(first);
  const cells = rows.map((row) => names.map((name) => String(row[name] ?? '')));
  const widths = names.map((name, i) => Math.max(name.length, ...cells.map((row) => row[i]?.length ?? 0)));
  const isNumber = names.map((name) => typeof first[name] === 'number');
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => (isNumber[i] ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .join('  ');
  stdout.write(
    `      ${title}\n${[names, ...cells].map((row) => `        ${line(row).trimEnd()}\n`).join('')}`,
  );
}
