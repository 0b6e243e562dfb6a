/** `hcl record`: what the law asks of whoever holds records: erase, tell, forget in time, account for the rest. */
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { readLedger } from '../../auditor/read-ledger.ts';
import { runPrivacyAudit } from '../../auditor/privacy-audit.ts';
import { DISCLOSURE_PURPOSES } from '../../issuer/privacy/disclosures.ts';
import { ERASURE_GROUNDS } from '../../issuer/privacy/erasure-entry.ts';
import type { ErasureState } from '../../issuer/privacy/privacy.ts';
import { HOLD_REASONS } from '../../issuer/privacy/holds.ts';
import { parseDeployment } from '../../ledger/deployment.ts';
import { issuerIdOf } from '../../ledger/identifiers.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import type { Command, ExitCode } from '../command.ts';
import { parseArguments, required } from '../command.ts';
import {
  issuerByName,
  readConsortiumFile,
  type ConsortiumFile,
  type ConsortiumIssuer,
} from '../consortium-file.ts';
import { CliError, usageError } from '../errors.ts';
import { dataFolderOf, resolvePath, type Io } from '../io.ts';
import { issuerClient, type IssuerClient } from '../issuer-client.ts';
import { jsonReader } from '../json-reader.ts';
import { accountPage, erasurePage, holdsPage, reportPage, retentionPage } from '../record-page.ts';

const OPTIONS = {
  issuer: { type: 'string' },
  record: { type: 'string' },
  document: { type: 'string' },
  ground: { type: 'string' },
  reason: { type: 'string' },
  basis: { type: 'string' },
  by: { type: 'string' },
  hold: { type: 'string' },
  purpose: { type: 'string', default: 'subject-access' },
  json: { type: 'boolean' },
} as const;

const RECORD_ID = /^[A-Za-z0-9_-]{22}$/;

interface Values {
  readonly issuer: string | undefined;
  readonly record: string | undefined;
  readonly document: string | undefined;
  readonly ground: string | undefined;
  readonly reason: string | undefined;
  readonly basis: string | undefined;
  readonly by: string | undefined;
  readonly hold: string | undefined;
  readonly purpose: string;
  readonly json: boolean;
}

interface Context {
  readonly values: Values;
  readonly consortium: ConsortiumFile;
  readonly issuer: ConsortiumIssuer;
  readonly client: IssuerClient;
  readonly io: Io;
}

type Action = (context: Context) => Promise<ExitCode>;

const ACTIONS: ReadonlyMap<string, Action> = new Map([
  ['erase', erase],
  ['hold', hold],
  ['lift', lift],
  ['report', report],
  ['retention', retention],
  ['account', account],
]);

export const record: Command = {
  usage: `Usage: hcl record erase     --issuer NAME --record ID --ground CODE [--json]
       hcl record hold      --issuer NAME --record ID --reason CODE
                            --basis TEXT --by TEXT [--json]
       hcl record lift      --issuer NAME --record ID --hold NUMBER --by TEXT
       hcl record report    --issuer NAME (--record ID | --document FILE)
                            [--purpose CODE] [--json]
       hcl record retention --issuer NAME [--json]
       hcl record account   --issuer NAME [--json]

  erase      revokes a record's credentials and destroys what is held of it;
             prints its receipts. There is no way back.
  hold       a legal hold: neither retention nor a request erases the record
  lift       ends a hold; what was to be erased meanwhile is
  report     everything that is held of a record, or of a person's document
  retention  how long records are kept, and how many are over their time
  account    the privacy audit: every leaf on the ledger is a record, erased
             or padding; batches and lists are large enough to hide in

  --issuer NAME    who holds it, for example HK-DH
  --record ID      the record's id, 22 characters
  --document FILE  {"docType":"HKID","docIssuer":"HK","docNumber":"…"} exactly
                   as recorded; "-" reads it from standard input
  --ground CODE    ${ERASURE_GROUNDS.slice(0, 2).join(', ')},
                   ${ERASURE_GROUNDS.slice(2).join(', ')}
  --reason CODE    ${HOLD_REASONS.join(', ')}
  --basis TEXT     the law, order or case of a hold: never the person's name
  --by TEXT        who places or lifts it: a name or staff number
  --hold NUMBER    which hold of the record, as "hold" has shown it
  --purpose CODE   ${DISCLOSURE_PURPOSES.join(', ')}; noted with the record
  --json           one line of JSON`,
  async run(args, io) {
    const { values, positionals } = parseArguments(args, OPTIONS);
    const [name = ''] = positionals;
    const action = ACTIONS.get(name);
    if (action === undefined || positionals.length !== 1) {
      throw usageError(`say one of ${[...ACTIONS.keys()].join(', ')}`);
    }
    checkValues(name, values);
    const consortium = await readConsortiumFile(dataFolderOf(io));
    const issuer = issuerByName(consortium, required(values.issuer, '--issuer'));
    // Who only accounts may be an auditor, with a token of their own.
    const tokenFile = action === account ? issuer.auditorTokenFile : undefined;
    const client = await issuerClient(issuer, io, tokenFile);
    return await action({ values, consortium, issuer, client, io });
  },
};

