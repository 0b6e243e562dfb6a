/** `hcl verify --together`: all codes of one person, one decision. */
import { readQrImage } from '../core/qr/image.ts';
import { partOf } from '../core/foreign/shc/numeric.ts';
import { REASONS } from '../core/verify/reasons.ts';
import { MAX_CODES_TOGETHER, verifyTogether, type CombinedVerdict } from '../core/verify/together.ts';
import type { VerifyContext } from '../core/verify/verify.ts';
import { CardParts } from '../core/foreign/shc/card-parts.ts';
import { codesOf, codesOfFile } from './code-input.ts';
import type { ExitCode } from './command.ts';
import { resolvePath, type Io, type Output } from './io.ts';
import { fieldLines, styled } from './page.ts';
import { ruleFields } from './verdict-fields.ts';
import { FACES, verdictPage } from './verdict-page.ts';

/** A code that cannot be read ends the scan: what one person shows counts as a whole. */
export async function checkTogether(
  files: readonly string[],
  context: VerifyContext,
  json: boolean,
  io: Io,
): Promise<ExitCode> {
  const scan = new Scan();
  for (const file of files.length === 0 ? ['-'] : files) {
    const codes =
      file === '-' ? codesOf(io.stdin, readQrImage) : codesOfFile(resolvePath(io, file), readQrImage);
    for await (const { text } of codes) if (text !== '') scan.add(text);
  }
  const verdict = await verifyTogether(scan.codes, context);
  await io.out.write(
    json ? `${JSON.stringify({ codes: scan.count, verdict })}\n` : togetherPage(verdict, io.out),
  );
  return 0;
}

/** What one person shows: parts of a card make one code, and a stream that does not end takes no room. */
class Scan {
  readonly #parts = new CardParts();
  readonly #codes = new Set<string>();
  readonly #loose = new Set<string>();
  count = 0;

  /** Those that miss their other parts come last. One more than counts says that there were more. */
  get codes(): readonly string[] {
    return [...this.#codes, ...this.#loose].slice(0, MAX_CODES_TOGETHER + 1);
  }

  add(text: string): void {
    this.count++;
    const code = this.#parts.add(text);
    if (partOf(code) !== undefined) return this.#keep(this.#loose, code);
    if (code !== text) this.#loose.clear();
    this.#keep(this.#codes, code);
  }

  #keep(codes: Set<string>, text: string): void {
    if (codes.size <= MAX_CODES_TOGETHER) codes.add(text);
  }
}

function togetherPage(verdict: CombinedVerdict, output: Output): string {
  const { icon, style, word } = FACES[verdict.outcome];
  const head = styled(output, style, styled(output, 'bold', `${icon} ${word}`));
  const fields = [
    ...verdict.reasons.map((code) => ({ label: 'Reason', value: `${REASONS[code].title.en} (${code})` })),
    ...ruleFields(verdict.policies),
  ];
  const parts = verdict.parts.map((part, place) =>
    verdictPage(part, { source: 'code', line: place + 1 }, output),
  );
  return `${head}  ${verdict.validity}  all together\n${fieldLines(output, fields)}\n${parts.join('')}`;
}
