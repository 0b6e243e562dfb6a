/** `hcl status`: health codes of an issuer: derived and issued, explained to their person, ruled on by two people. */
import { randomUUID } from 'node:crypto';
import { GROUNDS } from '../../core/health/grounds.ts';
import { COLOURS, SCHEMES } from '../../core/record/derived.ts';
import { LANGUAGES } from '../../core/record/value-sets/value-set.ts';
import { addressOfKey } from '../../ledger/identifiers.ts';
import { readSecretFile } from '../../service/files.ts';
import type { Command, ExitCode } from '../command.ts';
import { parseArguments, required } from '../command.ts';
import { usageError } from '../errors.ts';
import { checkPerson, postTo, readPerson, type PersonOptions, type Post } from '../health/desk.ts';
import { reasonsPage, statusPage, type ReasonsAnswer, type StatusAnswer } from '../health/status-page.ts';
import { resolvePath, type Io } from '../io.ts';
import { styled } from '../page.ts';
import { parseInstant } from '../times.ts';

const OPTIONS = {
  issuer: { type: 'string' },
  record: { type: 'string' },
  document: { type: 'string' },
  subject: { type: 'string' },
  scheme: { type: 'string' },
  colour: { type: 'string' },
  ground: { type: 'string' },
  until: { type: 'string' },
  basis: { type: 'string' },
  evidence: { type: 'string' },
  key: { type: 'string' },
  request: { type: 'string' },
  lang: { type: 'string', default: 'en' },
  json: { type: 'boolean' },
} as const;

interface Values extends PersonOptions {
  readonly issuer: string | undefined;
  readonly scheme: string | undefined;
  readonly colour: string | undefined;
  readonly ground: string | undefined;
  readonly until: string | undefined;
  readonly basis: string | undefined;
  readonly evidence: string | undefined;
  readonly key: string | undefined;
  readonly request: string | undefined;
  readonly lang: string;
  readonly json: boolean;
}

interface Step {
  readonly check: (values: Values) => void;
  readonly run: (values: Values, post: Post, io: Io) => Promise<void>;
}

const STEPS: ReadonlyMap<string, Step> = new Map<string, Step>([
  ['issue', { check: checkScheme, run: issue }],
  ['why', { check: checkLanguage, run: why }],
  ['rule', { check: checkRuling, run: rule }],
]);

export const status: Command = {
  usage: `Usage: hcl status issue --issuer NAME WHOM --scheme SCHEME [--json]
       hcl status why   --issuer NAME WHOM [--lang CODE] [--json]
       hcl status rule  --issuer NAME WHOM --scheme SCHEME --colour COLOUR
                        --ground CODE --until TIME --basis TEXT
                        --evidence REF --key FILE [--request NAME] [--json]

  issue    derives the colour of a person's health code from what is known,
           and issues its code; nobody says which colour
  why      what the person is told: why, by which rule, how to appeal
  rule     proposes another colour than the rules give, for 30 days at most;
           it holds once two people have approved the act that it prints:
           "hcl act approve ID --issuer NAME --key FILE"

  WHOM            --record ID, --document FILE or --subject FILE: a record of
                  theirs, {"docType":…,"docIssuer":…,"docNumber":…}, or the
                  subject of a record; "-" reads standard input
  --scheme SCHEME ${SCHEMES.join(', ')}
  --colour COLOUR ${COLOURS.join(', ')}: one of the scheme's
  --ground CODE   hcl|court-or-appeal, hcl|place-exposure …: see
                  docs/health-code.md
  --evidence REF  number of the file at the authority that it rests on
  --key FILE      key of the person who asks for it
  --request NAME  idempotency key: sent again under the same name it is
                  proposed once; without it, once for each time that you say it
  --lang CODE     ${LANGUAGES.join(', ')} (default en)
  --json          one line of JSON`,
  async run(args, io): Promise<ExitCode> {
    const { values, positionals } = parseArguments(args, OPTIONS);
    const step = STEPS.get(positionals[0] ?? '');
    if (step === undefined || positionals.length !== 1) {
      throw usageError(`say one of ${[...STEPS.keys()].join(', ')}`);
    }
    const name = required(values.issuer, '--issuer');
    checkPerson(values);
    step.check(values);
    await step.run(values, await postTo(name, io), io);
    return 0;
  },
};

function checkScheme({ scheme }: Values): void {
  const asked = required(scheme, '--scheme');
  if (!SCHEMES.some((one) => one === asked)) throw usageError(`--scheme is one of ${SCHEMES.join(', ')}`);
}

function checkLanguage({ lang }: Values): void {
  if (!LANGUAGES.some((one) => one === lang)) throw usageError(`--lang is one of ${LANGUAGES.join(', ')}`);
}

function checkRuling(values: Values): void {
  checkScheme(values);
  const { colour, ground } = values;
  if (!COLOURS.some((one) => one === colour)) throw usageError(`--colour is one of ${COLOURS.join(', ')}`);
  if (!GROUNDS.some((one) => one === ground)) throw usageError(`--ground is one of ${GROUNDS.join(', ')}`);
  parseInstant(required(values.until, '--until'), '--until');
  for (const name of ['basis', 'evidence', 'key'] as const) required(values[name], `--${name}`);
}

async function issue(values: Values, post: Post, io: Io): Promise<void> {
  const person = await readPerson(values, io);
  const answer = await post('/statuses', { person, scheme: values.scheme });
  // The answer of our own service, by its route's schema.
  await io.out.write(values.json ? line(answer) : statusPage(answer as StatusAnswer, io.out));
}

async function why(values: Values, post: Post, io: Io): Promise<void> {
  const answer = await post('/statuses/reasons', { person: await readPerson(values, io) });
  const language = LANGUAGES.find((one) => one === values.lang) ?? 'en';
  // As above.
  await io.out.write(values.json ? line(answer) : reasonsPage(answer as ReasonsAnswer, language, io.out));
}

async function rule(values: Values, post: Post, io: Io): Promise<void> {
  const { scheme, colour: state, ground, basis: legalBasis, evidence, until = '', key = '' } = values;
  const ruling = {
    person: await readPerson(values, io),
    scheme,
    state,
    ground,
    untilSeconds: parseInstant(until, '--until'),
    legalBasis,
    evidence: [evidence],
    proposedBy: addressOfKey((await readSecretFile(resolvePath(io, key))).trim()),
  };
  // Ours is sent again while the issuer is busy.
  const answer = await post('/rulings', ruling, values.request ?? randomUUID());
  // As above.
  const { act } = answer as { readonly act: string };
  const told = `${styled(io.out, 'green', '✓')} Two people approve act ${act}; until then nothing changes.\n`;
  await io.out.write(values.json ? line(answer) : told);
}

function line(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}
