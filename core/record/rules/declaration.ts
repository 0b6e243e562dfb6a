/** A declaration: answers that do not contradict each other, stays that lie in the past, a trip that is soon. */
import { toUnixSeconds } from '../calendar.ts';
import type { FieldProblem } from '../problem.ts';
import type { DeclarationRecord, Stay } from '../record.ts';
import { DECLARATION_SECONDS } from '../validity.ts';
import {
  beforeBirthProblems,
  codeListProblems,
  codeProblems,
  countryProblems,
  momentProblems,
  orderProblems,
  pastDayProblems,
  pastMomentProblems,
  problem,
  type Now,
} from './problems.ts';
import type { Sound } from './sound.ts';

export function declarationProblems(facts: Sound<DeclarationRecord>, now: Now): readonly FieldProblem[] {
  const { direction, symptoms, contact, contactOn, plannedAt, declaredAt, stays = [], subject } = facts;
  return [
    ...codeProblems('direction', direction),
    ...codeListProblems('symptoms', symptoms),
    ...codeProblems('contact', contact),
    ...answerProblems(facts),
    ...pastDayProblems('contactOn', contactOn, subject?.dob, now),
    ...pastMomentProblems('declaredAt', declaredAt, now),
    ...beforeBirthProblems('declaredAt', declaredAt?.slice(0, 10), subject?.dob),
    ...momentProblems('plannedAt', plannedAt),
    ...tripProblems(facts),
    ...stays.flatMap((stay, index) => stayProblems(stay, `stays.${index}`, subject?.dob, now)),
  ];
}

function answerProblems({ symptoms, contact, contactOn }: Sound<DeclarationRecord>): readonly FieldProblem[] {
  const hasBoth = symptoms !== undefined && symptoms.length > 1 && symptoms.includes('hcl|none');
  return [
    ...(hasBoth ? [problem('symptoms', 'RECORD_ANSWERS_CONTRADICT', 'says hcl|none beside a symptom')] : []),
    ...(contact === 'hcl|no' && contactOn !== undefined
      ? [problem('contactOn', 'RECORD_ANSWERS_CONTRADICT', 'names a day, and contact says hcl|no')]
      : []),
  ];
}

/** The declaration must still be good at the crossing. */
function tripProblems({ plannedAt, declaredAt }: Sound<DeclarationRecord>): readonly FieldProblem[] {
  const planned = plannedAt === undefined ? undefined : toUnixSeconds(plannedAt);
  const declared = declaredAt === undefined ? undefined : toUnixSeconds(declaredAt);
  if (planned === undefined || declared === undefined || planned <= declared + DECLARATION_SECONDS) return [];
  const reason = `lies more than ${DECLARATION_SECONDS / 3600} hours after declaredAt`;
  return [problem('plannedAt', 'RECORD_DATE_ORDER', reason)];
}

function stayProblems(
  { country, region, from, to }: Stay,
  path: string,
  dob: string | undefined,
  now: Now,
): readonly FieldProblem[] {
  return [
    ...countryProblems(`${path}.country`, country),
    ...(region !== undefined && country !== 'CN'
      ? [
          problem(
            `${path}.region`,
            'RECORD_CODE_SYSTEM',
            'is a code of GB/T 2260, which has regions of CN only',
          ),
        ]
      : []),
    ...pastDayProblems(`${path}.from`, from, dob, now),
    ...pastDayProblems(`${path}.to`, to, dob, now),
    ...orderProblems(`${path}.to`, to, 'from', from),
  ];
}
