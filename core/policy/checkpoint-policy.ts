/**
 * What a checkpoint asks, by name: `base`, `ledger` (ledger mode: inclusion stands in for the signature; for venues with
 * queues, never for borders), rules as data (`hk.vp`, or one version of them, `hk.vp@3`), a file of rules, a folder or
 * file of a country's rules, or a file of settings (`checkpoint-settings.ts`). Whatever is wrong in it refuses all of it.
 */
import { isJsonObject, type JsonObject } from '../bytes/strict-json.ts';
import { HclError } from '../errors.ts';
import { defaultPolicy, type VerifyPolicy } from '../verify/policy.ts';
import { parseSettings, type CheckpointSettings, type JurisdictionPassage } from './checkpoint-settings.ts';
import { coverageProblems } from './coverage.ts';
import { PolicyError } from './errors.ts';
import { nationalAt, nationalOf, type PolicyPlace } from './checkpoint-national.ts';
import { isNationalRule } from './national-files.ts';
import type { Policy } from './policy.ts';
import { inFile, textOf, type PolicySources } from './policy-sources.ts';
import { parsePolicyFile, parsePolicyJson, PolicySet } from './policy-set.ts';
import { problemOfCoverage, type SetProblem } from './set-problem.ts';
import { questionsFor, Rulebook, type Versions } from './rulebook.ts';

export interface CheckpointPolicy {
  readonly policy: VerifyPolicy;
  /** What it asks of everybody, with the versions that may answer; a country's own rules are none of these. */
  readonly questions: readonly Versions[];
  /** Overlaps and gaps of the rules it has, told when it is loaded. */
  readonly problems: readonly SetProblem[];
  /** The same for one scan: another passage, more of what the officer knows. Throws `POLICY_SETTINGS`. */
  readonly asked: (scan: ScanSettings) => Promise<VerifyPolicy>;
}

export interface ScanSettings {
  readonly passage?: JurisdictionPassage;
  readonly trip?: JsonObject;
}

const BUILT_IN: ReadonlyMap<string, VerifyPolicy> = new Map([
  ['base', defaultPolicy],
  ['ledger', { ...defaultPolicy, id: 'ledger', ledgerMode: true }],
]);

const NAME = /^[a-z][a-z0-9]*(?:[.-][a-z0-9]+)*(?:@\d+)?$/;

/** Throws `PolicyError`. */
export async function readCheckpointPolicy(
  name: string,
  at: PolicyPlace,
  sources: PolicySources,
): Promise<CheckpointPolicy> {
  const { path } = at;
  const builtIn = BUILT_IN.get(name);
  if (builtIn !== undefined) return withPassages({ policy: builtIn, policies: [], trip: {} }, path, sources);
  const versions = await versionsByName(name, sources);
  if (versions !== undefined) return withRules(underRules(versions), [versions], {});
  const isFolder = (await sources.filesIn(path)) !== undefined;
  const text = isFolder ? undefined : await textOrUnknown(name, path, sources);
  if (text === undefined || isNationalRule(text)) {
    return fixed(await nationalAt(at, sources));
  }
  if (isRuleFile(text)) {
    const policy = inFile(path, () => parsePolicyFile(text));
    return withRules(underRules([policy]), [[policy]], {});
  }
  return bySettings(parseSettings(text), at, sources);
}

/** All versions for `hk.vp`, the one for `hk.vp@3`; `undefined` when nothing that we ship has that name. */
export async function versionsByName(
  name: string,
  sources: Pick<PolicySources, 'shipped'>,
): Promise<Versions | undefined> {
  if (!NAME.test(name)) return undefined;
  const shipped = await sources.shipped();
  const one = shipped.find(name);
  const versions = one === undefined ? shipped.versionsOf(name) : [one];
  return versions.length === 0 ? undefined : versions;
}

/** Whether a text is a policy of rules, alone or with its cases, and not a checkpoint's settings. */
function isRuleFile(text: string): boolean {
  try {
    const value = parsePolicyJson(text);
    return isJsonObject(value) && (Object.hasOwn(value, 'form') || isJsonObject(value['policy']));
  } catch {
    // Whoever reads it next says what is wrong.
    return false;
  }
}

/** `base` under the name of these versions of one policy. */
function underRules(versions: Versions): VerifyPolicy {
  const { id = '', version = 0 } = versions.at(-1) ?? {};
  return { ...defaultPolicy, id, version };
}

