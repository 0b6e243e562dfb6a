/** A dose: given after birth and not tomorrow, within its series, from a lot that was still good. */
import { isCalendarDate } from '../calendar.ts';
import type { FieldProblem } from '../problem.ts';
import type { VaccinationRecord } from '../record.ts';
import { codeProblems, dayProblems, pastDayProblems, problem, type Now } from './problems.ts';
import { originProblems } from './origin.ts';
import type { Sound } from './sound.ts';

/** What forms write where the lot is not known: an absent fact is an absent field. */
const NO_LOT: ReadonlySet<string> = new Set(['NDI', 'NIL', 'NA', 'N/A', 'NONE', 'UNKNOWN', '-']);

export function vaccinationProblems(facts: Sound<VaccinationRecord>, now: Now): readonly FieldProblem[] {
  const { disease, prophylaxis, product, manufacturer, date, subject } = facts;
  return [
    ...pastDayProblems('date', date, subject?.dob, now),
    ...doseProblems(facts),
    ...lotProblems(facts),
    ...codeProblems('disease', disease),
    ...codeProblems('prophylaxis', prophylaxis),
    ...codeProblems('product', product),
    ...codeProblems('manufacturer', manufacturer),
    ...originProblems(facts),
  ];
}

/** A booster raises the series: the third dose of two is written 3 of 3 (EU eHealth Network). */
function doseProblems({ doseNumber, seriesDoses }: Sound<VaccinationRecord>): readonly FieldProblem[] {
  return doseNumber !== undefined && seriesDoses !== undefined && doseNumber > seriesDoses
    ? [problem('doseNumber', 'RECORD_DOSE_ORDER', 'is greater than seriesDoses; a booster is 3 of 3')]
    : [];
}

function lotProblems({ lot, lotExpiresOn, date }: Sound<VaccinationRecord>): readonly FieldProblem[] {
  const isExpired =
    date !== undefined && lotExpiresOn !== undefined && isCalendarDate(lotExpiresOn) && date > lotExpiresOn;
  return [
    ...(lot !== undefined && NO_LOT.has(lot.toUpperCase())
      ? [problem('lot', 'RECORD_LOT_PLACEHOLDER', 'is no lot number: leave the field out')]
      : []),
    ...dayProblems('lotExpiresOn', lotExpiresOn),
    ...(isExpired ? [problem('date', 'RECORD_LOT_EXPIRED', 'lies after lotExpiresOn')] : []),
  ];
}
