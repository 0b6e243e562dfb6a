/** `hcl audit`: the ledger's history, and every root derived again from what the issuers publish. */
import { readFile } from 'node:fs/promises';
import { runAudit } from '../../auditor/audit.ts';
import type { HistoryFilter } from '../../auditor/history.ts';
import type { AuditReport } from '../../auditor/report.ts';
import { BATCH_CLASSES } from '../../core/credential/credential-type.ts';
import { LEDGER_EVENT_NAMES } from '../../auditor/event-names.ts';
import { parseDeployment } from '../../ledger/deployment.ts';
import { issuerIdOf } from '../../ledger/identifiers.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { fetchJsonWith } from '../../verifier/fetch-json.ts';
import { auditPage } from '../audit-page.ts';
import { withAuditorTokens } from '../auditor-tokens.ts';
import type { Command, ExitCode } from '../command.ts';
import { parseArguments } from '../command.ts';
import { issuerByName, readConsortiumFile, type ConsortiumFile } from '../consortium-file.ts';
import { usageError } from '../errors.ts';
import { dataFolderOf, type Io } from '../io.ts';
import { parseInstantOrDay } from '../times.ts';

const OPTIONS = {
  issuer: { type: 'string' },
  type: { type: 'string' },
  class: { type: 'string' },
  since: { type: 'string' },
  until: { type: 'string' },
  rpc: { type: 'string' },
  checkpoint: { type: 'string' },
  list: { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

interface FilterTexts {
  readonly issuer?: string | undefined;
  readonly type?: string | undefined;
  readonly class?: string | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

export const audit: Command = {
  usage: `Usage: hcl audit [--issuer NAME] [--type EVENT] [--class short|long]
                 [--since TIME] [--until TIME] [--list] [--rpc URL]
                 [--checkpoint URL] [--json]

  --issuer NAME  history of one issuer, by its name or DID
  --type EVENT   history of one kind of event, for example BatchAnchored
  --class CLASS  history of one class of batches: short or long
  --since TIME   history from then on, RFC 3339 or a day (UTC)
  --until TIME   history before then
  --list         every event, not only how many there were
  --rpc URL      another ledger endpoint than the consortium's
  --checkpoint   a verifier's address: the rules that it says it asks are
                 compared with those in force on the ledger
  --json         one line of JSON per event, then per difference, then one for
                 the whole

  The options choose what is shown. Everything is audited in any case; one
  root that cannot be derived again makes the audit fail (exit status 1).`,
  async run(args, io) {
    const { values, positionals } = parseArguments(args, OPTIONS);
    if (positionals.length > 0) throw usageError(`audit takes no "${positionals[0]}"`);
    const { issuer: _, ...rest } = values;
    readFilter(rest, undefined);
    const consortium = await readConsortiumFile(dataFolderOf(io));
    const filter = readFilter(values, consortium);
    const report = await runAudit(
      {
        rpcUrls: [values.rpc ?? consortium.rpcUrl],
        deployment: parseDeployment(await readFile(consortium.deployment, 'utf8')),
        issuers: consortium.issuers,
        filter,
        ...(values.checkpoint === undefined ? {} : { checkpointUrl: toAddress(values.checkpoint) }),
      },
      {
        crypto: nodeCrypto,
        fetch: fetchJsonWith(await withAuditorTokens(io.fetch, consortium.issuers)),
        onProgress: progressOn(io),
      },
    );
    if (values.json) await writeJson(report, io);
    else await io.out.write(auditPage(report, io.out, { list: values.list }));
    return toExitCode(report);
  },
};

function toExitCode(report: AuditReport): ExitCode {
  return report.passed ? 0 : 1;
}

/** Without a consortium only checks the texts, so that a wrong option is told before anything is read. */
function readFilter(texts: FilterTexts, consortium: ConsortiumFile | undefined): HistoryFilter {
  const event = LEDGER_EVENT_NAMES.find((name) => name === texts.type);
  if (texts.type !== undefined && event === undefined) {
    throw usageError(`--type "${texts.type}" is no event; there are ${LEDGER_EVENT_NAMES.join(', ')}`);
  }
  const batchClass = BATCH_CLASSES.find((name) => name === texts.class);
  if (texts.class !== undefined && batchClass === undefined) {
    throw usageError(`--class is ${BATCH_CLASSES.join(' or ')}`);
  }
  return {
    ...(event === undefined ? {} : { event }),
    ...(batchClass === undefined ? {} : { class: batchClass }),
    ...(texts.since === undefined ? {} : { since: parseInstantOrDay(texts.since, '--since') }),
    ...(texts.until === undefined ? {} : { until: parseInstantOrDay(texts.until, '--until') }),
    ...(texts.issuer === undefined || consortium === undefined
      ? {}
      : { issuer: issuerIdOf(toDid(texts.issuer, consortium)) }),
  };
}

function toAddress(text: string): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) throw usageError('--checkpoint is not an address');
  return url.href.replace(/\/$/, '');
}

function toDid(nameOrDid: string, consortium: ConsortiumFile): string {
  return nameOrDid.startsWith('did:') ? nameOrDid : issuerByName(consortium, nameOrDid).did;
}

function progressOn(io: Io): (done: number, total: number) => void {
  if (!io.err.isTerminal) return () => undefined;
  return (done, total) => {
    void io.err.write(done === total ? '\r\u001b[K' : `\r\u001b[K  ${done} of ${total} batches`);
  };
}

async function writeJson(report: AuditReport, io: Io): Promise<void> {
  const line = (kind: string, value: object): Promise<void> =>
    io.out.write(`${JSON.stringify({ kind, ...value }, bigintAsText)}\n`);
  for (const { event, ...place } of report.history) await line('event', { ...place, ...event });
  for (const row of report.counts) await line('count', row);
  for (const row of report.colourCounts) await line('colours', row);
  for (const row of report.conversionCounts) await line('conversions', row);
  for (const policy of report.policies) await line('policy', policy);
  if (report.checkpoint !== undefined) await line('checkpoint', report.checkpoint);
  for (const finding of report.findings) await line('finding', finding);
  const { passed, chainId, genesisHash, head, stateRoot, batches, status, acts, colours, conversions } =
    report;
  await line('audit', {
    passed,
    chainId,
    genesisHash,
    head,
    stateRoot,
    batches,
    status,
    acts,
    colours,
    conversions,
    findings: report.findings.length,
  });
}

function bigintAsText(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}
