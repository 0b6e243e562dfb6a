/**
 * Facts that a file may leave out because another fact of the row says them: who issues a kind of document, which
 * disease a product or a test is about, and the country of the issuer that takes the file in.
 */
import { documentIssuer, isDocumentType } from '../../core/record/documents.ts';
import { findProduct } from '../../core/record/products.ts';
import type { Code } from '../../core/record/record.ts';
import { isPlainObject, type PlainObject } from '../../core/record/structure.ts';
import { VALUE_SETS } from '../../core/record/value-sets.ts';

const COVID_19: Code = 'sct|840539006';

/** `candidate` with those facts added that it leaves out; what it says is never changed. */
export function completeFacts(candidate: PlainObject, country: string | undefined): PlainObject {
  const subject = candidate['subject'];
  const disease = candidate['disease'] === undefined ? diseaseOf(candidate) : undefined;
  return {
    ...(country === undefined ? {} : { country }),
    ...(disease === undefined ? {} : { disease }),
    ...candidate,
    ...(isPlainObject(subject) ? { subject: completeSubject(subject) } : {}),
  };
}

function completeSubject(subject: PlainObject): PlainObject {
  const complete = completeDocument(subject);
  const { linked } = subject;
  if (!Array.isArray(linked)) return complete;
  return {
    ...complete,
    linked: linked.map((item: unknown) => (isPlainObject(item) ? completeDocument(item) : item)),
  };
}

function completeDocument(document: PlainObject): PlainObject {
  const docIssuer = document['docIssuer'] === undefined ? issuerOf(document) : undefined;
  return docIssuer === undefined ? document : { ...document, docIssuer };
}

function issuerOf({ docType }: PlainObject): string | undefined {
  return typeof docType === 'string' && isDocumentType(docType) ? documentIssuer(docType) : undefined;
}

function diseaseOf({ product, method }: PlainObject): Code | undefined {
  const isCovidTest = VALUE_SETS.method.entries.some(({ code }) => code === method);
  if (isCovidTest) return COVID_19;
  // A text that is no code names no product.
  return typeof product === 'string' ? findProduct(product as Code)?.disease : undefined;
}
