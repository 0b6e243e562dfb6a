/** Erasures, access reports, retention and the privacy audit as pages for people. */
import type { PrivacyReport } from '../auditor/privacy-audit.ts';
import type { AccessReport, ReportedCredential, ReportedRecord } from '../issuer/privacy/access-report.ts';
import type { ErasureState } from '../issuer/privacy/privacy.ts';
import type { NumberedHold } from '../issuer/privacy/holds.ts';
import type { RetentionCount } from '../issuer/privacy/retention.ts';
import type { Output } from './io.ts';
import { fieldLines, printable, showTime, styled, tableLines, type Field } from './page.ts';

/** @param answer of `POST /erasures` */
export function erasurePage(answer: unknown, output: Output): string {
  // Our own service's answer, checked by the schema of its route.
  const { recordId, ground, receipts, stage } = answer as ErasureState;
  if (stage === 'unreadable') {
    return `${styled(output, 'red', '✗')} ${recordId} does not open: nothing is revoked, and it goes with its epoch (docs/privacy.md)\n`;
  }
  const fields = [
    { label: 'ground', value: ground },
    { label: 'status', value: 'revoked; verifiers learn of it with their next sync' },
    { label: 'copies', value: 'older copies of the store open until their epoch is ended, within a day' },
    ...receipts.map((receipt, i) => ({ label: `receipt ${i + 1}`, value: receipt })),
  ];
  return `${styled(output, 'green', '✓')} ${recordId} is erased\n${fieldLines(output, fields, 4)}`;
}

/** @param answer of `POST /holds` */
export function holdsPage(answer: unknown, output: Output): string {
  // As above.
  const { recordId, holds } = answer as {
    readonly recordId: string;
    readonly holds: readonly NumberedHold[];
  };
  const rows = holds.map(({ hold, reason, legalBasis, placedBy, placedAtSeconds, ...lifted }) => [
    String(hold),
    reason,
    printable(legalBasis),
    `${showTime(placedAtSeconds)}, ${printable(placedBy)}`,
    lifted.liftedAtSeconds === undefined
      ? 'stands'
      : `${showTime(lifted.liftedAtSeconds)}, ${printable(lifted.liftedBy ?? '')}`,
  ]);
  const head = `${styled(output, 'bold', `Holds on ${recordId}`)}\n`;
  return head + tableLines(output, ['', 'reason', 'legal basis', 'placed', 'lifted'], rows, [0]);
}

/** @param answer of `POST /reports` */
export function reportPage(answer: unknown, output: Output): string {
  // As above.
  const { madeAtSeconds, records } = answer as AccessReport;
  const head = `${styled(output, 'bold', 'What is held')}, as of ${showTime(madeAtSeconds)}\n`;
  if (records.length === 0) return `${head}  nothing\n`;
  return head + records.map((record) => recordPart(record, output)).join('');
}

function recordPart(held: ReportedRecord, output: Output): string {
  const { recordId, issuedAtSeconds, keptUntilSeconds, record, credentials, holds, disclosures } = held;
  const kept =
    keptUntilSeconds === undefined ? 'until somebody asks for erasure' : showTime(keptUntilSeconds);
  const fields: readonly Field[] = [
    { label: 'issued', value: `${showTime(issuedAtSeconds)}, to the hour` },
    { label: 'kept', value: kept },
    ...factsOf(record),
    ...holds.map(({ placedAtSeconds, liftedAtSeconds, reason, legalBasis }) => {
      const until = liftedAtSeconds === undefined ? 'on' : `to ${showTime(liftedAtSeconds)}`;
      return {
        label: 'held',
        value: `from ${showTime(placedAtSeconds)} ${until}, ${reason}: ${printable(legalBasis)}`,
      };
    }),
    ...disclosures.map(({ atSeconds, to, what, purpose }) => {
      return { label: 'told', value: `${showTime(atSeconds)}, ${what} to the ${to} for ${purpose}` };
    }),
  ];
  const parts = credentials.map((credential) => credentialPart(credential, output));
  return `\n${styled(output, 'bold', `Record ${recordId}`)}\n${fieldLines(output, fields)}${parts.join('')}`;
}

function credentialPart(credential: ReportedCredential, output: Output): string {
  const { profile, handle, state, status, isStatusPublished, statusHistory, claims } = credential;
  const fields = [
    { label: 'handle', value: handle },
    { label: 'state', value: state },
    { label: 'status', value: isStatusPublished ? status : `${status}, not on the ledger yet` },
    ...statusHistory.map(({ atSeconds, act, reason }) => {
      return { label: 'act', value: `${showTime(atSeconds)}, ${act}: ${reason}` };
    }),
    ...factsOf(claims),
  ];
  return `  ${styled(output, 'bold', `${profile} credential`)}\n${fieldLines(output, fields, 4)}`;
}

/** Every fact with its path: `subject.dob`. */
function factsOf(value: object, path = ''): readonly Field[] {
  return Object.entries(value).flatMap(([name, fact]: [string, unknown]) => {
    const label = path === '' ? name : `${path}.${name}`;
    if (typeof fact === 'object' && fact !== null) return factsOf(fact, label);
    return [{ label, value: printable(String(fact)) }];
  });
}

/** @param answer of `GET /retention` */
export function retentionPage(answer: unknown, output: Output): string {
  // As above.
  const { types, unreadable } = answer as {
    readonly types: readonly RetentionCount[];
    readonly unreadable: readonly string[];
  };
  const rows = types.map(({ type, days, expired, held }) => {
    return [
      type,
      days === undefined ? 'until asked' : String(days),
      ...[expired, held].map((n) => n.toLocaleString('en')),
    ];
  });
  const bad = unreadable.map(
    (id) => `  ${styled(output, 'red', 'does not open:')} ${id}, see docs/privacy.md\n`,
  );
  return tableLines(output, ['type', 'days', 'over their time', 'held'], rows, [1, 2, 3]) + bad.join('');
}

export function accountPage(report: PrivacyReport, output: Output): string {
  const number = (value: number): string => value.toLocaleString('en');
  const fields = [
    { label: 'batches', value: number(report.batches) },
    { label: 'records', value: number(report.records) },
    { label: 'erased', value: `${number(report.erased)}, each with a receipt and revoked` },
    { label: 'colours', value: `${number(report.colours)} changes` },
    { label: 'padding', value: number(report.padding) },
  ];
  const findings = report.findings.map(
    ({ code, where, detail }) =>
      `  ${styled(output, 'red', code)}  ${printable(where)}\n    ${printable(detail)}\n`,
  );
  const end = report.passed
    ? `${styled(output, 'green', '✓ The privacy audit passed:')} every leaf is accounted for.\n`
    : `${styled(output, 'red', '✗ The privacy audit failed:')} ${number(report.findings.length)} findings.\n`;
  return `${styled(output, 'bold', 'Leaves on the ledger')}\n${fieldLines(output, fields)}${findings.join('')}${end}`;
}
