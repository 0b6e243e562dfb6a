/** `hcl policy test`: the policies' own cases, or a folder of national rules with theirs. */
import type { CoverageProblem } from '../core/policy/coverage.ts';
import { runCase } from '../core/policy/cases.ts';
import { PolicySet } from '../core/policy/policy-set.ts';
import type { ExitCode } from './command.ts';
import { resolvePath, type Io } from './io.ts';
import { printable, styled, tableLines } from './page.ts';
import { fileSource, shippedSources, type PolicySource } from './policy-sources.ts';
import { showLocal } from './policy-times.ts';
import { readCorpus, type CorpusItem } from './rule-corpus.ts';

interface Group {
  readonly name: string;
  rules: number;
  passed: number;
  readonly failures: string[];
  readonly refused: string[];
}

/** @param files policies with cases; none: those that we ship */
export async function testPolicies(files: readonly string[], json: boolean, io: Io): Promise<ExitCode> {
  const sources =
    files.length === 0
      ? await shippedSources()
      : await Promise.all(files.map((name) => fileSource(name, io)));
  const { problems } = new PolicySet(sources.map(({ policy }) => policy));
  const groups = sources.map((source) => testSource(source));
  if (json)
    for (const { name, results } of groups)
      for (const result of results) await writeLine({ policy: name, ...result }, io);
  for (const problem of problems) {
    await (json
      ? writeLine({ problem }, io)
      : io.out.write(`  ${styled(io.out, 'yellow', describe(problem))}\n`));
  }
  return finish(
    groups.map(({ group }) => group),
    ['policy', 'rules'],
    json,
    io,
  );
}

export async function testCorpus(folder: string, json: boolean, io: Io): Promise<ExitCode> {
  const groups = new Map<string, Group>();
  for await (const item of readCorpus(resolvePath(io, folder))) {
    const group = groups.get(item.group) ?? emptyGroup(item.group);
    groups.set(item.group, group);
    count(group, item);
    if (json && item.kind !== 'rule') await writeLine(item, io);
  }
  return finish([...groups.values()], ['country', 'rules'], json, io);
}

function testSource({ cases, name, policy }: PolicySource): {
  readonly name: string;
  readonly group: Group;
  readonly results: readonly { readonly case: string; readonly passed: boolean; readonly reason?: string }[];
} {
  const results = cases.map((one) => {
    const { differences } = runCase(policy, one);
    const passed = differences.length === 0;
    return { case: one.name, passed, ...(passed ? {} : { reason: differences.join('; ') }) };
  });
  const failures = results.flatMap(({ case: title, reason }) =>
    reason === undefined ? [] : [`${name} "${title}": ${reason}`],
  );
  const passed = results.length - failures.length;
  return { name, group: { ...emptyGroup(name), rules: policy.rules.length, passed, failures }, results };
}

function emptyGroup(name: string): Group {
  return { name, rules: 0, passed: 0, failures: [], refused: [] };
}

function count(group: Group, item: CorpusItem): void {
  switch (item.kind) {
    case 'rule':
      group.rules++;
      return;
    case 'refused':
      group.refused.push(`${item.path}: ${item.reason}`);
      return;
    case 'test':
      if (item.passed) group.passed++;
      else
        group.failures.push(
          `${item.path}: ${item.reason ?? `expected ${item.expected}, the rule says ${item.answer}`}`,
        );
  }
}

async function finish(
  groups: readonly Group[],
  [what, counted]: readonly [string, string],
  json: boolean,
  io: Io,
): Promise<ExitCode> {
  const passed = groups.reduce((sum, group) => sum + group.passed, 0);
  const failed = groups.reduce((sum, group) => sum + group.failures.length, 0);
  if (json) await writeLine({ passed, failed }, io);
  else await io.out.write(page(groups, [what, counted], { passed, failed }, io));
  return failed === 0 ? 0 : 1;
}

function page(
  groups: readonly Group[],
  [what, counted]: readonly [string, string],
  { passed, failed }: { readonly passed: number; readonly failed: number },
  { out }: Io,
): string {
  const rows = groups.map(({ name, rules, passed: agreed, failures, refused }) => [
    name,
    String(rules),
    String(agreed + failures.length),
    String(agreed),
    String(failures.length),
    String(refused.length),
  ]);
  const table = tableLines(
    out,
    [what, counted, 'tests', 'passed', 'failed', 'refused'],
    rows,
    [1, 2, 3, 4, 5],
  );
  const refused = groups.flatMap((group) =>
    group.refused.map((line) => `  ${styled(out, 'yellow', 'refused')} ${printable(line)}\n`),
  );
  const failures = groups.flatMap((group) =>
    group.failures.map((line) => `  ${styled(out, 'red', 'failed')} ${printable(line)}\n`),
  );
  return [table, ...refused, ...failures, `\n  ${passed} passed, ${failed} failed\n`].join('');
}

function describe({ fromSeconds, kind, passage, policies, untilSeconds }: CoverageProblem): string {
  const until = untilSeconds === undefined ? 'on' : `to ${showLocal(untilSeconds, 0)}`;
  const times = `from ${showLocal(fromSeconds, 0)} ${until}`;
  const [a, b] = policies;
  return kind === 'overlap'
    ? `${a} and ${b} overlap for ${passage} ${times}`
    : `no policy for ${passage} ${times}, between ${a} and ${b}`;
}

function writeLine(value: object, { out }: Io): Promise<void> {
  return out.write(`${JSON.stringify(value)}\n`);
}