async function bySettings(
  settings: CheckpointSettings,
  at: PolicyPlace,
  sources: PolicySources,
): Promise<CheckpointPolicy> {
  const { national, policy, rules, trip } = settings;
  if (national !== undefined) return fixed(await nationalOf({ national, policy }, at, sources));
  if (rules === undefined) return withPassages(settings, at.path, sources);
  const questions: Versions[] = [];
  // One after the other: what may still be read is known when one has been.
  for (const name of rules) questions.push(await questionOf(name, at.path, sources));
  return withRules(policy, questions, trip);
}

async function questionOf(name: string, path: string, sources: PolicySources): Promise<Versions> {
  const versions = await versionsByName(name, sources);
  if (versions !== undefined) return versions;
  const text = await textOf(sources.beside(path, name), sources);
  return [inFile(name, () => parsePolicyFile(text))];
}

/** Rules that are chosen: a scan may add to the trip, and change nothing of what the settings say. */
function withRules(policy: VerifyPolicy, questions: readonly Versions[], trip: JsonObject): CheckpointPolicy {
  const under = (more: JsonObject): VerifyPolicy => ({
    ...policy,
    rules: new Rulebook({ questions, trip: { ...more, ...trip } }),
  });
  return {
    policy: under({}),
    questions,
    problems: coverageProblems(questions.flat()).map(problemOfCoverage),
    asked: async (scan) => under(tripOf(scan)),
  };
}

/** Rules that the passage chooses, of the checkpoint or of the scan; without any, none are asked. */
async function withPassages(
  settings: Pick<CheckpointSettings, 'policy' | 'passage' | 'policies' | 'trip'>,
  path: string,
  sources: PolicySources,
): Promise<CheckpointPolicy> {
  const { passage, policy, trip } = settings;
  const own: Policy[] = [];
  for (const name of settings.policies) {
    const text = await textOf(sources.beside(path, name), sources);
    own.push(inFile(name, () => parsePolicyFile(text)));
  }
  const isUsed = passage !== undefined || own.length > 0;
  // Loaded when it is known to be of use, else with the first scan that names a passage.
  let set = isUsed ? await setWith(own, sources) : undefined;
  const questionsAt = async ({
    jurisdiction,
    ...given
  }: JurisdictionPassage): Promise<readonly Versions[]> => {
    set ??= await setWith(own, sources);
    const questions = questionsFor(set.policies, jurisdiction, given);
    if (questions.length === 0) throw refusal('passage is one that no rules are for');
    return questions;
  };
  const at = async (where: JurisdictionPassage, more: JsonObject): Promise<Rulebook> => {
    const { jurisdiction: _, ...given } = where;
    return new Rulebook({ questions: await questionsAt(where), trip: { ...more, ...trip, ...given } });
  };
  const under = async ({ passage: where = passage, trip: more = {} }: ScanSettings): Promise<VerifyPolicy> =>
    where === undefined ? policy : { ...policy, rules: await at(where, more) };
  const problems = own.length === 0 ? [] : (set?.problems ?? []).map(problemOfCoverage);
  const questions =
    passage === undefined ? [...Map.groupBy(own, ({ id }) => id).values()] : await questionsAt(passage);
  return { policy: await under({}), questions, problems, asked: under };
}

/** Throws `POLICY_NOT_UNIQUE`. */
async function setWith(own: readonly Policy[], sources: PolicySources): Promise<PolicySet> {
  return new PolicySet([...(await sources.shipped()).policies, ...own]);
}

function tripOf({ passage, trip = {} }: ScanSettings): JsonObject {
  if (passage !== undefined) throw refusal('the rules of this checkpoint do not go by the passage');
  return trip;
}

/** National rules know no trip. */
function fixed(loaded: Pick<CheckpointPolicy, 'policy' | 'problems'>): CheckpointPolicy {
  return {
    ...loaded,
    questions: [],
    async asked(scan) {
      tripOf(scan);
      return loaded.policy;
    },
  };
}

async function textOrUnknown(name: string, path: string, sources: PolicySources): Promise<string> {
  try {
    return await sources.readText(path);
  } catch (cause) {
    if (cause instanceof HclError) throw cause;
    const names = [...BUILT_IN.keys()].join(', ');
    throw new PolicyError(
      'POLICY_UNKNOWN',
      `"${name}" is none of ${names}, no rules that "hcl policy list" knows, and no file that can be read`,
      { cause },
    );
  }
}

function refusal(problem: string): PolicyError {
  return new PolicyError('POLICY_SETTINGS', `policy file: ${problem}`);
}
