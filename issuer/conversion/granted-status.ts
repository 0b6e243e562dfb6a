/**
 * Our own health codes for people who come with one of elsewhere. A conversion changes no colour by itself: the house
 * derives it, by its own dated policies from what it knows, and the conversion holds only where both agree. So the one
 * way to a colour stays the one way. Whose code it is, the other place has vouched for: what it says of further
 * documents of the person finds nobody here.
 */
import type { DerivedColour } from '../../core/health/derive.ts';
import type { OwnColour } from '../../core/conversion/evaluate.ts';
import type { Subject } from '../../core/record/record.ts';
import { IssuerError } from '../errors.ts';
import type { Health } from '../health/health.ts';
import type { StatusPort } from './decision-ports.ts';

export function grantedStatus(health: Pick<Health, 'colourOf' | 'isAllOf' | 'issue'>): StatusPort {
  return {
    isAllOf: (subject) => health.isAllOf(subject),
    async ownColour(subject, scheme) {
      const person = { subject: withoutLinked(subject) };
      return await unlessUndecided(health.colourOf(person, scheme));
    },
    async issue({ subject, holderKey, scheme, state, validUntilSeconds, basis }, addTo) {
      const bearer = withoutLinked(subject);
      await health.issue({
        person: { subject: bearer },
        bearer,
        scheme,
        holderKey,
        expected: state,
        evidence: basis,
        untilSeconds: validUntilSeconds,
        addTo: (batch, [recordId]) => {
          if (recordId !== undefined) addTo(batch, recordId);
        },
      });
    },
  };
}

function withoutLinked(subject: Subject): Subject {
  const { linked: _, ...own } = subject;
  return own;
}

const UNDECIDED: ReadonlySet<string> = new Set([
  'HEALTH_UNDECIDED',
  'HEALTH_POLICY_NOT_IN_FORCE',
  'HEALTH_SCHEME_ELSEWHERE',
  'HEALTH_PERSON_SPLIT',
]);

/** Where no policy says a colour, a person must. */
async function unlessUndecided(colour: Promise<DerivedColour>): Promise<OwnColour | undefined> {
  try {
    const { state, basis } = await colour;
    return { state, isRuled: basis === 'ruling' };
  } catch (error) {
    if (error instanceof IssuerError && UNDECIDED.has(error.code)) return undefined;
    throw error;
  }
}
