/** The few forms that pages in a terminal are made of: colour when it is wanted, aligned fields, wrapped text. */
import type { Output } from './io.ts';

const STYLES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, blue: 34 } as const;
export type Style = keyof typeof STYLES;

/** `text` in a style, or as it is where colour is not wanted. */
export function styled(output: Output, style: Style, text: string): string {
  return output.colour ? `\u001b[${STYLES[style]}m${text}\u001b[0m` : text;
}

export interface Field {
  readonly label: string;
  readonly value: string;
}

/**
 * One line a field, labels in a column: `  Issued by  HK-DH`. Long values wrap under themselves, words whole
 * where they fit.
 */
export function fieldLines(output: Output, fields: readonly Field[], indent = 2): string {
  const labelWidth = Math.max(0, ...fields.map((field) => displayWidth(field.label)));
  const hang = indent + labelWidth + 2;
  const lines = fields.flatMap(({ label, value }) =>
    wrap(value, output.columns - hang).map((line, number) =>
      number === 0
        ? ' '.repeat(indent) + styled(output, 'dim', padEnd(label, labelWidth)) + '  ' + line
        : ' '.repeat(hang) + line,
    ),
  );
  return lines.map((line) => line + '\n').join('');
}

/** Rows in columns; numbers are given as text and `right` names the columns that align right. */
export function tableLines(
  output: Output,
  header: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly number[] = [],
): string {
  const widths = header.map((cell, column) =>
    Math.max(displayWidth(cell), ...rows.map((row) => displayWidth(row[column] ?? ''))),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return right.includes(column) ? padStart(cell, width) : padEnd(cell, width);
      })
      .join('  ')
      .trimEnd();
  return [styled(output, 'dim', line(header)), ...rows.map(line)].map((text) => `  ${text}\n`).join('');
}

/** Breaks `text` at spaces into lines of at most `width` columns; a longer word is cut. */
export function wrap(text: string, width: number): readonly string[] {
  const room = Math.max(10, width);
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').flatMap((whole) => cut(whole, room))) {
    const joined = line === '' ? word : `${line} ${word}`;
    if (displayWidth(joined) > room) {
      lines.push(line);
      line = word;
    } else {
      line = joined;
    }
  }
  return [...lines, line];
}

function cut(word: string, room: number): readonly string[] {
  const characters = [...word];
  const pieces: string[] = [];
  for (let at = 0; at === 0 || at < characters.length; at += room) {
    pieces.push(characters.slice(at, at + room).join(''));
  }
  return pieces;
}

function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)));
}

function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - displayWidth(text))) + text;
}

/** Columns that `text` takes: Chinese, Japanese and Korean letters take two (Unicode UAX #11, wide). */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text)
    width +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{20000}-\u{3fffd}]/u.test(
        character,
      )
        ? 2
        : 1;
  return width;
}

/** Text that came from outside, safe to show: control characters cannot move the cursor or change colours. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\ufffd');
}

/** Unix seconds → `2026-11-23 10:00:01 UTC`. */
export function showTime(seconds: number): string {
  // Some systems write fractions of a second.
  const date = new Date(Math.floor(seconds) * 1000);
  if (Number.isNaN(date.getTime())) return `${seconds} s`;
  return date.toISOString().replace('T', ' ').replace('.000Z', ' UTC');
}

/** 90 → `1 min 30 s`, at most two units. */
export function showDuration(seconds: number): string {
  const units = [
    { name: 'd', seconds: 86_400 },
    { name: 'h', seconds: 3600 },
    { name: 'min', seconds: 60 },
    { name: 's', seconds: 1 },
  ];
  let rest = Math.max(0, Math.floor(seconds));
  const parts: string[] = [];
  for (const unit of units) {
    const count = Math.floor(rest / unit.seconds);
    rest -= count * unit.seconds;
    if (count > 0) parts.push(`${count} ${unit.name}`);
  }
  return parts.slice(0, 2).join(' ') || '0 s';
}
