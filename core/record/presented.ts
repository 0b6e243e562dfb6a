/** The document in hand as somebody tells it: what was typed, or its machine-readable zone. */
import { HclError } from '../errors.ts';
import { isDocumentType } from './documents.ts';
import type { PresentedIdentity } from './identity-match.ts';
import { readMrz } from './mrz.ts';

/** No message repeats what was read. */
export class PresentedError extends HclError<'DOCUMENT_INVALID'> {
  constructor(problem: string) {
    super('DOCUMENT_INVALID', problem);
  }
}

export interface TypedDocument {
  readonly number?: unknown;
  readonly type?: unknown;
  readonly name?: unknown;
  /** `1980-01-31`, with `?` for digits that are not known. */
  readonly birth?: unknown;
}

const BIRTH = /^[\d?]{4}-[\d?]{2}-[\d?]{2}$/;

/** Throws `DOCUMENT_INVALID`. */
export function presentedOf({ birth, name, number, type }: TypedDocument): PresentedIdentity {
  const isType = type === undefined || (typeof type === 'string' && isDocumentType(type));
  if (!isType) throw new PresentedError('has a type that is not known');
  if (birth !== undefined && !(typeof birth === 'string' && BIRTH.test(birth))) {
    throw new PresentedError('has a birth that is not like 1980-01-31, with ? for digits that are not known');
  }
  for (const value of [name, number]) {
    if (value !== undefined && typeof value !== 'string')
      throw new PresentedError('has a name or number that is not a text');
  }
  return {
    ...(typeof number === 'string' ? { documentNumber: number } : {}),
    ...(typeof type === 'string' && isDocumentType(type) ? { documentType: type } : {}),
    ...(typeof name === 'string' ? { name } : {}),
    ...(typeof birth === 'string' ? { birth } : {}),
  };
}

/** Throws `DOCUMENT_INVALID`. */
export function presentedInZone(text: string): PresentedIdentity {
  const presented = readMrz(text);
  if (presented === undefined)
    throw new PresentedError('is no machine-readable zone (3 lines of 30, 2 of 36 or 2 of 44)');
  return presented;
}
