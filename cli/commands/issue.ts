/** `hcl issue`: files of records in, codes out, through a running issuer. */
import { appendFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { toTerminal } from '../../core/qr/terminal.ts';
import type { IssuedRow, RefusedRow, RowResult } from '../../issuer/row.ts';
import type { Progress } from '../../issuer/uploads.ts';
import type { Command, ExitCode } from '../command.ts';
import { parseArguments, required } from '../command.ts';
import { issuerByName, readConsortiumFile } from '../consortium-file.ts';
import { usageError, type CliError } from '../errors.ts';
import { dataFolderOf, resolvePath, type Io } from '../io.ts';
import { writeCodeFiles } from '../issued-files.ts';
import { issuerClient, type IssuerClient } from '../issuer-client.ts';
import { issuedRowLines, refusedRowLines } from '../issue-page.ts';
import { postRecords } from '../post-records.ts';
import { ProgressBar } from '../progress-bar.ts';
import { openRecordFile, parseRecordType, type RecordFile, type RecordType } from '../record-file.ts';
import { releasedCredentials, type ReleasedCredential } from '../release.ts';
import { RowSpool } from '../row-spool.ts';

const OPTIONS = {
  issuer: { type: 'string' },
  type: { type: 'string' },
  out: { type: 'string' },
  receipts: { type: 'string' },
  key: { type: 'string' },
  wait: { type: 'string', default: '1200' },
  show: { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

interface Job {
  readonly client: IssuerClient;
  readonly type: RecordType | undefined;
  readonly out: string | undefined;
  readonly receipts: string | undefined;
  readonly key: string | undefined;
  readonly waitSeconds: number;
  readonly json: boolean;
}

interface Tally {
  issued: number;
  known: number;
  refused: number;
  waiting: number;
  /** Of those issued: by an earlier attempt with the same key. */
  resumed: number;
  /** The first released code, for --show. */
  first: string | undefined;
}

export const issue: Command = {
  usage: `Usage: hcl issue --issuer NAME [--type csv|fhir|json|ndjson]
                 [--out FOLDER] [--receipts FILE] [--key KEY]
                 [--wait SECONDS] [--show] [--json] FILE…

  FILE            records: CSV, a FHIR R4 bundle or NDJSON, or our own JSON
  --issuer NAME   who issues, for example HK-DH
  --type TYPE     what the files are; without it, names and contents tell
  --out FOLDER    write each code as .txt, .svg and .png
  --receipts FILE add the issuer's signed receipts, one a line; "hcl receipt"
                  checks later that their promises were kept
  --key KEY       idempotency key, for one FILE: sent again under the same key
                  it is answered the same
  --wait SECONDS  how long to wait until all are on the ledger (default 1200)
  --show          show the QR code of the first one here
  --json          one line of JSON per row: {file, row, credentials} with the
                  codes, or {file, row, problems}

  A bad row stops no other; the same record again creates nothing new, so a
  file that broke off is sent again: only what is missing is made.
  Exit status: 0 every row has its codes; 1 one was refused or still waits.`,
  async run(args, io) {
    const { values, positionals } = parseArguments(args, OPTIONS);
    if (positionals.length === 0) throw usageError('name at least one FILE of records');
    const name = required(values.issuer, '--issuer');
    if (!/^\d{1,6}$/.test(values.wait)) throw usageError('--wait is a number of seconds');
    if (values.key !== undefined && positionals.length > 1) throw usageError('--key is for one FILE');
    if (values.key !== undefined && !/^[\w.:+/=-]{1,255}$/.test(values.key))
      throw usageError('--key is 1 to 255 letters, digits and any of _.:+/=-');
    const type = values.type === undefined ? undefined : parseRecordType(values.type);
    const issuer = issuerByName(await readConsortiumFile(dataFolderOf(io)), name);
    const job: Job = {
      client: await issuerClient(issuer, io),
      type,
      out: values.out === undefined ? undefined : resolvePath(io, values.out),
      receipts: values.receipts === undefined ? undefined : resolvePath(io, values.receipts),
      key: values.key,
      waitSeconds: Number(values.wait),
      json: values.json,
    };
    const tally: Tally = { issued: 0, known: 0, refused: 0, waiting: 0, resumed: 0, first: undefined };
    for (const file of positionals) await issueFile(file, job, tally, io);
    if (values.show && tally.first !== undefined) await io.out.write(`\n${toTerminal(tally.first)}`);
    if (!values.json) await io.out.write(summary(tally));
    return toExitCode(tally);
  },
};

async function issueFile(file: string, job: Job, tally: Tally, io: Io): Promise<void> {
  const records = await openRecordFile(resolvePath(io, file), job.type);
  await using rows = await RowSpool.create();
  const problem = await send(file, rows, { records, job, tally, io });
  const deadlineSeconds = io.nowSeconds() + job.waitSeconds;
  await using bar = new ProgressBar(`${basename(file)} on the ledger`, io);
  let done = 0;
  for await (const line of rows.lines()) {
    const row = JSON.parse(line) as RowResult; // the route's response
    await answerRow(file, row, { job, tally, io, deadlineSeconds });
    done++;
    // Over the terminal's lines of rows it would be drawn for nothing.
    if (!io.out.isTerminal) await bar.show({ share: done / rows.count, done, unit: 'rows' });
  }
  if (problem !== undefined) throw problem;
}

/** Why the issuer stopped early, if it did. */
async function send(
  file: string,
  rows: RowSpool,
  { records, job, tally, io }: { records: RecordFile; job: Job; tally: Tally; io: Io },
): Promise<CliError | undefined> {
  await using bar = new ProgressBar(basename(file), io);
  let resumed = 0;
  const problem = await postRecords(records, job.client, {
    idempotencyKey: job.key,
    onRow: (text) => rows.add(text),
    onReceipt: async (receipt) => {
      if (job.receipts !== undefined) await appendFile(job.receipts, `${receipt}\n`, { mode: 0o600 });
    },
    onProgress: async (progress: Progress) => {
      ({ resumed } = progress);
      const share = records.body.size === 0 ? undefined : progress.bytes / records.body.size;
      await bar.show({ share, done: progress.rows, unit: 'rows' });
    },
  });
  tally.resumed += resumed;
  return problem;
}

interface Answering {
  readonly job: Job;
  readonly tally: Tally;
  readonly io: Io;
  readonly deadlineSeconds: number;
}

async function answerRow(
  file: string,
  row: RowResult,
  { job, tally, io, deadlineSeconds }: Answering,
): Promise<void> {
  if ('problems' in row) {
    tally.refused++;
    await showRefused(file, row, job, io);
    return;
  }
  const credentials = await releasedCredentials(row, job.client, {
    deadlineSeconds,
    nowSeconds: () => io.nowSeconds(),
  });
  count(row, credentials, tally);
  if (job.out !== undefined) await writeFiles(job.out, file, row, credentials);
  await showIssued(file, row, credentials, job, io);
}

function count(row: IssuedRow, credentials: readonly ReleasedCredential[], tally: Tally): void {
  if (row.duplicate) tally.known++;
  else tally.issued++;
  if (credentials.some(({ code }) => code === undefined)) tally.waiting++;
  tally.first ??= credentials.find(({ code }) => code !== undefined)?.code;
}

/** `records.csv`, row 2 → `records-2-venue.txt` and so on. */
async function writeFiles(
  folder: string,
  file: string,
  { row }: IssuedRow,
  credentials: readonly ReleasedCredential[],
): Promise<void> {
  const stem = basename(file, extname(file));
  for (const { profile, code } of credentials) {
    if (code !== undefined) await writeCodeFiles(folder, `${stem}-${row}-${profile}`, code);
  }
}

async function showIssued(
  file: string,
  row: IssuedRow,
  credentials: readonly ReleasedCredential[],
  job: Job,
  io: Io,
): Promise<void> {
  await io.out.write(
    job.json
      ? `${JSON.stringify({ file, ...row, credentials })}\n`
      : issuedRowLines(file, row, credentials, io.out),
  );
}

async function showRefused(file: string, row: RefusedRow, job: Job, io: Io): Promise<void> {
  await io.out.write(job.json ? `${JSON.stringify({ file, ...row })}\n` : refusedRowLines(file, row, io.out));
}

function summary({ issued, known, refused, waiting, resumed }: Tally): string {
  const earlier = resumed === 0 ? '' : ` (${resumed} of them by an earlier attempt)`;
  const parts = [`${issued} issued${earlier}`, `${known} known already`, `${refused} refused`];
  return `\n${[...parts, ...(waiting === 0 ? [] : [`${waiting} not on the ledger yet`])].join(', ')}\n`;
}

function toExitCode({ refused, waiting }: Tally): ExitCode {
  return refused + waiting === 0 ? 0 : 1;
}
