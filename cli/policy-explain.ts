/** `hcl policy explain`: why this outcome, rule by rule, and how each limit was counted. */
import { evaluatePolicy, type PolicyReport, type RuleReport } from '../core/policy/evaluate.ts';
import { parseCaseFacts, type CaseFacts } from '../core/policy/cases.ts';
import { countWindows, type CountedWindow } from '../core/policy/explain.ts';
import { PolicyError } from '../core/policy/errors.ts';
import { isEffective, nameOf, type Policy } from '../core/policy/policy.ts';
import type { Language } from '../core/record/value-sets/value-set.ts';
import type { Outcome } from '../core/verify/reasons.ts';
import type { ExitCode } from './command.ts';
import { CliError, usageError } from './errors.ts';
import { resolvePath, type Io, type Output } from './io.ts';
import { fieldLines, printable, styled, type Field, type Style } from './page.ts';
import type { PolicySource } from './policy-sources.ts';
import { showLocal } from './policy-times.ts';
import { COUNT_WORDS, DOUBT_WORDS, LABELS, OUTCOME_WORDS, RESULT_WORDS } from './policy-words.ts';
import { jsonInText, readText } from './rules.ts';

export interface ExplainOptions {
  readonly source: PolicySource;
  /** Name of one of the policy's own cases. */
  readonly caseName?: string;
  /** A file with facts, as a case has them. */
  readonly file?: string;
  /** Instead of the facts' own time. */
  readonly atSeconds?: number;
  readonly language: Language;
  readonly json: boolean;
}

export async function explainPolicy(options: ExplainOptions, io: Io): Promise<ExitCode> {
  const { json, language, source } = options;
  const { policy } = source;
  const found = await factsFor(options, io);
  const chosen = { ...found, atSeconds: options.atSeconds ?? found.atSeconds };
  const report = evaluatePolicy(policy, chosen.facts, chosen.atSeconds);
  const counted = countWindows(policy, chosen.facts, chosen.atSeconds);
  const isInForce = isEffective(policy, chosen.atSeconds);
  await io.out.write(
    json
      ? `${JSON.stringify({ case: chosen.name, isInForce, ...report, counted })}\n`
      : explainPage({ policy, chosen, report, counted, isInForce, language }, io.out),
  );
  return 0;
}

async function factsFor({ caseName, file, source }: ExplainOptions, io: Io): Promise<CaseFacts> {
  if ((caseName === undefined) === (file === undefined)) {
    throw usageError('explain needs --case NAME or --facts FILE, one of them');
  }
  if (file !== undefined) return readFactsFile(file, io);
  const found = source.cases.find(({ name }) => name === caseName);
  if (found === undefined) {
    throw usageError(`${source.name} has no case "${caseName}"; "hcl policy test --json" shows their names`);
  }
  return found;
}

async function readFactsFile(file: string, io: Io): Promise<CaseFacts> {
  const json = jsonInText(await readText(resolvePath(io, file)), file);
  try {
    return parseCaseFacts(json, 'facts');
  } catch (cause) {
    if (!(cause instanceof PolicyError)) throw cause;
    throw new CliError('CLI_FILE_INVALID', `${file}: ${cause.message} (${cause.code})`, { cause });
  }
}

interface Explanation {
  readonly policy: Policy;
  readonly chosen: CaseFacts;
  readonly report: PolicyReport;
  readonly counted: readonly CountedWindow[];
  readonly isInForce: boolean;
  readonly language: Language;
}

const FACES: Readonly<Record<Outcome, { readonly icon: string; readonly style: Style }>> = {
  pass: { icon: '✓', style: 'green' },
  condition: { icon: '◐', style: 'yellow' },
  refer: { icon: '?', style: 'yellow' },
  stop: { icon: '✗', style: 'red' },
};

const RESULT_ICONS: Readonly<Record<RuleReport['result'], string>> = { pass: '✓', fail: '✗', undecided: '?' };

function explainPage(explanation: Explanation, output: Output): string {
  const { chosen, counted, isInForce, language, policy, report } = explanation;
  const { icon, style } = FACES[report.outcome];
  const head = styled(
    output,
    style,
    styled(output, 'bold', `${icon} ${OUTCOME_WORDS[report.outcome][language]}`),
  );
  const title = `${policy.title[language]}  ${styled(output, 'dim', nameOf(policy))}`;
  const at = showLocal(chosen.atSeconds, policy.offsetSeconds);
  return `${head}  ${title}\n${fieldLines(output, [
    { label: LABELS.case[language], value: printable(chosen.name) },
    { label: LABELS.at[language], value: isInForce ? at : `${at} (${LABELS.notInForce[language]})` },
    ...report.rules.map((rule) => ruleField(rule, language)),
    ...counted.flatMap((one) => windowFields(one, policy, language)),
    ...(Number.isFinite(report.holdsUntilSeconds)
      ? [
          {
            label: LABELS.holdsUntil[language],
            value: showLocal(report.holdsUntilSeconds, policy.offsetSeconds),
          },
        ]
      : []),
  ])}\n`;
}

function ruleField({ doubt, id, message, otherwise, result }: RuleReport, language: Language): Field {
  const word = RESULT_WORDS[result][language];
  const why = doubt === undefined ? '' : `: ${DOUBT_WORDS[doubt][language]}`;
  const then = result !== 'fail' ? '' : ` → ${OUTCOME_WORDS[otherwise][language]}`;
  return {
    label: `${RESULT_ICONS[result]} ${id}`,
    // The message says what is missing, so it is for a rule that is not met.
    value: result === 'pass' ? word : `${word}${why}${then}. ${message[language]}`,
  };
}

function windowFields(counted: CountedWindow, policy: Policy, language: Language): readonly Field[] {
  const { basis, from, place, spans, subject, window } = counted;
  const label = `· ${window}`;
  const fact = `${subject} ${place}, ${basis} ${from === undefined ? COUNT_WORDS.unknown[language] : printable(from)}`;
  if (spans.length === 0) return [{ label, value: fact }];
  return spans.map(({ fromSeconds, isInside, untilSeconds }) => ({
    label,
    value: `${fact}: ${COUNT_WORDS[isInside ? 'inside' : 'outside'][language]}; ${showLocal(fromSeconds, policy.offsetSeconds)} … ${showLocal(untilSeconds, policy.offsetSeconds)}`,
  }));
}
