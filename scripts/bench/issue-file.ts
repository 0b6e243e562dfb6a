/** One file of 50,000 rows over HTTP into an issuer of its own process, answered line by line: from the first byte to the sum. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { machineLine, type Figure, type Settings } from './harness.ts';
import type { MeasuredIssuer } from './issuer-process.ts';
import { benchCsv, inTemporaryFolder } from './issuing.ts';

const ROWS = 50_000;
const WARM_UP_ROWS = 4_000;
const TARGET_SECONDS = 20;
const PROGRAM = join(import.meta.dirname, 'issuer-process.ts');

export async function benchIssueFile({ seed }: Settings): Promise<Figure> {
  let seconds = Number.NaN;
  await inTemporaryFolder(async (folder) => {
    const child = spawn(process.execPath, [PROGRAM, folder], { stdio: ['pipe', 'pipe', 'inherit'] });
    const exited = once(child, 'exit');
    try {
      for await (const line of createInterface({ input: child.stdout })) {
        const issuer = JSON.parse(line) as MeasuredIssuer; // it writes this one line
        await sendFile(issuer, 0, WARM_UP_ROWS);
        const startedAt = performance.now();
        await sendFile(issuer, WARM_UP_ROWS, ROWS);
        seconds = (performance.now() - startedAt) / 1000;
        break;
      }
    } finally {
      child.stdin.end();
      await exited;
    }
  });
  return {
    bench: 'issue: one file over HTTP',
    unit: 's',
    median: seconds,
    target: `≤ ${TARGET_SECONDS} s for ${ROWS.toLocaleString('en')} rows`,
    met: seconds <= TARGET_SECONDS,
    n: ROWS,
    seed,
    machine: machineLine(),
    note: `${Math.round(ROWS / seconds).toLocaleString('en')} rows/s; each signed twice, stored with sync, answered with a receipt`,
  };
}

async function sendFile({ url, operatorToken }: MeasuredIssuer, first: number, rows: number): Promise<void> {
  const answer = await fetch(`${url}/records`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${operatorToken}`,
      'content-type': 'text/csv',
      accept: 'application/x-ndjson',
    },
    // The same class of stream under two names: the web's and Node's.
    body: Readable.toWeb(Readable.from(benchCsv(first, rows))) as ReadableStream,
    duplex: 'half',
  });
  let end = '';
  for await (const piece of answer.body ?? []) {
    end = (end + Buffer.from(piece).toString('latin1')).slice(-200);
  }
  const isWhole = end.endsWith(`{"summary":{"issued":${rows},"duplicates":0,"refused":0}}\n`);
  if (answer.status !== 200 || !isWhole) throw new Error(`the file was answered ${answer.status}: …${end}`);
}
