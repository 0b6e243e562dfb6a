/** `hcl booking`: the quota of an authority's programmes, from what is left to what was used, and its audit. */
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import type { BookingAudit } from '../../booking/audit.ts';
import { isSeedCommitted, winnersOf, type Ballot } from '../../booking/ballot.ts';
import { gateTokenOf } from '../../booking/routes/all.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { auditPage, bookingPage, drawPage, quotasPage, usePage } from '../booking-page.ts';
import type { Command, ExitCode } from '../command.ts';
import { parseArguments, required } from '../command.ts';
import { issuerByName, readConsortiumFile, type ConsortiumIssuer } from '../consortium-file.ts';
import { CliError, usageError } from '../errors.ts';
import { dataFolderOf, resolvePath, type Io } from '../io.ts';
import { issuerClient, type IssuerClient } from '../issuer-client.ts';

const OPTIONS = {
  issuer: { type: 'string' },
  programme: { type: 'string' },
  port: { type: 'string' },
  date: { type: 'string' },
  party: { type: 'string' },
  wait: { type: 'boolean' },
  key: { type: 'string' },
  lane: { type: 'string' },
  scan: { type: 'string' },
  present: { type: 'string' },
  absent: { type: 'string' },
  json: { type: 'boolean' },
} as const;

interface Context {
  readonly values: ReturnType<typeof parseArguments<typeof OPTIONS>>['values'];
  /** What stands after the action: a reference. */
  readonly reference: string | undefined;
  readonly issuer: ConsortiumIssuer;
  readonly client: IssuerClient;
  readonly io: Io;
}

type Action = (context: Context) => Promise<ExitCode>;

const ACTIONS: ReadonlyMap<string, Action> = new Map([
  ['quotas', quotas],
  ['book', book],
  ['show', show],
  ['confirm', (context) => move(context, 'confirmation')],
  ['extend', (context) => move(context, 'extension')],
  ['change', change],
  ['cancel', (context) => move(context, 'cancellation')],
  ['use', use],
  ['draw', draw],
  ['audit', audit],
  ['gate-token', gateToken],
]);

export const booking: Command = {
  usage: `Usage: hcl booking quotas  --issuer NAME --programme ID [--json]
       hcl booking book    --issuer NAME --programme ID --port PORT --date DAY
                           --party FILE [--wait] [--key KEY] [--json]
       hcl booking show|confirm|extend|cancel REFERENCE --issuer NAME [--json]
       hcl booking change  REFERENCE --issuer NAME --port PORT --date DAY
                           [--key KEY] [--json]
       hcl booking use     REFERENCE --issuer NAME --port PORT --lane LANE
                           [--present FILE] [--absent 2,3] [--scan ID] [--json]
       hcl booking draw    --issuer NAME --programme ID --port PORT --date DAY
       hcl booking audit   --issuer NAME [--json]
       hcl booking gate-token --issuer NAME

  quotas   what may be booked now, and what is left
  book     holds places for a party; confirm within the time that it shows
  extend   more time to confirm, once
  change   another port or date: the old place is given back for the new one
  use      at a gate, today: a second use is told when and where the first was
  draw     does a ballot again from what is published, and shows who won
  audit    derives every count again from the log; exit 1 if one is wrong
  gate-token  the token of lanes: it opens "use" and nothing else

  --programme ID   for example RETURN2HK (docs/booking.md)
  --port PORT      SZB, HZMB, HKIA, LMC, MKT
  --party FILE     [{"document":{"docType":"HKID","docIssuer":"HK",
                   "docNumber":"…"},"relation":"applicant","birthDate":"1980"},
                   …] or "-" for standard input; companions are spouse, child,
                   parent, other
  --present FILE   the documents of those who are there, as a list; without it
                   all of the party
  --absent LIST    whom the officer lets stay behind, by place in the party
  --wait           when the quota is full: wait for a place that comes back
  --key KEY        makes it safe to send again
  --json           one line of JSON`,
  async run(args, io) {
    const { values, positionals } = parseArguments(args, OPTIONS);
    const [name = '', reference, ...rest] = positionals;
    const action = ACTIONS.get(name);
    if (action === undefined || rest.length > 0) {
      throw usageError(`say one of ${[...ACTIONS.keys()].join(', ')}`);
    }
    const issuer = issuerByName(
      await readConsortiumFile(dataFolderOf(io)),
      required(values.issuer, '--issuer'),
    );
    // Who only counts may be an auditor, with a token of their own.
    const client = await issuerClient(issuer, io, action === audit ? issuer.auditorTokenFile : undefined);
    return await action({ values, reference, issuer, client, io });
  },
};

async function quotas({ values, client, io }: Context): Promise<ExitCode> {
  const programme = required(values.programme, '--programme');
  const answer = await get(client, `/quotas/${encodeURIComponent(programme)}`);
  await io.out.write(values.json ? line(answer) : quotasPage(answer, io.out));
  return 0;
}

