/** One verdict for people: the answer first, then why, then on what it rests. */
import type { PageProblem } from '../core/bundle/day-pages.ts';
import { REASONS, type Outcome } from '../core/verify/reasons.ts';
import type { Evidence, ForeignEvidence, Freshness, ListFreshness, Verdict } from '../core/verify/verdict.ts';
import { recordsIn } from '../core/verify/verified-record.ts';
import type { JsonObject } from '../core/bytes/strict-json.ts';
import type { Output } from './io.ts';
import { recordFields, type FactsToShow } from './record-fields.ts';
import { identityFields, pageFields, ruleFields } from './verdict-fields.ts';
import { fieldLines, printable, showDuration, showTime, styled, type Field, type Style } from './page.ts';

export const FACES: Readonly<
  Record<Outcome, { readonly icon: string; readonly word: string; readonly style: Style }>
> = {
  pass: { icon: '✓', word: 'PASS', style: 'green' },
  condition: { icon: '◐', word: 'CONDITION', style: 'yellow' },
  refer: { icon: '?', word: 'REFER', style: 'yellow' },
  stop: { icon: '✗', word: 'STOP', style: 'red' },
};

export interface Place {
  /** A file's name, or `stdin`. */
  readonly source: string;
  readonly line: number;
  /** Why roots of the code's day are not here. */
  readonly pageProblem?: PageProblem;
}

export function verdictPage(verdict: Verdict, place: Place, output: Output): string {
  const { icon, word, style } = FACES[verdict.outcome];
  const head = styled(output, style, styled(output, 'bold', `${icon} ${word}`));
  const where = styled(output, 'dim', printable(`${place.source}:${place.line}`));
  return `${head}  ${verdict.validity}  ${where}\n${fieldLines(output, [
    ...reasonFields(verdict),
    ...pageFields(place.pageProblem),
    ...ruleFields(verdict.evidence.policies ?? []),
    ...identityFields(verdict.evidence.identity),
    ...evidenceFields(verdict.evidence),
    { label: 'Knowledge', value: freshnessText(verdict.freshness) },
  ])}\n`;
}

function reasonFields({ reasons }: Verdict): readonly Field[] {
  return reasons.map((code) => ({ label: 'Reason', value: `${REASONS[code].title.en} (${code})` }));
}

function evidenceFields(evidence: Evidence): readonly Field[] {
  const { format, issuer, type, profile, anchoredAtSeconds, issuedAtSeconds } = evidence;
  const what = [type, profile === undefined ? undefined : `${profile} profile`].filter(
    (part) => part !== undefined,
  );
  return [
    ...(format === undefined || format === 'HCL1' ? [] : [{ label: 'Kind', value: printable(format) }]),
    ...(what.length > 0 ? [{ label: 'Credential', value: what.join(', ') }] : []),
    ...recordFields(evidence.foreign?.unverified === undefined ? 'Says' : 'Claims', recordsToShow(evidence)),
    ...subjectFields(evidence),
    ...foreignFields(evidence.foreign),
    ...(issuer === undefined
      ? []
      : [{ label: 'Issued by', value: printable(`${issuer.name} (${issuer.jurisdiction}), ${issuer.did}`) }]),
    ...(issuedAtSeconds === undefined ? [] : [{ label: 'Issued', value: showTime(issuedAtSeconds) }]),
    ...(anchoredAtSeconds === undefined ? [] : [{ label: 'Anchored', value: showTime(anchoredAtSeconds) }]),
    ...(anchoredAtSeconds !== undefined && evidence.signature === 'not-checked'
      ? [{ label: 'Signature', value: 'not checked' }]
      : []),
  ];
}

/** Also what an unverified code claims. */
function recordsToShow(evidence: Evidence): readonly FactsToShow[] {
  const { unverified } = evidence.foreign ?? {};
  // A foreign record's facts are JSON.
  return unverified === undefined
    ? recordsIn(evidence)
    : unverified.records.map((record) => ({
        type: record.type,
        facts: { ...record } as unknown as JsonObject,
      }));
}

/** The holder as the credential shows them, for comparison with the person's document. */
function subjectFields({ claims }: Evidence): readonly Field[] {
  if (claims === undefined) return [];
  const { nameEn, nameZh, dob, docType, doc } = claims.subject;
  const who = [nameEn, nameZh, dob].filter((part) => part !== undefined).join('  ');
  const document = [docType, doc].filter((part) => part !== undefined).join(' ');
  return [
    ...(who === '' ? [] : [{ label: 'Holder', value: printable(who) }]),
    { label: 'Document', value: printable(document) },
  ];
}

/** A code of another system: its holder and its signer, or only what it claims. */
function foreignFields(foreign: ForeignEvidence | undefined): readonly Field[] {
  if (foreign === undefined) return [];
  const { signer, facts, unverified } = foreign;
  const [record] = (facts ?? unverified)?.records ?? [];
  const { nameEn, nameZh, dob } = record?.subject ?? {};
  const who = [nameEn, nameZh, dob].filter((part) => part !== undefined).join('  ');
  return [
    ...(who === '' ? [] : [{ label: facts === undefined ? 'Claims' : 'Holder', value: printable(who) }]),
    ...(signer === undefined
      ? []
      : [{ label: 'Signed by', value: printable([signer.name, signer.country].filter(Boolean).join(', ')) }]),
  ];
}

function freshnessText(freshness: Freshness): string {
  if (freshness.basis === 'trust-list') return listText(freshness);
  const { grade, checkpointTimeSeconds, ageSeconds, statusAgeSeconds } = freshness;
  if (grade === 'unknown' && checkpointTimeSeconds === 0) return 'unknown: nothing is known of the ledger';
  const status = statusAgeSeconds === undefined ? '' : `, status list ${showDuration(statusAgeSeconds)}`;
  return `${grade}: ledger ${showDuration(ageSeconds)} old${status}`;
}

function listText({ grade, listedUntilSeconds }: ListFreshness): string {
  return listedUntilSeconds === undefined
    ? `${grade}: on no ledger, and no list says until when its signer counts`
    : `${grade}: on no ledger; the list of its signer holds until ${showTime(listedUntilSeconds)}`;
}
