/** `hcl fsck`: derives a stored chain again from its genesis, and says what is wrong and what to do. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HistoryReport } from '../../node/fsck.ts';
import { parseDeployment } from '../../ledger/deployment.ts';
import type { Command } from '../command.ts';
import { parseArguments } from '../command.ts';
import { readConsortiumFile } from '../consortium-file.ts';
import { usageError } from '../errors.ts';
import { dataFolderOf, resolvePath, type Io } from '../io.ts';
import { fieldLines, styled, wrap } from '../page.ts';

const PROGRESS_EVERY = 100n;
const HASH = /^0x[0-9a-fA-F]{64}$/;

interface Chain {
  readonly folder: string;
  /** Absent: the folder's own genesis is believed. */
  readonly genesisHash?: string;
}

export const fsck: Command = {
  usage: `Usage: hcl fsck --node [FOLDER] [--genesis HASH] [--json]

  --node          check the chain of an embedded ledger node, which must be
                  stopped: seals, parents, transactions and receipts roots,
                  state roots by executing everything again, and all indices
  FOLDER          the node's data folder; the demonstration's when absent
  --genesis HASH  what the first block's hash must be; the demonstration's is
                  read from its deployment file, any other folder's own is
                  believed when this is absent
  --json          one line of JSON

  Exit status 1 when something is wrong. Opening the database lets it finish
  what a crash left; work on a copy if the folder is evidence.`,
  async run(args, io) {
    const { values, positionals } = parseArguments(args, {
      node: { type: 'boolean' },
      genesis: { type: 'string' },
      json: { type: 'boolean' },
    });
    if (!values.node) throw usageError('fsck checks a node; say --node');
    if (positionals.length > 1) throw usageError(`fsck takes one folder, not "${positionals[1]}" too`);
    if (values.genesis !== undefined && !HASH.test(values.genesis)) {
      throw usageError('--genesis takes 0x and 64 hex digits');
    }
    const { folder, genesisHash } = await chainOf(positionals[0], values.genesis, io);
    // EthereumJS takes long to load; only this command and the node need it.
    const { verifyDataFolder } = await import('../../node/fsck.ts');
    const { adviceFor } = await import('../../node/fsck-advice.ts');
    const report = await verifyDataFolder(folder, {
      ...(genesisHash === undefined ? {} : { genesisHash }),
      onProgress: progressOn(io),
    });
    const advice = report.fault === undefined ? undefined : adviceFor(report.fault.what);
    await io.out.write(values.json ? jsonLine(report, advice) : page(report, advice, io));
    return report.fault === undefined ? 0 : 1;
  },
};

async function chainOf(given: string | undefined, genesis: string | undefined, io: Io): Promise<Chain> {
  if (given !== undefined) {
    return { folder: resolvePath(io, given), ...(genesis === undefined ? {} : { genesisHash: genesis }) };
  }
  const data = dataFolderOf(io);
  const { deployment } = await readConsortiumFile(data);
  const { genesisHash } = parseDeployment(await readFile(deployment, 'utf8'));
  return { folder: join(data, 'ledger', 'chain'), genesisHash: genesis ?? genesisHash };
}

function progressOn(io: Io): (checked: bigint, total: bigint) => void {
  if (!io.err.isTerminal) return () => undefined;
  return (checked, total) => {
    if (checked === total) void io.err.write('\r\u001b[K');
    else if (checked % PROGRESS_EVERY === 0n) void io.err.write(`\r\u001b[K  ${checked} of ${total} blocks`);
  };
}

function jsonLine({ fault, ...report }: HistoryReport, advice: string | undefined): string {
  const line = {
    kind: 'fsck',
    passed: fault === undefined,
    ...report,
    ...(fault !== undefined && { fault: { block: fault.blockNumber, what: fault.what, advice } }),
  };
  return `${JSON.stringify(line, bigintAsNumber)}\n`;
}

/** Block numbers and the chain id lie far below 2^53. */
function bigintAsNumber(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value;
}

function page(report: HistoryReport, advice: string | undefined, io: Io): string {
  const { chainId, genesisHash, head, goodBlocks, transactions, stateRoot, fault } = report;
  const summary =
    fault === undefined
      ? `${styled(io.out, 'green', 'whole')}  ${goodBlocks} blocks and ${transactions} transactions hold\n`
      : `${styled(io.out, 'red', 'damaged')}  block ${fault.blockNumber}: ${fault.what}; the ${goodBlocks} blocks before it hold\n\n${adviceLines(advice, io)}`;
  return [
    fieldLines(io.out, [
      { label: 'Chain', value: chainId === undefined ? 'unknown' : `${chainId}` },
      { label: 'Genesis', value: genesisHash ?? 'unreadable' },
      { label: 'Last block', value: `${head}` },
      { label: 'State root', value: stateRoot ?? 'unknown' },
    ]),
    '\n',
    summary,
  ].join('');
}

function adviceLines(advice: string | undefined, io: Io): string {
  return wrap(advice ?? '', io.out.columns)
    .map((line) => `${line}\n`)
    .join('');
}