/** What is wrong with the line is told before anything is read or asked. */
function checkValues(action: string, values: Values): void {
  required(values.issuer, '--issuer');
  if (action === 'erase') {
    required(values.record, '--record');
    const ground = required(values.ground, '--ground');
    if (!ERASURE_GROUNDS.some((known) => known === ground))
      throw usageError(`--ground is one of ${ERASURE_GROUNDS.join(', ')}`);
  }
  if (action === 'hold' || action === 'lift') {
    required(values.record, '--record');
    required(values.by, '--by');
  }
  if (action === 'hold') {
    required(values.basis, '--basis');
    const reason = required(values.reason, '--reason');
    if (!HOLD_REASONS.some((known) => known === reason))
      throw usageError(`--reason is one of ${HOLD_REASONS.join(', ')}`);
  }
  if (action === 'lift' && !/^[1-9]\d{0,5}$/.test(required(values.hold, '--hold')))
    throw usageError('--hold is the number of a hold');
  if (action === 'report') {
    if ((values.record === undefined) === (values.document === undefined))
      throw usageError('say either --record or --document');
    if (!DISCLOSURE_PURPOSES.some((known) => known === values.purpose))
      throw usageError(`--purpose is one of ${DISCLOSURE_PURPOSES.join(', ')}`);
  }
  if (values.record !== undefined && !RECORD_ID.test(values.record))
    throw usageError('--record is not a record id: 22 letters, digits, "-" or "_"');
}

async function erase({ values, client, io }: Context): Promise<ExitCode> {
  const answer = await post(client, '/erasures', { recordId: values.record, ground: values.ground });
  await io.out.write(values.json ? line(answer) : erasurePage(answer, io.out));
  // The answer of our own service, by its route's schema.
  return (answer as ErasureState).stage === 'unreadable' ? 1 : 0;
}

async function hold({ values, client, io }: Context): Promise<ExitCode> {
  const { record: recordId, reason, basis: legalBasis, by: placedBy } = values;
  const answer = await post(client, '/holds', { recordId, reason, legalBasis, placedBy });
  await io.out.write(values.json ? line(answer) : holdsPage(answer, io.out));
  return 0;
}

async function lift({ values, client, io }: Context): Promise<ExitCode> {
  const { record: recordId, by: liftedBy } = values;
  const answer = await post(client, '/holds/lifts', { recordId, hold: Number(values.hold), liftedBy });
  await io.out.write(values.json ? line(answer) : holdsPage(answer, io.out));
  return 0;
}

async function report({ values, client, io }: Context): Promise<ExitCode> {
  const { record: recordId, document, purpose } = values;
  const target = document === undefined ? { recordId } : { document: await readDocument(document, io) };
  const answer = await post(client, '/reports', { ...target, purpose });
  await io.out.write(values.json ? line(answer) : reportPage(answer, io.out));
  return 0;
}

async function retention({ values, client, io }: Context): Promise<ExitCode> {
  const answer = await get(client, '/retention');
  await io.out.write(values.json ? line(answer) : retentionPage(answer, io.out));
  return 0;
}

async function account({ values, consortium, issuer, client, io }: Context): Promise<ExitCode> {
  const deployment = parseDeployment(await readFile(consortium.deployment, 'utf8'));
  const { blocks } = await readLedger({ rpcUrls: [consortium.rpcUrl], deployment });
  const source = {
    batch: (root: string) => get(client, `/batches/${root}`),
    account: (root: string) => get(client, `/batches/${root}/account`),
    status: () => get(client, '/status'),
  };
  const { did } = issuer;
  const options = { blocks, did, issuer: issuerIdOf(did) };
  const found = await runPrivacyAudit(options, { crypto: nodeCrypto, source });
  await io.out.write(values.json ? line(found) : accountPage(found, io.out));
  return found.passed ? 0 : 1;
}

/** From a file or standard input: a document's number on a command line would be there for all to read. */
async function readDocument(path: string, io: Io): Promise<object> {
  const content = path === '-' ? await text(io.stdin) : await readText(resolvePath(io, path));
  const reader = jsonReader(content, 'the document');
  reader.only(['docType', 'docIssuer', 'docNumber']);
  return {
    docType: reader.text('docType'),
    docIssuer: reader.text('docIssuer'),
    docNumber: reader.text('docNumber'),
  };
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new CliError('CLI_FILE_UNREADABLE', `${path} cannot be read`, { cause });
  }
}

async function get(client: IssuerClient, path: string): Promise<unknown> {
  return (await client({ method: 'GET', path })).json();
}

async function post(client: IssuerClient, path: string, body: object): Promise<unknown> {
  const request = {
    method: 'POST',
    path,
    contentType: 'application/json',
    body: JSON.stringify(body),
  } as const;
  return (await client(request)).json();
}

function line(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}
