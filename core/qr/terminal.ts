/**
 * A QR code for the terminal: two modules a character by half blocks, so that they are square. Black and white are
 * set as colours (ECMA-48 SGR, 256-colour palette), so that a phone reads it the right way around from a dark
 * terminal, a light one, and one whose theme bends the sixteen basic colours.
 */
import { qrMatrix } from './image.ts';

/** Foreground 16 = black, background 231 = white: fixed cells of the palette. */
const BLACK_ON_WHITE = '\u001b[38;5;16;48;5;231m';
const RESET = '\u001b[0m';
/** By upper and lower module: light/light, dark/light, light/dark, dark/dark. */
const BLOCKS = [' ', '▀', '▄', '█'];

/** Lines ending in `\n`; a version 19 symbol is 101 columns wide and 51 lines high. */
export function toTerminal(text: string): string {
  const matrix = qrMatrix(text);
  const lines: string[] = [];
  for (let y = 0; y < matrix.length; y += 2) {
    const [upper, lower] = [matrix[y] ?? [], matrix[y + 1] ?? []];
    const blocks = upper.map((isDark, x) => BLOCKS[Number(isDark) + 2 * Number(lower[x] ?? false)]);
    lines.push(`${BLACK_ON_WHITE}${blocks.join('')}${RESET}\n`);
  }
  return lines.join('');
}
