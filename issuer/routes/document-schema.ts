/** A person's document by kind, issuer and number, as a request names it: exactly as it stands in the records. */
import type { TObject, TString } from 'typebox';
import { Closed, Type } from '../../service/schema.ts';

export const DocumentSchema: TObject<{ docType: TString; docIssuer: TString; docNumber: TString }> = Closed({
  docType: Type.String({ minLength: 1, maxLength: 16 }),
  docIssuer: Type.String({ pattern: '^[A-Z]{2}$' }),
  docNumber: Type.String({ minLength: 1, maxLength: 40 }),
});
