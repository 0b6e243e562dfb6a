/** The subject of a record → Patient; the way back is `issuer/intake/fhir-patient.ts`. */
import type { DocumentRef, Sex, Subject } from '../../core/record/record.ts';

const GENDER: Readonly<Record<Sex, string>> = { F: 'female', M: 'male', X: 'other', U: 'unknown' };

export function toPatient(subject: Subject): object {
  const { nameEn, nameZh, dob, sex, linked = [] } = subject;
  return {
    resourceType: 'Patient',
    identifier: [
      toIdentifier(subject),
      ...linked.map((other) => ({ use: 'secondary', ...toIdentifier(other) })),
    ],
    name: [
      ...(nameEn === undefined ? [] : [toLatinName(nameEn)]),
      ...(nameZh === undefined ? [] : [{ use: 'official', text: nameZh }]),
    ],
    ...(sex === undefined ? {} : { gender: GENDER[sex] }),
    birthDate: dob,
  };
}

function toIdentifier({ docType, docNumber, docIssuer }: DocumentRef): object {
  return { system: `urn:hcl:document:${docType}:${docIssuer}`, value: docNumber };
}

/** In parts where the comma tells them; a Chinese name is not taken apart. */
function toLatinName(name: string): object {
  const [, family, given] = /^([^,]+), (\S.*)$/.exec(name) ?? [];
  const parts = family === undefined || given === undefined ? {} : { family, given: given.split(' ') };
  return { use: 'official', text: name, ...parts };
}
