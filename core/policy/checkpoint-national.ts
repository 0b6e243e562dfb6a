/** A checkpoint that enters people by a country's own rules, as that country publishes them. */
import { defaultPolicy, type VerifyPolicy } from '../verify/policy.ts';
import type { NationalSettings } from './checkpoint-settings.ts';
import { PolicyError } from './errors.ts';
import { readNationalFiles, type NationalFiles } from './national-files.ts';
import { nationalId, NationalRulebook } from './national-rulebook.ts';
import { nationalProblems } from './national-set.ts';
import type { PolicySources } from './policy-sources.ts';
import type { SetProblem } from './set-problem.ts';

export interface PolicyPlace {
  /** Of the file or folder; other files are named beside it. */
  readonly path: string;
  readonly nowSeconds: number;
}

export interface NationalPolicy {
  readonly policy: VerifyPolicy;
  readonly problems: readonly SetProblem[];
}

/** Throws `PolicyError`. */
export async function nationalOf(
  { national, policy }: { readonly national: NationalSettings; readonly policy: VerifyPolicy },
  { path, nowSeconds }: PolicyPlace,
  sources: PolicySources,
): Promise<NationalPolicy> {
  const beside = (name: string): string => sources.beside(path, name);
  const paths = { rules: national.rules.map(beside), valueSets: national.valueSets.map(beside) };
  return under(policy, national, await readNationalFiles(paths, sources), nowSeconds);
}

/**
 * Rules that lie in a folder or file by themselves: the one country whose acceptance rules are there is the one that is
 * entered; value sets lie in it, or in `valuesets` beside it. Throws `PolicyError`.
 */
export async function nationalAt(
  { path, nowSeconds }: PolicyPlace,
  sources: PolicySources,
): Promise<NationalPolicy> {
  const valueSets = (await sources.filesIn(sources.beside(path, 'valuesets'))) ?? [];
  const files = await readNationalFiles({ rules: [path], valueSets }, sources);
  const acceptance = files.rules.filter(({ type }) => type === 'Acceptance');
  const [country, another] = new Set(acceptance.map((rule) => rule.country));
  if (country === undefined || another !== undefined) {
    const problem = 'has acceptance rules of no country, or of several: let settings say which is entered';
    throw new PolicyError('POLICY_SETTINGS', `policy file: ${path} ${problem}`);
  }
  return under({ ...defaultPolicy, id: nationalId(country), version: 1 }, { country }, files, nowSeconds);
}

function under(
  policy: VerifyPolicy,
  { country, region }: Pick<NationalSettings, 'country' | 'region'>,
  { rules, valueSets }: NationalFiles,
  nowSeconds: number,
): NationalPolicy {
  const options = { rules, valueSets, country, ...(region === undefined ? {} : { region }) };
  return {
    policy: { ...policy, rules: new NationalRulebook(options) },
    problems: nationalProblems(rules, country, nowSeconds),
  };
}
