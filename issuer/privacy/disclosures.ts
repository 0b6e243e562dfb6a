/**
 * Who was told what of a record by this issuer: one line for each access report, erased with the record. That a code
 * was shown at a checkpoint is nowhere: verifiers ask nobody. As JSON under the record's number and the time.
 */
import { toCanonicalJson } from '../../core/bytes/canonical-json.ts';
import { concatBytes } from '../../core/bytes/concat.ts';
import { fromUtf8, toUtf8 } from '../../core/bytes/utf8.ts';
import { readUint64, toUint64 } from '../../service/big-endian.ts';
import type { WriteBatch } from '../../service/store.ts';
import { TABLES, type IssuerTables } from '../store.ts';

/** What the operator says the report is for: Cap. 486 DPP6 (the person asks), or an audit or a court with a case. */
export const DISCLOSURE_PURPOSES = ['subject-access', 'audit', 'court-order'] as const;

export interface Disclosure {
  readonly atSeconds: number;
  readonly to: 'operator';
  readonly what: 'access-report';
  readonly purpose: (typeof DISCLOSURE_PURPOSES)[number];
}

export function noteDisclosure(
  batch: WriteBatch,
  number: number,
  disclosure: Disclosure,
  nowMs: number,
): void {
  const key = concatBytes(toUint64(number), toUint64(nowMs));
  batch.put(TABLES.disclosures, key, toUtf8(toCanonicalJson(disclosure)));
}

export async function disclosuresOf(
  number: number,
  tables: Pick<IssuerTables, 'disclosures'>,
): Promise<readonly Disclosure[]> {
  const found: Disclosure[] = [];
  for await (const { value } of tables.disclosures.entries(rangeOf(number))) {
    // The store holds what noteDisclosure wrote.
    found.push(JSON.parse(fromUtf8(value) ?? '') as Disclosure);
  }
  return found;
}

export async function forgetDisclosures(
  batch: WriteBatch,
  number: number,
  tables: Pick<IssuerTables, 'disclosures'>,
): Promise<void> {
  for await (const { key } of tables.disclosures.entries(rangeOf(number))) {
    batch.delete(TABLES.disclosures, concatBytes(toUint64(number), toUint64(readUint64(key, 8))));
  }
}

function rangeOf(number: number): { readonly from: Uint8Array; readonly before: Uint8Array } {
  return { from: toUint64(number), before: toUint64(number + 1) };
}
