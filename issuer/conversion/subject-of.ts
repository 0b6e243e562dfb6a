/** The person of a travel credential, as a record of ours names them: nothing of them comes from anywhere else. */
import type { SubjectClaims } from '../../core/credential/claims.ts';
import type { Subject } from '../../core/record/record.ts';

/** `undefined` where a part is masked or missing, as in venue credentials. */
export function toSubject({
  doc,
  docIssuer,
  docType,
  dob,
  linked,
  nameEn,
  nameZh,
  sex,
}: SubjectClaims): Subject | undefined {
  if (docIssuer === undefined || docType === undefined || dob === undefined) return undefined;
  return {
    docIssuer,
    docNumber: doc,
    docType,
    dob,
    ...(nameEn === undefined ? {} : { nameEn }),
    ...(nameZh === undefined ? {} : { nameZh }),
    ...(sex === undefined ? {} : { sex }),
    ...(linked === undefined
      ? {}
      : {
          linked: linked.map((other) => ({
            docIssuer: other.docIssuer,
            docNumber: other.doc,
            docType: other.docType,
          })),
        }),
  };
}
