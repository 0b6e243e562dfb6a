/** `hcl policy`: rules as data, tried out, compared and explained; and put on the ledger by whose rules they are. */
import type { Command, ExitCode } from '../command.ts';
import { parseArguments, type Arguments } from '../command.ts';
import { usageError } from '../errors.ts';
import { diffSources } from '../policy-diff.ts';
import { explainPolicy } from '../policy-explain.ts';
import type { Io } from '../io.ts';
import { listPolicies } from '../policy-list.ts';
import { publishPolicy, withdrawPolicy } from '../policy-publish.ts';
import { sourceOf } from '../policy-sources.ts';
import { showStatus } from '../policy-status.ts';
import { testCorpus, testPolicies } from '../policy-test.ts';
import { parseLanguage } from '../policy-words.ts';
import { parseInstant } from '../times.ts';

const OPTIONS = {
  corpus: { type: 'string' },
  sample: { type: 'string' },
  case: { type: 'string' },
  facts: { type: 'string' },
  at: { type: 'string' },
  lang: { type: 'string', default: 'en' },
  authority: { type: 'string' },
  'admin-key': { type: 'string' },
  from: { type: 'string' },
  rpc: { type: 'string' },
  json: { type: 'boolean' },
} as const;

type Values = Arguments<typeof OPTIONS>['values'];

export const policy: Command = {
  usage: `Usage: hcl policy list [--json]
       hcl policy test [--corpus FOLDER | FILE…] [--json]
       hcl policy diff OLD NEW [--sample FILE] [--at RFC3339] [--json]
       hcl policy explain POLICY (--case NAME | --facts FILE)
                  [--at RFC3339] [--lang en|zh-Hant|zh-Hans|pt] [--json]
       hcl policy status POLICY [--rpc URL] [--json]
       hcl policy publish|withdraw POLICY [--from RFC3339] [--authority NAME]
                  [--admin-key FILE] [--rpc URL] [--json]

  list     the policies that come with the program
  test     run the cases of a policy: those that come with it, or of each FILE;
           overlaps and gaps between the policies are reported
  diff     what NEW changes for a sample of cases, before it starts
  explain  why this outcome, rule by rule
  status   what the ledger has under its id
  publish  register its digest as the next version of its jurisdiction's
           authority; checkpoints then ask nothing else under its id
  withdraw end what is registered under its id

  OLD, NEW, POLICY  hk.vp@3, hk.vp (its newest version) or a JSON file
  --corpus FOLDER   national rules with their tests, COUNTRY/RULE/rule.json and
                    COUNTRY/RULE/tests/*.json
  --sample FILE     cases to compare by: a JSON list (default: those of both)
  --at TIME         judge at that time (default: each case at its own)
  --case NAME       one of the policy's own cases
  --facts FILE      facts, written as a case is
  --from TIME       from when on, RFC 3339 (default: once the lead time of the
                    ledger is over; withdraw: at once)
  --authority NAME  whose rules they are, where the jurisdiction has several
  --admin-key FILE  of the authority's admin (default
                    keys/NAME/authority-admin.key in the data folder)
  --rpc URL         another ledger endpoint than the consortium's
  --json            one line of JSON per result; test ends with
                    {"passed":…,"failed":…}

  Exit status: 0 all as expected; 1 a case is not, or something could not be
  read; 2 wrong usage.`,
  async run(args, io) {
    const { values, positionals } = parseArguments(args, OPTIONS);
    const [job, ...names] = positionals;
    switch (job) {
      case 'list':
        return listPolicies(values.json, io);
      case 'test':
        if (values.corpus === undefined) return testPolicies(names, values.json, io);
        if (names.length > 0) throw usageError('--corpus and files exclude each other');
        return testCorpus(values.corpus, values.json, io);
      case 'diff': {
        const [before, after, ...others] = names;
        if (before === undefined || after === undefined || others.length > 0) {
          throw usageError('diff takes two policies, the old one and the new one');
        }
        return diffSources(
          {
            before: await sourceOf(before, io),
            after: await sourceOf(after, io),
            ...(values.sample === undefined ? {} : { sampleFile: values.sample }),
            ...(values.at === undefined ? {} : { atSeconds: parseInstant(values.at, '--at') }),
            json: values.json,
          },
          io,
        );
      }
      case 'explain': {
        const [name, ...others] = names;
        if (name === undefined || others.length > 0) throw usageError('explain takes one policy');
        const language = parseLanguage(values.lang);
        return explainPolicy(
          {
            source: await sourceOf(name, io),
            ...(values.case === undefined ? {} : { caseName: values.case }),
            ...(values.facts === undefined ? {} : { file: values.facts }),
            ...(values.at === undefined ? {} : { atSeconds: parseInstant(values.at, '--at') }),
            language,
            json: values.json,
          },
          io,
        );
      }
      case 'status':
      case 'publish':
      case 'withdraw':
        return onLedger(job, names, values, io);
      case undefined:
      default:
        throw usageError(
          `policy is followed by list, test, diff, explain, status, publish or withdraw${job === undefined ? '' : `, not "${job}"`}`,
        );
    }
  },
};

/** Its modules are loaded only here: nothing else needs a ledger. */
async function onLedger(
  job: 'status' | 'publish' | 'withdraw',
  [name, ...others]: readonly string[],
  { authority, from: since, json, rpc: rpcUrl, 'admin-key': adminKey }: Values,
  io: Io,
): Promise<ExitCode> {
  if (name === undefined || others.length > 0) throw usageError(`${job} takes one policy`);
  const from = since === undefined ? undefined : parseInstant(since, '--from');
  const { openRegistration } = await import('../policy-registration.ts');
  const registration = await openRegistration(name, { authority, adminKey, rpcUrl }, io);
  switch (job) {
    case 'status':
      return showStatus(registration, json, io);
    case 'publish':
      return publishPolicy(registration, { from, json }, io);
    case 'withdraw':
      return withdrawPolicy(registration, { from, json }, io);
  }
}
