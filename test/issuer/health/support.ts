/** Requests that health tests send, about the person of `labTest`. */
import type { HealthRecord, Subject } from '../../../core/record/record.ts';
import type { OrderRequest } from '../../../issuer/health/orders.ts';
import type { RulingTerms } from '../../../issuer/health/ruling.ts';
import type { Issuer } from '../../../issuer/issuer.ts';
import { addressOfKey } from '../../../ledger/identifiers.ts';
import { labTest, START_MS } from '../support/issuer-house.ts';
import { APPROVER_KEYS } from '../support/memory-ledger.ts';

export const NOW: number = START_MS / 1000;
export const HOUR = 3_600;
/** 23:59:59 of the day of `START_MS` in Hong Kong. */
export const LAST_SECOND: number = Date.parse('2022-12-21T23:59:59+08:00') / 1000;

export function personOf(n: number): Subject {
  return labTest(n).subject;
}

export function orderOn(subject: Subject, changes: Partial<OrderRequest> = {}): OrderRequest {
  return {
    subject,
    kind: 'quarantine',
    ground: 'hcl|under-order',
    fromSeconds: NOW,
    untilSeconds: NOW + 7 * 24 * HOUR,
    reference: 'QO-2022-0042',
    legalBasis: 'Cap. 599A s. 22',
    orderedBy: 'HO-17',
    enteredBy: 'OP-3',
    ...changes,
  };
}

export function terms(changes: Partial<RulingTerms> = {}): RulingTerms {
  return {
    scheme: 'HK-HC',
    state: 'red',
    ground: 'hcl|place-exposure',
    untilSeconds: NOW + 24 * HOUR,
    legalBasis: 'Cap. 599 s. 7',
    evidence: ['OUTBREAK-9'],
    proposedBy: addressOfKey(APPROVER_KEYS[0]),
    ...changes,
  };
}

export function positive(n: number, collectedAt = '2022-12-21T16:00:00+08:00'): HealthRecord {
  // Of `labTest`, so it is a test.
  return { ...labTest(n), result: 'sct|260373001', collectedAt } as HealthRecord;
}

/** The published value of the first code of a status. */
export async function listed(issuer: Issuer, handle: string | undefined): Promise<string> {
  return issuer.status.publishedValue(await issuer.placeOf(handle ?? '')) ?? 'valid';
}
