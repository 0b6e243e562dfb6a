/** What the table and this house say of a person who comes with a conversion. */
import { ConversionError } from '../../../core/conversion/errors.ts';
import {
  evaluateConversion,
  evaluateReferred,
  type ConversionFacts,
  type Evaluation,
} from '../../../core/conversion/evaluate.ts';
import type { Mapping } from '../../../core/conversion/mapping.ts';
import { isBetter } from '../../../core/conversion/strictness.ts';
import { toUnixSeconds } from '../../../core/record/calendar.ts';
import type { Subject } from '../../../core/record/record.ts';
import { ledgerSeconds } from '../house-time.ts';
import type { ArrivedFacts } from './arrivals.ts';
import type { Referred, TargetEntry } from './entry.ts';
import type { TargetHouse } from './house.ts';

/**
 * The table's word; an officer's where the source proposed less, where our own policies say another colour, and where
 * the document is another person's here. Throws the `ConversionError` of what a later clock may cure: a clock that is
 * behind decides nothing for good.
 */
export async function evaluateArrived(
  { status }: TargetHouse,
  facts: ArrivedFacts,
  {
    mapping,
    subject,
    nowSeconds,
  }: { readonly mapping: Mapping; readonly subject: Subject; readonly nowSeconds: number },
): Promise<Evaluation> {
  const evaluation = evaluateConversion(mapping, toConversionFacts(facts), nowSeconds);
  if (evaluation.result === 'refuse') {
    if (evaluation.isEarly) throw new ConversionError(evaluation.reason);
    return evaluation;
  }
  if (!(await status.isAllOf(subject))) return { result: 'refer', reason: 'CONVERSION_OTHER_PERSON' };
  if (evaluation.result === 'refer') return evaluation;
  const own = await status.ownColour(subject, mapping.target.scheme);
  const isAgreed = own?.state === evaluation.state && !isBetter(evaluation.state, facts.proposedState);
  return isAgreed ? evaluation : { result: 'refer', reason: 'CONVERSION_STATE_REFERRED' };
}

/** What may be given for what was referred, by the mapping that holds now. */
export async function evaluateForOfficer(
  house: TargetHouse,
  { sourceState }: TargetEntry,
  { referred, mapping }: { readonly referred: Referred; readonly mapping: Mapping },
): Promise<Extract<Evaluation, { readonly result: 'convert' }>> {
  const { subject, scheme, proposedState, validUntilSeconds: sourceValidUntilSeconds } = referred;
  const own = await house.status.ownColour(subject, scheme);
  if (own === undefined || isBetter(own.state, proposedState)) {
    throw new ConversionError('CONVERSION_STATE_NOT_CONVERTIBLE');
  }
  const facts = { ...referred, state: sourceState, sourceValidUntilSeconds };
  const evaluation = evaluateReferred(mapping, facts, { own, nowSeconds: ledgerSeconds(house) });
  if (evaluation.result === 'refuse') throw new ConversionError(evaluation.reason);
  return evaluation;
}

function toConversionFacts(facts: ArrivedFacts): ConversionFacts {
  return {
    state: facts.sourceState,
    sourceValidUntilSeconds: toUnixSeconds(facts.sourceValidUntil) ?? 0,
    evidence: facts.evidence ?? [],
    ...(facts.port === undefined ? {} : { port: facts.port }),
    ...(facts.plannedOn === undefined ? {} : { plannedOn: facts.plannedOn }),
  };
}
