/**
 * Step 8 for codes of other systems, as far as it goes before a person's document is compared: who it is about and what
 * decides must be there. A holder may hide what they like; what hides the date of a dose confirms nothing.
 */
import type { ForeignRecord } from '../../foreign/foreign-record.ts';
import type { ReasonCode } from '../reasons.ts';

export function factProblems(records: readonly ForeignRecord[]): readonly ReasonCode[] {
  return records.length > 0 && records.every(hasDecidingFacts) ? [] : ['FACTS_MISSING'];
}

function hasDecidingFacts(record: ForeignRecord): boolean {
  const { nameEn, nameZh } = record.subject;
  return (nameEn !== undefined || nameZh !== undefined) && hasOwnFacts(record);
}

function hasOwnFacts(record: ForeignRecord): boolean {
  switch (record.type) {
    case 'vaccination':
      return record.date !== undefined;
    case 'test':
      return record.collectedAt !== undefined && record.result !== undefined;
    case 'recovery':
      return record.firstPositiveOn !== undefined || record.validUntil !== undefined;
    case 'exemption':
      return record.validUntil !== undefined;
  }
}
