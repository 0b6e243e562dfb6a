/**
 * CSV files of other houses that come here by mistake: what they are, and why nothing can be issued from them. A header
 * full of unknown columns would otherwise be told column by column.
 *
 * Synthea (https://github.com/synthetichealth/synthea, CSV export): its files name a patient by a key, its doses have
 * no number, its names no surname that a document would show, and no file says which document was seen. Whatever
 * filled that in would be made up.
 */
import type { IntakeProblem } from './row.ts';

interface ForeignFile {
  readonly name: string;
  /** The first columns, as they are written there. */
  readonly header: string;
  /** The column that shows it, and why. */
  readonly field: string;
  readonly reason: string;
}

const BY_KEY = 'names the patient by a key: there is no name and no identity document';

const SYNTHEA: readonly ForeignFile[] = [
  {
    name: 'immunizations.csv',
    header: 'DATE,PATIENT,ENCOUNTER,CODE,DESCRIPTION,BASE_COST',
    field: 'PATIENT',
    reason: `${BY_KEY}, and no dose has its number`,
  },
  {
    name: 'observations.csv',
    header: 'DATE,PATIENT,ENCOUNTER,CATEGORY,CODE,DESCRIPTION,VALUE,UNITS,TYPE',
    field: 'PATIENT',
    reason: `${BY_KEY}, and no laboratory`,
  },
  {
    name: 'conditions.csv',
    header: 'START,STOP,PATIENT,ENCOUNTER,CODE,DESCRIPTION',
    field: 'PATIENT',
    reason: `${BY_KEY}, and a diagnosis does not say on what basis somebody recovered`,
  },
  {
    name: 'patients.csv',
    header: 'Id,BIRTHDATE,DEATHDATE,SSN,DRIVERS,PASSPORT,PREFIX,FIRST,LAST',
    field: 'Id',
    reason: 'says who somebody is and not what was done; its passports are of no country',
  },
  {
    name: 'encounters.csv',
    header: 'Id,START,STOP,PATIENT,ORGANIZATION,PROVIDER,PAYER',
    field: 'ENCOUNTERCLASS',
    reason: 'is a visit: no vaccination, test or anything else that is issued for',
  },
  {
    name: 'organizations.csv',
    header: 'Id,NAME,ADDRESS,CITY,STATE,ZIP,LAT,LON,PHONE',
    field: 'NAME',
    reason: 'is an organisation and nobody that anything is issued for',
  },
  {
    name: 'providers.csv',
    header: 'Id,ORGANIZATION,NAME,GENDER,SPECIALITY',
    field: 'SPECIALITY',
    reason: 'is a practitioner and nobody that anything is issued for',
  },
];

/** The one problem of a file that we know to be another house's. */
export function foreignHeaderProblem(names: readonly string[]): IntakeProblem | undefined {
  const header = names.join(',');
  const file = SYNTHEA.find((known) => header === known.header || header.startsWith(`${known.header},`));
  if (file === undefined) return undefined;
  const reason = `is a column of Synthea's ${file.name}, which ${file.reason}`;
  return { field: file.field, code: 'INTAKE_CSV_FOREIGN', reason };
}
