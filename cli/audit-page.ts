/** An audit's report as a page for people. */
import { isAtOdds } from '../auditor/checkpoint-rules.ts';
import type {
  ActsTally,
  AuditReport,
  BatchTally,
  CheckpointReport,
  ColoursTally,
  ConversionsTally,
  Finding,
  HistoryEntry,
  StatusTally,
} from '../auditor/report.ts';
import type { Hex } from '../core/trust/ledger-event.ts';
import { policyLines } from './audit-policies.ts';
import type { Output } from './io.ts';
import { fieldLines, printable, showDuration, showTime, styled, tableLines } from './page.ts';

export interface AuditPageOptions {
  /** Every event, not only how many there were. */
  readonly list: boolean;
}

export function auditPage(report: AuditReport, output: Output, options: AuditPageOptions): string {
  const name = (issuer: Hex | undefined): string =>
    issuer === undefined ? '' : printable(report.issuers.get(issuer) ?? short(issuer));
  const parts = [
    heading(output, 'Ledger'),
    fieldLines(output, [
      { label: 'Chain', value: `${report.chainId}, genesis ${short(report.genesisHash)}` },
      { label: 'Read up to', value: `block ${report.head.number}, ${showTime(report.head.timeSeconds)}` },
      { label: 'State root', value: report.stateRoot ?? 'none: the history does not hold together' },
    ]),
    heading(output, 'History'),
    historyTable(report, output, name),
    ...(options.list ? [heading(output, 'Events'), eventTable(report.history, output, name)] : []),
    heading(output, 'Re-derived'),
    fieldLines(output, [
      { label: 'Batches', value: tallyText(report.batches, report.batches.batches) },
      { label: 'Leaves', value: `${count(report.batches.leaves)} hashed again` },
      { label: 'Status', value: tallyText(report.status, report.status.issuers) },
      { label: 'Acts', value: actsText(report.acts) },
      { label: 'Colours', value: coloursText(report.colours) },
      { label: 'Conversions', value: conversionsText(report.conversions) },
    ]),
    ...(report.colourCounts.length === 0
      ? []
      : [heading(output, 'Changes of colours'), colourTable(report, output, name)]),
    ...(report.conversionCounts.length === 0
      ? []
      : [heading(output, 'Conversions'), conversionTable(report, output, name)]),
    ...policyLines(report, output),
    ...(report.findings.length === 0
      ? []
      : [heading(output, 'Differences'), findingLines(report.findings, output, name)]),
    conclusion(report, output),
  ];
  return parts.join('');
}

function heading(output: Output, text: string): string {
  return `\n${styled(output, 'bold', text)}\n`;
}

function historyTable(report: AuditReport, output: Output, name: (issuer?: Hex) => string): string {
  if (report.counts.length === 0) return '  nothing matches\n';
  const rows = report.counts.map((row) => [
    row.day,
    row.class === undefined ? row.event : `${row.event} ${row.class}`,
    name(row.issuer),
    count(row.count),
  ]);
  return tableLines(output, ['day', 'event', 'issuer', 'count'], rows, [3]);
}

function eventTable(
  history: readonly HistoryEntry[],
  output: Output,
  name: (issuer?: Hex) => string,
): string {
  const rows = history.map((entry) => [
    String(entry.block),
    showTime(entry.timeSeconds).slice(0, 19),
    entry.event.event,
    name(entry.issuer),
  ]);
  return tableLines(output, ['block', 'time (UTC)', 'event', 'issuer'], rows, [0]);
}

function tallyText(tally: BatchTally | StatusTally, total: number): string {
  const failed = [
    { count: tally.missing, word: 'missing' },
    { count: tally.mismatched, word: 'different' },
    { count: tally.unreachable, word: 'not reached' },
  ].flatMap((part) => (part.count === 0 ? [] : [`${count(part.count)} ${part.word}`]));
  return [`${count(tally.rederived)} of ${count(total)} agree`, ...failed].join(', ');
}

function actsText({ batches, rederived, versions, explained, changes, erased }: ActsTally): string {
  const byErasure = erased === 0 ? '' : `, ${count(erased)} by erasures`;
  return (
    `${count(rederived)} of ${count(batches)} batches agree; ${count(explained)} of ${count(versions)} status ` +
    `versions explained, ${count(changes)} changed entries${byErasure}`
  );
}

function coloursText({ changes, byHand, byOrder, waiting }: ColoursTally): string {
  const notYet = waiting === 0 ? '' : `, ${count(waiting)} not anchored yet`;
  return `${count(changes)} changes, ${count(byHand)} by hand, ${count(byOrder)} by orders and releases${notYet}`;
}

function colourTable(report: AuditReport, output: Output, name: (issuer?: Hex) => string): string {
  const rows = report.colourCounts.map(({ day, issuer, scheme, from, to, byHand, cause, count: number }) => [
    day,
    name(issuer),
    scheme,
    from === undefined ? to : `${from} → ${to}`,
    byHand ? 'by hand' : `by ${cause ?? 'rule'}`,
    count(number),
  ]);
  return tableLines(output, ['day', 'issuer', 'scheme', 'change', 'how', 'count'], rows, [5]);
}

function conversionsText({ pairs, spent, acknowledged, open }: ConversionsTally): string {
  return `${count(spent)} between ${count(pairs)} pairs, ${count(acknowledged)} acknowledged, ${count(open)} open`;
}

function conversionTable(report: AuditReport, output: Output, name: (issuer?: Hex) => string): string {
  // Two whole DIDs would leave no room for the numbers.
  const short = (issuer: Hex): string => name(issuer).replace(/^did:web:/, '');
  const rows = report.conversionCounts.map(({ source, target, oldestOpenSeconds, ...counts }) => [
    `${short(source)} → ${short(target)}`,
    ...[counts.spent, counts.acknowledged, counts.open].map((number) =>
      number === undefined ? '?' : count(number),
    ),
    oldestOpenSeconds === undefined ? '' : showDuration(oldestOpenSeconds),
  ]);
  return tableLines(output, ['pair', 'spent', 'acknowledged', 'open', 'oldest'], rows, [1, 2, 3, 4]);
}

function findingLines(findings: readonly Finding[], output: Output, name: (issuer?: Hex) => string): string {
  return findings
    .map(
      (finding) =>
        `  ${styled(output, 'red', finding.code)}  block ${finding.block}, ${name(finding.issuer)}\n` +
        fieldLines(
          output,
          [
            { label: 'root', value: finding.root },
            { label: 'why', value: printable(finding.detail) },
          ],
          4,
        ),
    )
    .join('');
}

function conclusion({ checkpoint, findings, passed, stateRoot }: AuditReport, output: Output): string {
  if (passed) {
    return `\n${styled(output, 'green', '✓ The audit passed:')} every anchored root follows from what is published.\n`;
  }
  const text = `${count(findings.length)} differences${alsoFailed(checkpoint, stateRoot)}`;
  return `\n${styled(output, 'red', '✗ The audit failed:')} ${text}.\n`;
}

/** Without a state there is nothing that a checkpoint could be at odds with. */
function alsoFailed(checkpoint: CheckpointReport | undefined, stateRoot: Hex | null): string {
  if (stateRoot === null) return ', and the history does not hold together';
  return isAtOdds(checkpoint) ? ', and the checkpoint is at odds with the ledger' : '';
}

function short(hex: Hex): string {
  return `${hex.slice(0, 10)}…`;
}

function count(number: number): string {
  return number.toLocaleString('en');
}
