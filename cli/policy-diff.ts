/** `hcl policy diff`: what a new version changes, in its text and for a sample of cases. */
import { isJsonArray } from '../core/bytes/strict-json.ts';
import { parseCaseFacts, type CaseFacts } from '../core/policy/cases.ts';
import { diffPolicies, type NamesChanged, type PolicyDiff } from '../core/policy/diff.ts';
import { PolicyError } from '../core/policy/errors.ts';
import type { PolicyReport } from '../core/policy/evaluate.ts';
import { nodeCrypto } from '../service/node-crypto.ts';
import type { ExitCode } from './command.ts';
import { CliError } from './errors.ts';
import { resolvePath, type Io, type Output } from './io.ts';
import { fieldLines, printable, styled, tableLines, type Field } from './page.ts';
import { digestOf, type PolicySource } from './policy-sources.ts';
import { showLocal } from './policy-times.ts';
import { jsonInText, readText } from './rules.ts';

export interface DiffOptions {
  readonly before: PolicySource;
  readonly after: PolicySource;
  /** A file with a list of cases; absent: the cases of both policies. */
  readonly sampleFile?: string;
  /** Judges all cases at one moment; absent: each at its own. */
  readonly atSeconds?: number;
  readonly json: boolean;
}

export async function diffSources(options: DiffOptions, io: Io): Promise<ExitCode> {
  const { after, atSeconds, before, json, sampleFile } = options;
  const sample =
    sampleFile === undefined ? [...before.cases, ...after.cases] : await readSample(sampleFile, io);
  const diff = diffPolicies(before.policy, after.policy, sample, atSeconds);
  if (!json) {
    await io.out.write(diffPage(before, after, diff, io.out));
    return 0;
  }
  for (const { after: then, before: now, name } of diff.cases) {
    await io.out.write(
      `${JSON.stringify({ case: name, before: decisionOf(now), after: decisionOf(then) })}\n`,
    );
  }
  const { cases, unchanged, ...text } = diff;
  await io.out.write(`${JSON.stringify({ ...text, changed: cases.length, unchanged })}\n`);
  return 0;
}

async function readSample(file: string, io: Io): Promise<readonly CaseFacts[]> {
  const json = jsonInText(await readText(resolvePath(io, file)), file);
  try {
    if (!isJsonArray(json)) throw new PolicyError('POLICY_FIELD', 'is not a list of cases');
    return json.map((item, place) => parseCaseFacts(item, `sample.${place}`));
  } catch (cause) {
    if (!(cause instanceof PolicyError)) throw cause;
    throw new CliError('CLI_FILE_INVALID', `${file}: ${cause.message} (${cause.code})`, { cause });
  }
}

function decisionOf({ kind, outcome }: PolicyReport): Pick<PolicyReport, 'kind' | 'outcome'> {
  return { kind, outcome };
}

function diffPage(before: PolicySource, after: PolicySource, diff: PolicyDiff, output: Output): string {
  const fields: readonly Field[] = [
    { label: 'Before', value: describe(before) },
    { label: 'After', value: describe(after) },
    ...namesFields('Rules', diff.rules),
    ...namesFields('Windows', diff.windows),
    { label: 'Differ', value: diff.members.join(', ') || 'nothing else' },
    { label: 'Cases', value: `${diff.cases.length} come out differently, ${diff.unchanged} as before` },
  ];
  const rows = diff.cases.map(({ after: then, before: now, name }) => [
    showDecision(now),
    showDecision(then),
    name,
  ]);
  const head = `${styled(output, 'bold', before.name)} → ${styled(output, 'bold', after.name)}\n`;
  return `${head}${fieldLines(output, fields)}${rows.length === 0 ? '' : `\n${casesTable(rows, output)}`}\n`;
}

/** The names take what room the outcomes leave. */
function casesTable(rows: readonly (readonly string[])[], output: Output): string {
  const room = output.columns - 2 - 2 * (WIDEST + 2);
  const cut = (name: string): string => (name.length > room ? `${name.slice(0, room - 1)}…` : name);
  const shown = rows.map(([a = '', b = '', name = '']) => [a, b, printable(cut(name))]);
  return tableLines(output, ['before', 'after', 'case'], shown);
}

/** `condition`. */
const WIDEST = 9;

function showDecision({ kind, outcome }: PolicyReport): string {
  return kind === 'undecided' ? 'undecided' : outcome;
}

function describe({ policy }: PolicySource): string {
  const until =
    policy.untilSeconds === undefined ? 'open' : showLocal(policy.untilSeconds, policy.offsetSeconds);
  const from = showLocal(policy.fromSeconds, policy.offsetSeconds);
  return `${from} … ${until}, digest ${digestOf(nodeCrypto, policy).slice(0, 18)}…`;
}

function namesFields(label: string, { added, changed, removed }: NamesChanged): readonly Field[] {
  const parts = [
    ...(added.length === 0 ? [] : [`added ${added.join(', ')}`]),
    ...(removed.length === 0 ? [] : [`removed ${removed.join(', ')}`]),
    ...(changed.length === 0 ? [] : [`changed ${changed.join(', ')}`]),
  ];
  return [{ label, value: parts.join('; ') || 'as before' }];
}
