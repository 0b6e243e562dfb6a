/** `hcl foreign`: records in the words of other systems, and whom to pin to take such codes. */
import { toTerminal } from '../../core/qr/terminal.ts';
import type { HeldCredential } from '../../issuer/release.ts';
import type { Command, ExitCode } from '../command.ts';
import { parseArguments, required } from '../command.ts';
import { issuerByName, readConsortiumFile } from '../consortium-file.ts';
import { usageError } from '../errors.ts';
import { dataFolderOf, resolvePath, type Io } from '../io.ts';
import { writeCodeFiles } from '../issued-files.ts';
import { issuerClient, type IssuerClient } from '../issuer-client.ts';
import { fieldLines, styled } from '../page.ts';
import { releasedCredential, type ReleasedCredential } from '../release.ts';

const OPTIONS = {
  issuer: { type: 'string' },
  record: { type: 'string' },
  as: { type: 'string' },
  out: { type: 'string' },
  wait: { type: 'string', default: '1200' },
  show: { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

const FORMATS: ReadonlySet<string> = new Set(['hcert', 'shc']);
const RECORD_ID = /^[A-Za-z0-9_-]{22}$/;

interface Values {
  readonly record: string | undefined;
  readonly as: string | undefined;
  readonly out: string | undefined;
  readonly wait: string;
  readonly show: boolean;
  readonly json: boolean;
}

type Action = (values: Values, client: IssuerClient, io: Io) => Promise<ExitCode>;

const ACTIONS: ReadonlyMap<string, Action> = new Map([
  ['code', code],
  ['trust', trust],
]);

export const foreign: Command = {
  usage: `Usage: hcl foreign code  --issuer NAME --record ID --as hcert|shc
                         [--out FOLDER] [--wait SECONDS] [--show] [--json]
       hcl foreign trust --issuer NAME

  code   the record as an EU Digital COVID Certificate (hcert) or a SMART Health
         Card (shc), anchored like any other; asked for again it is the same
  trust  the issuer's keys, certificates and revocations as a list of signers,
         for "hcl verify --trust"

  --issuer NAME   who issued the record, for example HK-DH
  --record ID     the record's id, 22 characters
  --as FORMAT     hcert or shc
  --out FOLDER    write the code as .txt, .svg and .png
  --wait SECONDS  how long to wait until it is on the ledger (default 1200)
  --show          show its QR code here
  --json          one line of JSON

  Exit status: 0 the code is there; 1 it is refused or still waits.`,
  async run(args, io) {
    const { values, positionals } = parseArguments(args, OPTIONS);
    const [name = ''] = positionals;
    const action = ACTIONS.get(name);
    if (action === undefined || positionals.length !== 1)
      throw usageError(`say one of ${[...ACTIONS.keys()].join(', ')}`);
    const issuerName = required(values.issuer, '--issuer');
    if (action === code) checkValues(values);
    const issuer = issuerByName(await readConsortiumFile(dataFolderOf(io)), issuerName);
    return await action(values, await issuerClient(issuer, io), io);
  },
};

/** What is wrong with the line is told before anything is asked. */
function checkValues({ record, as, wait }: Values): void {
  if (!RECORD_ID.test(required(record, '--record')))
    throw usageError('--record is not a record id: 22 letters, digits, "-" or "_"');
  if (!FORMATS.has(required(as, '--as'))) throw usageError(`--as is one of ${[...FORMATS].join(', ')}`);
  if (!/^\d{1,6}$/.test(wait)) throw usageError('--wait is a number of seconds');
}

async function code(values: Values, client: IssuerClient, io: Io): Promise<ExitCode> {
  const { record = '', as: format = '', wait } = values;
  const answer = await client({
    method: 'POST',
    path: `/records/${record}/foreign`,
    contentType: 'application/json',
    body: JSON.stringify({ format }),
  });
  const held = answer.json() as HeldCredential; // the route's response schema
  const deadlineSeconds = io.nowSeconds() + Number(wait);
  const nowSeconds = (): number => io.nowSeconds();
  const released = await releasedCredential(held, client, { deadlineSeconds, nowSeconds });
  if (values.out !== undefined && released.code !== undefined)
    await writeCodeFiles(resolvePath(io, values.out), `${record}-${format}`, released.code);
  await io.out.write(
    values.json ? `${JSON.stringify({ recordId: record, ...released })}\n` : page(released, io),
  );
  if (values.show && released.code !== undefined) await io.out.write(`\n${toTerminal(released.code)}`);
  return released.code === undefined ? 1 : 0;
}

function page({ profile, handle, code: text }: ReleasedCredential, io: Io): string {
  const mark = text === undefined ? styled(io.out, 'yellow', '…') : styled(io.out, 'green', '✓');
  const what = text === undefined ? 'waits for the ledger' : 'issued';
  const fields = [
    { label: 'handle', value: handle },
    ...(text === undefined ? [] : [{ label: 'code', value: text }]),
  ];
  return `${mark} ${profile}  ${what}\n${fieldLines(io.out, fields, 4)}`;
}

async function trust(_values: Values, client: IssuerClient, io: Io): Promise<ExitCode> {
  const answer = await client({ method: 'GET', path: '/foreign/trust' });
  await io.out.write(`${JSON.stringify(answer.json(), null, 2)}\n`);
  return 0;
}
