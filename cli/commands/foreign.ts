/** `hcl foreign`: records in the words of other systems, codes of theirs issued again here, and whom to pin. */
import { isJsonObject } from '../../core/bytes/strict-json.ts';
import { readQrImage } from '../../core/qr/image.ts';
import { toTerminal } from '../../core/qr/terminal.ts';
import type { ImportAnswer } from '../../issuer/foreign/imports.ts';
import type { HeldCredential } from '../../issuer/release.ts';
import { codesOf, codesOfFile } from '../code-input.ts';
import type { Command, ExitCode } from '../command.ts';
import { parseArguments, required } from '../command.ts';
import { issuerByName, readConsortiumFile } from '../consortium-file.ts';
import { CliError, usageError } from '../errors.ts';
import { dataFolderOf, resolvePath, type Io } from '../io.ts';
import { writeCodeFiles } from '../issued-files.ts';
import { issuerClient, type IssuerClient } from '../issuer-client.ts';
import { importPage } from '../import-page.ts';
import { fieldLines, styled } from '../page.ts';
import { jsonInText, readText } from '../rules.ts';
import { releasedCredential, type ReleasedCredential } from '../release.ts';

const OPTIONS = {
  issuer: { type: 'string' },
  record: { type: 'string' },
  as: { type: 'string' },
  details: { type: 'string' },
  'document-seen': { type: 'boolean' },
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
  readonly details: string | undefined;
  readonly 'document-seen': boolean;
  readonly out: string | undefined;
  readonly wait: string;
  readonly show: boolean;
  readonly json: boolean;
}

interface Context {
  readonly values: Values;
  readonly files: readonly string[];
  readonly client: IssuerClient;
  readonly io: Io;
}

type Action = (context: Context) => Promise<ExitCode>;

const ACTIONS: ReadonlyMap<string, Action> = new Map([
  ['code', code],
  ['trust', trust],
  ['import', importCode],
]);

export const foreign: Command = {
  usage: `Usage: hcl foreign code  --issuer NAME --record ID --as hcert|shc
                         [--out FOLDER] [--wait SECONDS] [--show] [--json]
       hcl foreign trust --issuer NAME
       hcl foreign import --issuer NAME --details FILE [--document-seen] [--json]
                         FILE

  code   the record as an EU Digital COVID Certificate (hcert) or a SMART Health
         Card (shc), anchored like any other; asked for again it is the same
  trust  the issuer's keys, certificates and revocations as a list of signers,
         for "hcl verify --trust"
  import a code of another system in FILE (text, PNG or JPEG; "-" is standard
         input) is issued again as records of this issuer, once however often

  --issuer NAME   who issued the record, for example HK-DH
  --record ID     the record's id, 22 characters
  --as FORMAT     hcert or shc
  --out FOLDER    write the code as .txt, .svg and .png
  --wait SECONDS  how long to wait until it is on the ledger (default 1200)
  --show          show its QR code here
  --details FILE  who it is about, as on the document in hand, who checked it,
                  and what the code leaves out, for each of its records:
                  {"subject": {…}, "checkedBy": "…", "complete": [{…}]}
  --document-seen the officer has seen the document, and stands for what could
                  not be confirmed, or for a code that has ended
  --json          one line of JSON

  Exit status: 0 the code is there, or all of it is issued again; 1 it is
  refused or still waits.`,
  async run(args, io) {
    const { values, positionals } = parseArguments(args, OPTIONS);
    const [name = '', ...files] = positionals;
    const action = ACTIONS.get(name);
    if (action === undefined) throw usageError(`say one of ${[...ACTIONS.keys()].join(', ')}`);
    if (files.length !== (action === importCode ? 1 : 0))
      throw usageError(action === importCode ? 'name one FILE with a code' : `${name} takes no FILE`);
    const issuerName = required(values.issuer, '--issuer');
    if (action === code) checkValues(values);
    if (action === importCode) required(values.details, '--details');
    const issuer = issuerByName(await readConsortiumFile(dataFolderOf(io)), issuerName);
    return await action({ values, files, client: await issuerClient(issuer, io), io });
  },
};

/** What is wrong with the line is told before anything is asked. */
function checkValues({ record, as, wait }: Values): void {
  if (!RECORD_ID.test(required(record, '--record')))
    throw usageError('--record is not a record id: 22 letters, digits, "-" or "_"');
  if (!FORMATS.has(required(as, '--as'))) throw usageError(`--as is one of ${[...FORMATS].join(', ')}`);
  if (!/^\d{1,6}$/.test(wait)) throw usageError('--wait is a number of seconds');
}

async function code({ values, client, io }: Context): Promise<ExitCode> {
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

/** The code stands on a line of its own, whole, to be copied. */
function page({ profile, handle, code: text }: ReleasedCredential, io: Io): string {
  const mark = text === undefined ? styled(io.out, 'yellow', '…') : styled(io.out, 'green', '✓');
  const what = text === undefined ? 'waits for the ledger' : 'issued';
  const fields = fieldLines(io.out, [{ label: 'handle', value: handle }], 4);
  return `${mark} ${profile}  ${what}\n${fields}${text === undefined ? '' : `${text}\n`}`;
}

async function trust({ client, io }: Context): Promise<ExitCode> {
  const answer = await client({ method: 'GET', path: '/foreign/trust' });
  await io.out.write(`${JSON.stringify(answer.json(), null, 2)}\n`);
  return 0;
}

async function importCode({ values, files, client, io }: Context): Promise<ExitCode> {
  const [file = ''] = files;
  const request = {
    ...(await readDetails(resolvePath(io, values.details ?? ''))),
    code: await codeIn(file, io),
    ...(values['document-seen'] ? { documentSeen: true } : {}),
  };
  const answer = await client({
    method: 'POST',
    path: '/imports',
    contentType: 'application/json',
    body: JSON.stringify(request),
  });
  const taken = answer.json() as ImportAnswer; // the route's response schema
  await io.out.write(values.json ? `${JSON.stringify({ file, ...taken })}\n` : importPage(file, taken, io));
  return taken.rows.every((row) => 'recordId' in row) ? 0 : 1;
}

/** The only code in a file; a health card in parts is put together. */
async function codeIn(file: string, io: Io): Promise<string> {
  const lines: string[] = [];
  const source =
    file === '-' ? codesOf(io.stdin, readQrImage) : codesOfFile(resolvePath(io, file), readQrImage);
  for await (const { text } of source) if (text.trim() !== '') lines.push(text.trim());
  const isInParts = lines.every((line) => /^shc:\/\d+\/\d+\//.test(line));
  if (lines.length === 0 || (lines.length > 1 && !isInParts))
    throw new CliError('CLI_FILE_INVALID', `${file} holds ${lines.length} codes, not one`);
  return lines.join('\n');
}

/** Checked by the issuer; no message repeats what was read. */
async function readDetails(path: string): Promise<object> {
  const details = jsonInText(await readText(path), '--details');
  if (!isJsonObject(details))
    throw new CliError('CLI_FILE_INVALID', 'the file of --details holds no JSON object');
  return details;
}
