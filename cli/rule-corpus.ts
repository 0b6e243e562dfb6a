/**
 * A folder of national rules with their tests, laid out as in the EU's test data, at any depth:
 *
 *   DE/VR-DE-0001/rule.json           the rule, unchanged
 *   DE/VR-DE-0001/tests/test001.json  {"payload": …, "external": {"validationClock": …, "valueSets": …}, "expected": true}
 *
 * What cannot be read is named and the rest goes on.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { isJsonObject, type JsonObject } from '../core/bytes/strict-json.ts';
import type { Answer } from '../core/policy/certlogic.ts';
import { PolicyError } from '../core/policy/errors.ts';
import { parseNationalRule, type NationalRule } from '../core/policy/national-rule.ts';
import { askNationalRule } from '../core/policy/national-rules.ts';
import { parsePolicyJson } from '../core/policy/policy-set.ts';
import { CliError } from './errors.ts';

export type CorpusItem =
  | { readonly kind: 'rule'; readonly path: string; readonly group: string }
  | { readonly kind: 'refused'; readonly path: string; readonly group: string; readonly reason: string }
  | {
      readonly kind: 'test';
      readonly path: string;
      readonly group: string;
      readonly passed: boolean;
      readonly expected?: boolean;
      readonly answer?: Answer;
      readonly reason?: string;
    };

const RULE_FOLDER = /^(?:GR|VR|TR|RR|IR)-[A-Z]{2}-\d{4}$/;
const MAX_DEPTH = 8;

/** Throws `CLI_FILE_UNREADABLE` when the folder itself cannot be read. */
export async function* readCorpus(folder: string): AsyncGenerator<CorpusItem> {
  for await (const path of ruleFolders(folder, 0)) yield* readRuleFolder(folder, path);
}

async function* ruleFolders(path: string, depth: number): AsyncGenerator<string> {
  const entries = await list(path);
  const isRule = entries.files.includes('rule.json') || RULE_FOLDER.test(path.split(sep).at(-1) ?? '');
  if (isRule) yield path;
  else if (depth < MAX_DEPTH)
    for (const name of entries.folders) yield* ruleFolders(join(path, name), depth + 1);
}

async function* readRuleFolder(root: string, path: string): AsyncGenerator<CorpusItem> {
  const { files, folders } = await list(path);
  const group = (relative(root, path) || '.').split(sep)[0] ?? '.';
  const rules: (NationalRule | undefined)[] = [];
  for (const file of files.filter((name) => name.endsWith('.json'))) {
    const where = { path: relative(root, join(path, file)), group };
    const rule = await orReason(async () => parseNationalRule(parsePolicyJson(await text(join(path, file)))));
    rules.push(typeof rule === 'string' ? undefined : rule);
    yield typeof rule === 'string' ? { kind: 'refused', ...where, reason: rule } : { kind: 'rule', ...where };
  }
  if (!folders.includes('tests')) return;
  // Tests are for the one rule beside them.
  const rule = rules.length === 1 ? rules[0] : undefined;
  for (const file of (await list(join(path, 'tests'))).files.filter((name) => name.endsWith('.json'))) {
    const where = { path: relative(root, join(path, 'tests', file)), group };
    const outcome = await orReason(async () => runTest(rule, await text(join(path, 'tests', file))));
    yield typeof outcome === 'string'
      ? { kind: 'test', ...where, passed: false, reason: outcome }
      : { kind: 'test', ...where, ...outcome };
  }
}

function runTest(
  rule: NationalRule | undefined,
  written: string,
): {
  readonly passed: boolean;
  readonly expected?: boolean;
  readonly answer?: Answer;
  readonly reason?: string;
} {
  if (rule === undefined) return { passed: false, reason: 'there is no rule that it is for' };
  const test = parsePolicyJson(written);
  const { expected, external, payload } = isJsonObject(test) ? test : ({} satisfies JsonObject as JsonObject);
  if (typeof expected !== 'boolean' || !isJsonObject(external)) {
    return { passed: false, reason: 'is not {payload, external, expected}' };
  }
  const answer = askNationalRule(rule, payload, external);
  return { passed: answer === (expected ? 'yes' : 'no'), expected, answer };
}

async function orReason<T>(read: () => Promise<T>): Promise<T | string> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof PolicyError) return `${error.message} (${error.code})`;
    throw error;
  }
}

async function text(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new CliError('CLI_FILE_UNREADABLE', `${path} cannot be read`, { cause });
  }
}

async function list(
  path: string,
): Promise<{ readonly files: readonly string[]; readonly folders: readonly string[] }> {
  try {
    const entries = (await readdir(path, { withFileTypes: true })).toSorted((a, b) =>
      a.name < b.name ? -1 : 1,
    );
    return {
      files: entries.filter((entry) => entry.isFile()).map(({ name }) => name),
      folders: entries.filter((entry) => entry.isDirectory()).map(({ name }) => name),
    };
  } catch (cause) {
    throw new CliError('CLI_FILE_UNREADABLE', `the folder ${path} cannot be read`, { cause });
  }
}
