/** A real issuer under strace and load, and what its trace tells: when each acknowledgement left it, and each anchor. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { toHex } from '../../../core/bytes/hex.ts';
import type { HealthRecord } from '../../../core/record/record.ts';
import { KeyedIndex } from '../../../issuer/keyed-index.ts';
import { bytesOf, readTrace, targetOf, tracedTo, type SystemCall } from '../../support/syscall-trace.ts';
import type { IssuerHouse } from './issuer-house.ts';
import { labTest, passportVaccination } from './issuer-house.ts';
import { IssuerOperator, IssuerProcess, processOptions, type Acknowledged } from './issuer-process.ts';
import { LedgerServer } from './ledger-server.ts';
import { MemoryLedger } from './memory-ledger.ts';

const CLIENTS = 4;

/** An acknowledgement as the client had it, and when its first byte left the issuer. */
export interface TracedAnswer extends Acknowledged {
  readonly tick: number;
}

export interface TracedRun {
  readonly calls: readonly SystemCall[];
  /** By time. */
  readonly answers: readonly TracedAnswer[];
}

/** Starts the issuer `starts` times on the house's folder, each time until so many records are acknowledged. */
export async function traceIssuer(
  house: IssuerHouse,
  { starts, issuesAStart }: { readonly starts: number; readonly issuesAStart: number },
): Promise<TracedRun> {
  house.ledger.timeSeconds = Math.floor(Date.now() / 1000);
  await using ledger = await LedgerServer.start(house.ledger);
  // Long enough for some company in a batch, short enough for many of them.
  const config = { windowMs: { short: 150, long: 150 } };
  const options = await processOptions(house, { url: ledger.url, account: house.ledger.account }, { config });
  const people = endlessPeople();
  const calls: SystemCall[] = [];
  const told: Acknowledged[] = [];
  for (let start = 1; start <= starts; start++) {
    const trace = join(house.folder, `trace-${start}`);
    const traced = new IssuerProcess(options, { wrapper: tracedTo(trace) });
    try {
      const operator = new IssuerOperator(await traced.open(), house.secrets);
      const load = {
        onAcknowledged: (one: Acknowledged) => void told.push(one),
        isEnough: () => told.length >= start * issuesAStart,
      };
      await Promise.all(Array.from({ length: CLIENTS }, () => operator.issueAlong(people, load)));
      await traced.leave();
    } finally {
      await traced.kill();
    }
    const firstTick = 1 + Math.max(-1, ...calls.map(({ end }) => end).filter(Number.isFinite));
    for (const call of readTrace(await readFile(trace, 'latin1'), firstTick)) calls.push(call);
  }
  const sent = socketWrites(calls);
  const answers = told.map((one) => ({ ...one, tick: tickOf(sent, one.row.recordId) }));
  return { calls, answers: answers.toSorted((a, b) => a.tick - b.tick) };
}

/** The ledger as it stands when the issuer's process ends at `tick`: what was on its way by then has arrived. */
export function ledgerAt(ledger: MemoryLedger, { calls }: TracedRun, tick: number): MemoryLedger {
  const sent = socketWrites(calls);
  const then = new MemoryLedger(ledger.timeSeconds);
  then.account = ledger.account;
  then.batches.push(
    ...ledger.batches.filter(({ root }) => tickOf(sent, toHex(root), '"method":"anchor"') < tick),
  );
  then.statuses.push(
    ...ledger.statuses.filter(
      ({ version }) => tickOf(sent, `"version":${version},`, '"method":"publish"') < tick,
    ),
  );
  return then;
}

/** When the store's log was given the entries of an acknowledged record, and on which file. */
export function storedAt(
  { row }: Acknowledged,
  calls: readonly SystemCall[],
  house: IssuerHouse,
): LogWrite | undefined {
  const index = new KeyedIndex(house.secrets.indexKey);
  const keys = row.credentials.map(({ handle }) => Buffer.from(index.ofHandle(handle)));
  return logWrites(calls, join(house.folder, 'issuer', 'store')).findLast(({ bytes }) =>
    keys.some((key) => bytes.includes(key)),
  );
}

/** What is in the log is safe once that is synced; later it goes into tables, where it is safe already. */
function isLogOf(store: string, path: string): boolean {
  return path.startsWith(`${store}/`) && path.endsWith('.log');
}

interface LogWrite {
  /** When it had come back. */
  readonly tick: number;
  readonly target: string;
  readonly bytes: Buffer;
}

const logWrites = remembered((calls: readonly SystemCall[], store: string): readonly LogWrite[] =>
  calls
    .filter(({ name, args }) => name === 'write' && isLogOf(store, targetOf(args)))
    .map(({ end, args }) => ({ tick: end, target: targetOf(args), bytes: Buffer.concat(bytesOf(args)) })),
);

interface SocketWrite {
  readonly tick: number;
  readonly text: string;
}

const socketWrites = remembered((calls: readonly SystemCall[]): readonly SocketWrite[] =>
  calls
    .filter(
      ({ name, args }) => (name === 'write' || name === 'writev') && targetOf(args).startsWith('socket:'),
    )
    .map(({ args, start }) => ({ tick: start, text: Buffer.concat(bytesOf(args)).toString('latin1') })),
);

/** The same trace is looked through once. */
function remembered<Rest extends readonly unknown[], Result>(
  look: (calls: readonly SystemCall[], ...rest: Rest) => Result,
): (calls: readonly SystemCall[], ...rest: Rest) => Result {
  const known = new WeakMap<readonly SystemCall[], Result>();
  return (calls, ...rest) => {
    const result = known.get(calls) ?? look(calls, ...rest);
    known.set(calls, result);
    return result;
  };
}

/** When all of `texts` first went out together. */
function tickOf(writes: readonly SocketWrite[], ...texts: readonly string[]): number {
  const write = writes.find(({ text }) => texts.every((part) => text.includes(part)));
  if (write === undefined) throw new Error('the trace does not show what was sent');
  return write.tick;
}

function* endlessPeople(): Generator<HealthRecord> {
  for (let n = 0; ; n++) yield n % 5 === 0 ? labTest(n) : passportVaccination(n);
}
