/** `hcl verify --together`: all codes of one person, one decision. */
import type { PagedJudgement, PageProblem } from '../core/bundle/day-pages.ts';
import { readQrImage } from '../core/qr/image.ts';
import { REASONS } from '../core/verify/reasons.ts';
import { Scan } from '../core/verify/scan.ts';
import type { CombinedVerdict } from '../core/verify/together.ts';
import { codesOf, codesOfFile } from './code-input.ts';
import type { ExitCode } from './command.ts';
import { resolvePath, type Io, type Output } from './io.ts';
import { fieldLines, styled } from './page.ts';
import { pageFields, ruleFields } from './verdict-fields.ts';
import { FACES, verdictPage } from './verdict-page.ts';

/** Of all codes of a person. */
export type JudgeTogether = (texts: readonly string[]) => Promise<PagedJudgement<CombinedVerdict>>;

/** A code that cannot be read ends the scan: what one person shows counts as a whole. */
export async function checkTogether(
  files: readonly string[],
  judge: JudgeTogether,
  json: boolean,
  io: Io,
): Promise<ExitCode> {
  const scan = new Scan();
  for (const file of files.length === 0 ? ['-'] : files) {
    const codes =
      file === '-' ? codesOf(io.stdin, readQrImage) : codesOfFile(resolvePath(io, file), readQrImage);
    for await (const { text } of codes) if (text !== '') scan.add(text);
  }
  const { judged: verdict, pageProblem } = await judge(scan.codes);
  const problem = pageProblem === undefined ? {} : { pageProblem };
  await io.out.write(
    json
      ? `${JSON.stringify({ codes: scan.count, verdict, ...problem })}\n`
      : togetherPage(verdict, pageProblem, io.out),
  );
  return 0;
}

function togetherPage(verdict: CombinedVerdict, problem: PageProblem | undefined, output: Output): string {
  const { icon, style, word } = FACES[verdict.outcome];
  const head = styled(output, style, styled(output, 'bold', `${icon} ${word}`));
  const fields = [
    ...verdict.reasons.map((code) => ({ label: 'Reason', value: `${REASONS[code].title.en} (${code})` })),
    ...pageFields(problem),
    ...ruleFields(verdict.policies),
  ];
  const parts = verdict.parts.map((part, place) =>
    verdictPage(part, { source: 'code', line: place + 1 }, output),
  );
  return `${head}  ${verdict.validity}  all together\n${fieldLines(output, fields)}\n${parts.join('')}`;
}
