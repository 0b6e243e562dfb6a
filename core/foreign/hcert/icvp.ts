/**
 * The WHO's digital International Certificate of Vaccination or Prophylaxis (SMART ICVP, claim −6): short names for
 * the yellow card's entries. The claim number and the names are those of its draft.
 */
import type { JsonValue } from '../../bytes/canonical-json.ts';
import { isJsonArray, isJsonObject } from '../../bytes/strict-json.ts';
import { isCalendarDate, isPartialDate } from '../../record/calendar.ts';
import { ForeignError } from '../errors.ts';
import { codeFact, textFact, type ForeignVaccination } from '../foreign-record.ts';

const MAX_DOSES = 20;
const SEXES: ReadonlySet<JsonValue | undefined> = new Set(['F', 'M', 'X', 'U']);

/** Throws `CONTENT_INVALID`. */
export function icvpRecords(claim: JsonValue): readonly ForeignVaccination[] {
  if (!isJsonObject(claim)) throw invalid('not a map');
  const { n, dob, s, nid, ntl, v } = claim;
  if (typeof n !== 'string' || n === '') throw invalid('no name');
  if (dob !== undefined && (typeof dob !== 'string' || !isPartialDate(dob)))
    throw invalid('a birth date that is none');
  const doses = isJsonArray(v) ? v : [v];
  if (doses.length === 0 || doses.length > MAX_DOSES) throw invalid('no vaccination, or too many');
  const subject = {
    nameEn: n,
    ...textFact('dob', dob),
    ...(SEXES.has(s) ? { sex: s as 'F' | 'M' | 'X' | 'U' } : {}),
    ...textFact('docNumber', nid),
    ...textFact('docIssuer', ntl),
  };
  return doses.map((dose) => {
    if (!isJsonObject(dose)) throw invalid('a vaccination that is no map');
    const { tg, vp, ma, dt, bo, cn, is } = dose;
    if (typeof tg !== 'string' || typeof dt !== 'string' || !isCalendarDate(dt)) {
      throw invalid('a vaccination without disease or date');
    }
    return {
      type: 'vaccination',
      local: false,
      subject,
      ...codeFact('disease', /^\d+$/.test(tg) ? 'sct' : 'icd11', tg),
      ...codeFact('product', 'icvp', vp),
      ...codeFact('manufacturer', 'icvp', ma),
      date: dt,
      ...textFact('lot', bo),
      ...textFact('practitioner', cn),
      ...textFact('statedIssuer', is),
    };
  });
}

function invalid(what: string): ForeignError {
  return new ForeignError('CONTENT_INVALID', `not a WHO vaccination certificate: ${what}`);
}
