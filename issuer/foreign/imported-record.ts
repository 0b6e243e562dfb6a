/**
 * What a code of elsewhere says, completed by the officer who has the person and the document before them → a record of
 * ours that names where it comes from. The person is as on the document in hand. What the code says cannot be said
 * otherwise; what it leaves out must be told, and is checked like any record that comes in.
 */
import type { ForeignRecord } from '../../core/foreign/foreign-record.ts';
import type { FieldProblem } from '../../core/record/problem.ts';
import type { Subject } from '../../core/record/record.ts';
import type { PlainObject } from '../../core/record/structure.ts';
import { validateRecord, type RecordResult } from '../../core/record/validate.ts';
import type { JudgedImport } from './judge-import.ts';

export interface Completion {
  readonly subject: Subject;
  readonly checkedBy: string;
  /** Facts that the code leaves out. */
  readonly facts: PlainObject;
  /** Keyed name of this record of the code. */
  readonly originalId: string;
  readonly nowSeconds: number;
}

const MAX_AUTHORITY = 120;
/** Made here, whatever anybody says. */
const OURS: readonly string[] = ['type', 'subject', 'origin', 'authority', 'checkedBy', 'originalId'];

export function importedRecord(
  told: ForeignRecord,
  judged: Pick<JudgedImport, 'format' | 'origin' | 'signer'>,
  { subject, checkedBy, facts, originalId, nowSeconds }: Completion,
): RecordResult {
  const { type, local: _, subject: __, foreignId: ___, statedIssuer, ...said } = told;
  if (type === 'exemption') return { problems: [notReissued] };
  const known = { ...countryOf(judged), ...basisOf(type, judged.format), ...said };
  const contradictions = Object.keys(facts).filter((name) => name in said || OURS.includes(name));
  if (contradictions.length > 0) return { problems: contradictions.map(contradicts) };
  const authority = (statedIssuer ?? judged.signer?.name ?? judged.format).slice(0, MAX_AUTHORITY);
  const origin = { origin: judged.origin, authority, checkedBy, originalId };
  return validateRecord({ ...known, ...facts, type, subject, ...origin }, { nowSeconds });
}

/** Where the signer is at home, for systems that do not say where it happened. */
function countryOf({ signer }: Pick<JudgedImport, 'signer'>): PlainObject {
  return signer?.country === undefined ? {} : { country: signer.country };
}

/** How an infection was found there is not for us to say: that a document shows it is. */
function basisOf(type: ForeignRecord['type'], format: string): PlainObject {
  return type === 'recovery' ? { basis: 'hcl|non-local', evidence: format } : {};
}

const notReissued: FieldProblem = {
  field: 'type',
  code: 'RECORD_TYPE_UNKNOWN',
  reason: 'is an exemption: those of other places are not issued again',
};

function contradicts(field: string): FieldProblem {
  return { field, code: 'RECORD_FIELD_UNKNOWN', reason: 'is said by the code, or made by the issuer' };
}
