/** `hcl policy`: rules as data, tried out, compared and explained. Nothing here needs a ledger. */
import type { Command } from '../command.ts';
import { parseArguments } from '../command.ts';
import { usageError } from '../errors.ts';
import { diffSources } from '../policy-diff.ts';
import { explainPolicy } from '../policy-explain.ts';
import { listPolicies } from '../policy-list.ts';
import { sourceOf } from '../policy-sources.ts';
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
  json: { type: 'boolean' },
} as const;

export const policy: Command = {
  usage: `Usage: hcl policy list [--json]
       hcl policy test [--corpus FOLDER | FILE…] [--json]
       hcl policy diff OLD NEW [--sample FILE] [--at RFC3339] [--json]
       hcl policy explain POLICY (--case NAME | --facts FILE)
                  [--at RFC3339] [--lang en|zh-Hant|zh-Hans|pt] [--json]

  list     the policies that come with the program
  test     run the cases of a policy: those that come with it, or of each FILE;
           overlaps and gaps between the policies are reported
  diff     what NEW changes for a sample of cases, before it starts
  explain  why this outcome, rule by rule

  OLD, NEW, POLICY  hk.vp@3, hk.vp (its newest version) or a JSON file
  --corpus FOLDER   national rules with their tests, COUNTRY/RULE/rule.json and
                    COUNTRY/RULE/tests/*.json
  --sample FILE     cases to compare by: a JSON list (default: those of both)
  --at TIME         judge at that time (default: each case at its own)
  --case NAME       one of the policy's own cases
  --facts FILE      facts, written as a case is
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
      case undefined:
      default:
        throw usageError(
          `policy is followed by list, test, diff or explain${job === undefined ? '' : `, not "${job}"`}`,
        );
    }
  },
};
