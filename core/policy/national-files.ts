/**
 * National rules from files as countries publish them, unchanged, in folders at any depth; tests beside them are passed
 * over. One file that cannot be read refuses the whole: a rule that is missing could only make the answer better.
 *
 *   DE/VR-DE-0001/rule.json    DE/VR-DE-0001/tests/test001.json    valuesets/valueSets.json
 */
import { isJsonObject, type JsonObject } from '../bytes/strict-json.ts';
import { PolicyError } from './errors.ts';
import { parseNationalRule, type NationalRule } from './national-rule.ts';
import { checkNationalRules } from './national-set.ts';
import { parsePolicyJson } from './policy-set.ts';
import { inFile, textOf, type PolicySources } from './policy-sources.ts';
import { readValueSets } from './value-sets.ts';

export interface NationalFiles {
  readonly rules: readonly NationalRule[];
  readonly valueSets: JsonObject;
}

const MAX_RULES = 2000;
const TEST = /(?:^|[/\\])tests[/\\]/;
const VALUE_SETS = /(?:^|[/\\])valuesets[/\\][^/\\]+\.json$/i;

/** Whether a text is a rule of the EU's form. */
export function isNationalRule(text: string): boolean {
  try {
    const value = parsePolicyJson(text);
    return isJsonObject(value) && Object.hasOwn(value, 'Engine');
  } catch {
    // Whoever reads it next says what is wrong.
    return false;
  }
}

/** Throws `PolicyError`, with the file's name in it. @param paths of folders and files */
export async function readNationalFiles(
  paths: { readonly rules: readonly string[]; readonly valueSets: readonly string[] },
  sources: PolicySources,
): Promise<NationalFiles> {
  const files = (await Promise.all(paths.rules.map((path) => jsonFiles(path, sources)))).flat();
  const sets = [...paths.valueSets, ...files.filter((path) => VALUE_SETS.test(path))];
  const ruleFiles = files.filter((path) => !VALUE_SETS.test(path));
  if (ruleFiles.length === 0 || ruleFiles.length > MAX_RULES) {
    throw new PolicyError(
      'POLICY_FIELD',
      `${paths.rules.join(', ')} has no rules, or more than ${MAX_RULES}`,
    );
  }
  const rules: NationalRule[] = [];
  for (const path of ruleFiles) {
    const text = await textOf(path, sources);
    rules.push(inFile(path, () => parseNationalRule(parsePolicyJson(text))));
  }
  const valueSets = await setsIn(sets, sources);
  inFile(paths.rules.join(', '), () => checkNationalRules(rules, valueSets));
  return { rules, valueSets };
}

async function jsonFiles(path: string, sources: PolicySources): Promise<readonly string[]> {
  const files = await sources.filesIn(path);
  return files === undefined ? [path] : files.filter((file) => file.endsWith('.json') && !TEST.test(file));
}

async function setsIn(paths: readonly string[], sources: PolicySources): Promise<JsonObject> {
  let sets: JsonObject = {};
  for (const path of paths) {
    const text = await textOf(path, sources);
    sets = { ...sets, ...inFile(path, () => readValueSets(parsePolicyJson(text))) };
  }
  return sets;
}