async function book(context: Context): Promise<ExitCode> {
  const { values, io } = context;
  const slot = slotOf(values);
  const party = await readJson(required(values.party, '--party'), io);
  return await showAnswer(context, '/bookings', { ...slot, party, ...(values.wait ? { wait: true } : {}) });
}

async function show({ values, client, io, ...context }: Context): Promise<ExitCode> {
  const answer = await get(client, pathOf(context));
  await io.out.write(values.json ? line(answer) : bookingPage(answer, io.out));
  return 0;
}

async function move(context: Context, what: string): Promise<ExitCode> {
  return await showAnswer(context, `${pathOf(context)}/${what}`);
}

async function change(context: Context): Promise<ExitCode> {
  const { port, date } = context.values;
  const to = { port: required(port, '--port'), date: required(date, '--date') };
  return await showAnswer(context, `${pathOf(context)}/change`, to);
}

async function use({ values, reference, client, io }: Context): Promise<ExitCode> {
  const { port, lane, scan, present, absent } = values;
  const answer = await post(client, '/bookings/uses', {
    body: {
      reference: required(reference, 'the reference'),
      port: required(port, '--port'),
      lane: required(lane, '--lane'),
      ...(scan === undefined ? {} : { scan }),
      ...(present === undefined ? {} : { present: await readJson(present, io) }),
      ...(absent === undefined ? {} : { absent: placesOf(absent) }),
    },
  });
  await io.out.write(values.json ? line(answer) : usePage(answer, io.out));
  // The answer of our own service, by its route's schema.
  return (answer as { readonly outcome: string }).outcome === 'admitted' ? 0 : 1;
}

/** Does the draw again, with nothing of the service's but what it published. */
async function draw({ values, client, io }: Context): Promise<ExitCode> {
  const { programme, port, date } = slotOf(values);
  const path = [programme, port, date].map((part) => encodeURIComponent(part)).join('/');
  // The answer of our own service, by its route's schema.
  const ballot = (await get(client, `/ballots/${path}`)) as Ballot;
  const isSound =
    ballot.draw === undefined || isSeedCommitted(ballot.commitment, ballot.draw.seed, nodeCrypto);
  const winners = ballot.draw === undefined ? [] : winnersOf(ballot.draw, nodeCrypto);
  const found = { ...ballot, winners, isSound };
  await io.out.write(values.json ? line(found) : drawPage(found, io.out));
  return isSound ? 0 : 1;
}

async function audit({ values, client, io }: Context): Promise<ExitCode> {
  const answer = await get(client, '/bookings/audit');
  await io.out.write(values.json ? line(answer) : auditPage(answer, io.out));
  // The answer of our own service, by its route's schema.
  return (answer as BookingAudit).problems.length === 0 ? 0 : 1;
}

async function gateToken({ issuer, io }: Context): Promise<ExitCode> {
  await io.out.write(`${gateTokenOf((await readText(issuer.operatorTokenFile)).trim())}\n`);
  return 0;
}

async function showAnswer({ values, client, io }: Context, path: string, body?: object): Promise<ExitCode> {
  const { key } = values;
  const answer = await post(client, path, { body, key });
  await io.out.write(values.json ? line(answer) : bookingPage(answer, io.out));
  return 0;
}

function slotOf(values: Context['values']): {
  readonly programme: string;
  readonly port: string;
  readonly date: string;
} {
  return {
    programme: required(values.programme, '--programme'),
    port: required(values.port, '--port'),
    date: required(values.date, '--date'),
  };
}

function pathOf({ reference }: Pick<Context, 'reference'>): string {
  return `/bookings/${encodeURIComponent(required(reference, 'the reference'))}`;
}

function placesOf(list: string): number[] {
  if (!/^[1-9]\d?(?:,[1-9]\d?)*$/.test(list)) throw usageError('--absent is a list of places: 2,3');
  return list.split(',').map(Number);
}

/** From a file or standard input: a document's number on a command line would be there for all to read. */
async function readJson(path: string, io: Io): Promise<unknown> {
  const content = path === '-' ? await text(io.stdin) : await readText(resolvePath(io, path));
  try {
    return JSON.parse(content);
  } catch {
    // A syntax error quotes the text, so it goes no further.
    throw new CliError('CLI_FILE_INVALID', `${path} is not JSON`);
  }
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

async function post(
  client: IssuerClient,
  path: string,
  { body, key }: { readonly body: object | undefined; readonly key?: string | undefined },
): Promise<unknown> {
  const answer = await client({
    method: 'POST',
    path,
    ...(body === undefined ? {} : { contentType: 'application/json', body: JSON.stringify(body) }),
    ...(key === undefined ? {} : { idempotencyKey: key }),
  });
  return answer.json();
}

function line(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}
