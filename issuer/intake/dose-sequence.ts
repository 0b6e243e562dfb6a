/**
 * The doses of one person against COVID-19 across the rows of a file: they are numbered on for life (EU eHealth
 * Network), so each one comes after those with a smaller number, and no number comes twice. Yearly vaccinations begin
 * again at 1 and are left alone. A row that says all the same as another is a duplicate and no contradiction.
 *
 * Looks back over the last 65,536 people of the file at least, so that a file of any length takes the same memory.
 */
import type { IssuableRecord } from '../../core/record/derived.ts';
import type { Code, VaccinationRecord } from '../../core/record/record.ts';
import { ForgettingMap } from './forgetting-map.ts';
import type { IntakeProblem, IntakeRow } from './row.ts';

const COVID_19: ReadonlySet<Code> = new Set<Code>(['sct|840539006', 'icd11|RA01']);
const MAX_PEOPLE = 65_536;

export interface Dose {
  /** For people: `in row 3`. */
  readonly where: string;
  readonly doseNumber: number;
  readonly date: string;
  readonly product: Code;
}

/** The rows as they are, but for doses that contradict an earlier row: those are refused, and not remembered. */
export async function* inDoseOrder(rows: AsyncIterable<IntakeRow>): AsyncGenerator<IntakeRow> {
  const people = new ForgettingMap<readonly Dose[]>(MAX_PEOPLE);
  for await (const row of rows) {
    if (!('record' in row) || !isNumberedForLife(row.record)) {
      yield row;
      continue;
    }
    const person = personOf(row.record);
    const doses = people.get(person) ?? [];
    const dose = doseOf(row.record, `in row ${row.row}`);
    const problem = firstContradiction(dose, doses);
    if (problem === undefined) people.set(person, withDose(doses, dose));
    yield problem === undefined ? row : { row: row.row, problems: [problem] };
  }
}

/** Whether its doses are numbered on for life. */
export function isNumberedForLife(record: IssuableRecord): record is VaccinationRecord {
  return record.type === 'vaccination' && COVID_19.has(record.disease);
}

export function firstContradiction(dose: Dose, others: readonly Dose[]): IntakeProblem | undefined {
  for (const other of others) {
    const problem = contradiction(dose, other);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function contradiction(dose: Dose, other: Dose): IntakeProblem | undefined {
  const where = `of the same person, ${other.where}`;
  if (dose.doseNumber === other.doseNumber) {
    if (dose.date === other.date && dose.product === other.product) return undefined;
    const reason = `is the number of another dose ${where}`;
    return { field: 'doseNumber', code: 'INTAKE_DOSE_TWICE', reason };
  }
  const isLater = dose.doseNumber > other.doseNumber;
  if (isLater ? dose.date > other.date : dose.date < other.date) return undefined;
  const reason = isLater ? `is not after an earlier dose ${where}` : `is not before a later dose ${where}`;
  return { field: 'date', code: 'RECORD_DOSE_ORDER', reason };
}

export function doseOf({ doseNumber, date, product }: VaccinationRecord, where: string): Dose {
  return { where, doseNumber, date, product };
}

/** One of each number, so that a row a million times over is looked at as one. */
function withDose(doses: readonly Dose[], dose: Dose): readonly Dose[] {
  return doses.some(({ doseNumber }) => doseNumber === dose.doseNumber) ? doses : [...doses, dose];
}

/** The document in its normal form names the person, as far as a file tells. */
function personOf({ subject }: VaccinationRecord): string {
  return `${subject.docType}|${subject.docIssuer}|${subject.docNumber}`;
}
