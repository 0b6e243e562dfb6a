/**
 * Several health files of one person → one. A person comes to have two when an order is entered under one document and a
 * code asked for under another, before anything says that both are theirs. The one that stays keeps its random name, so
 * its line of changes goes on; the codes of the others are ended under the change that gave them.
 */
import { invariant } from '../../core/errors.ts';
import { SCHEMES, type Scheme } from '../../core/record/derived.ts';
import type { DocumentRef, Subject } from '../../core/record/record.ts';
import { IssuerError } from '../errors.ts';
import type { DocumentReference } from '../privacy/key-ring.ts';
import { documentsOf, type HealthFile } from './health-file.ts';
import { distinct, isSamePerson, textOf } from './same-person.ts';

export interface NumberedFile {
  readonly number: number;
  readonly file: HealthFile;
}

export interface Merged extends NumberedFile {
  /** Those that are no more. */
  readonly others: readonly NumberedFile[];
  /** Schemes in which the person has been told a colour, in any of the files. */
  readonly told: readonly Scheme[];
}

/** More than that are not one person's; what claims them is believed so far. */
export const MAX_DOCUMENTS = 16;

/**
 * The one file, of `person` under all documents. Throws `HEALTH_PERSON_SPLIT` where the files name different people,
 * or rulings hold in two of them: what two people approved names one random name, and cannot be that of another.
 */
export function mergeFiles(files: readonly NumberedFile[], person: Subject, nowSeconds: number): Merged {
  const [kept, ...others] = files.toSorted((a, b) => compareFiles(a, b, nowSeconds));
  invariant(kept !== undefined, 'there is a file to keep');
  if (others.some(({ file }) => !isSamePerson(kept.file.subject, file.subject)))
    throw split('the documents lead to files under different names');
  if (others.some(({ file }) => hasLiveRulings(file, nowSeconds)))
    throw split('rulings hold in several files of this person');
  const {
    isTyped: _,
    disputes: __,
    ...merged
  } = others.reduce((one, other) => withOther(one, other.file), kept.file);
  return {
    number: kept.number,
    file: { ...merged, ...identityOf(files, person), ...disputesOf(files, person) },
    others,
    told: SCHEMES.filter((scheme) => files.some((one) => one.file.colours[scheme] !== undefined)),
  };
}

export function split(why: string): IssuerError {
  return new IssuerError('HEALTH_PERSON_SPLIT', why);
}

export function isSplit(error: unknown): boolean {
  return error instanceof IssuerError && error.code === 'HEALTH_PERSON_SPLIT';
}

/** The same person under their own document, then all others. */
export function withDocuments(subject: Subject, documents: readonly DocumentReference[]): Subject {
  const { linked: _, ...own } = subject;
  // They come from subjects, so their kinds are those of documents.
  const all = distinct(documents) as readonly DocumentRef[];
  const linked = all.filter((one) => textOf(one) !== textOf(own));
  return linked.length === 0 ? own : { ...own, linked };
}

/** First the one with rulings, which must keep its name, then the one with most colours, then the older. */
function compareFiles(a: NumberedFile, b: NumberedFile, nowSeconds: number): number {
  const weightOf = ({ file }: NumberedFile): number =>
    (hasLiveRulings(file, nowSeconds) ? SCHEMES.length + 1 : 0) + Object.keys(file.colours).length;
  return weightOf(b) - weightOf(a) || a.number - b.number;
}

/** Of somebody who came with their document, where one of the files has that; else as it is known or was typed. */
function identityOf(
  files: readonly NumberedFile[],
  person: Subject,
): Pick<HealthFile, 'subject' | 'isTyped'> {
  const presented = files.find(({ file }) => file.isTyped !== true)?.file.subject;
  if (presented === undefined) return { subject: person, isTyped: true };
  return { subject: withDocuments(presented, documentsOf(person)) };
}

/** But for what is no longer in question: both documents are the person's. */
function disputesOf(files: readonly NumberedFile[], person: Subject): Pick<HealthFile, 'disputes'> {
  const own = new Set(documentsOf(person).map(textOf));
  const all = files.flatMap(({ file }) => file.disputes ?? []);
  const disputes = all.filter(
    ({ document, claimer }) => ![document, claimer].map(textOf).every((text) => own.has(text)),
  );
  return disputes.length === 0 ? {} : { disputes };
}

/** Approved or not. */
export function hasLiveRulings({ rulings }: HealthFile, nowSeconds: number): boolean {
  return rulings.some(({ untilSeconds }) => untilSeconds > nowSeconds);
}

function withOther(one: HealthFile, other: HealthFile): HealthFile {
  const codes = Object.values(other.colours).filter(({ recordIds }) => recordIds.length > 0);
  const ended = codes.map(({ leaf, recordIds }) => ({ change: leaf, recordIds }));
  return {
    ...one,
    orders: [...one.orders, ...other.orders],
    ended: [...one.ended, ...other.ended, ...ended],
    usedAtSeconds: Math.max(one.usedAtSeconds, other.usedAtSeconds),
  };
}
