/** Acts as a page for people. */
import type { Selector } from '../../core/act/selector.ts';
import type { ActView } from '../../issuer/acts/acts.ts';
import type { Output } from '../io.ts';
import { fieldLines, printable, showTime, styled, tableLines } from '../page.ts';

const STATES = {
  proposed: 'waits for two approvals',
  approving: 'waits for approvals',
  approved: 'approved by two, on its way to the ledger',
  anchored: 'approved by two, on the ledger',
  withdrawn: 'withdrawn',
} as const;

export function actPage({ id, act, state, approvedBy }: ActView, output: Output): string {
  const { kind, reason, legalBasis, notice, selector, effectiveFrom, until, proposedBy, affected } = act;
  return [
    `${styled(output, 'bold', `${kind} ${id}`)}\n`,
    fieldLines(output, [
      { label: 'Reason', value: reason },
      { label: 'Basis', value: printable(legalBasis) },
      { label: 'Notice', value: printable(notice.en) },
      { label: 'Concerns', value: `${describe(selector)}: ${credentials(affected.credentials)}` },
      { label: 'From', value: showTime(effectiveFrom) },
      ...(until === undefined ? [] : [{ label: 'Until', value: showTime(until) }]),
      ...(proposedBy === undefined ? [] : [{ label: 'Proposed by', value: proposedBy }]),
      ...approvedBy.map((approver) => ({ label: 'Approved by', value: approver })),
      { label: 'State', value: STATES[state] },
    ]),
  ].join('');
}

export function actTable(acts: readonly ActView[], output: Output): string {
  if (acts.length === 0) return '  no acts\n';
  const rows = acts.map(({ id, act, state }) => [
    id,
    act.kind,
    act.reason,
    showTime(act.effectiveFrom).slice(0, 19),
    act.affected.credentials.toLocaleString('en'),
    state,
  ]);
  return tableLines(output, ['act', 'kind', 'reason', 'from (UTC)', 'concerns', 'state'], rows, [4]);
}

export function credentials(count: number): string {
  return `${count.toLocaleString('en')} ${count === 1 ? 'credential' : 'credentials'}`;
}

function describe(selector: Selector): string {
  switch (selector.by) {
    case 'credential':
      return 'one credential';
    case 'record':
      return 'one record';
    case 'erasure':
      return 'an erased record';
    case 'colour':
      return `the health codes that change ${selector.change} ends`;
    case 'practitioner':
      return `practitioner ${printable(selector.practitioner)}`;
    case 'site':
      return `site ${printable(selector.site)}`;
    case 'lot':
      return `lot ${printable(selector.lot)}`;
    case 'laboratory':
      return `laboratory ${printable(selector.laboratory)}, ${showTime(selector.from)} to ${showTime(selector.until)}`;
    case 'key':
      return `key ${selector.kid}`;
    case 'issuer':
      return 'all of the issuer';
    case 'act':
      return `what act ${selector.act} concerns`;
  }
}
