/** How each window of a policy counts over the facts at hand: from when, until when, and which side now is on. */
import { endsOf } from './ends.ts';
import { listFacts, memberOf, type Facts } from './facts.ts';
import type { Policy } from './policy.ts';
import { isInside, parseBasis, spanOf, type WindowSubject } from './window.ts';

export interface CountedWindow {
  readonly window: string;
  readonly subject: WindowSubject;
  /** Place in the list of its kind, from 1. */
  readonly place: number;
  readonly basis: string;
  /** What the window counts from, as the fact says it; absent: the fact does not say. */
  readonly from?: string;
  /** One for a precise time, two for the ends of an imprecise one, none where nothing is said. */
  readonly spans: readonly CountedSpan[];
}

export interface CountedSpan {
  /** `-Infinity`: open to the past. */
  readonly fromSeconds: number;
  /** The first moment outside; `Infinity`: for ever. */
  readonly untilSeconds: number;
  readonly isInside: boolean;
}

export function countWindows(policy: Policy, facts: Facts, nowSeconds: number): readonly CountedWindow[] {
  const lists = listFacts(facts);
  const departure = memberOf(facts.trip, 'departureAt');
  const departureSeconds = typeof departure === 'string' ? Date.parse(departure) / 1000 : nowSeconds;
  return [...policy.windows].flatMap(([name, window]) =>
    lists[window.of].map((record, index) => {
      const text = memberOf(record, window.basis);
      const countsHours = window.opens?.unit === 'hours' || window.closes?.unit === 'hours';
      const ends = typeof text === 'string' ? endsOf(text, countsHours, policy.offsetSeconds) : [];
      const compared = window.against === 'departure' ? departureSeconds : nowSeconds;
      return {
        window: name,
        subject: window.of,
        place: index + 1,
        basis: window.basis,
        ...(typeof text === 'string' ? { from: text } : {}),
        spans: ends.flatMap((end) => {
          const basis = parseBasis(end);
          if (basis === undefined) return [];
          const span = spanOf(window, basis, policy.offsetSeconds);
          return [{ ...span, isInside: isInside(span, compared) }];
        }),
      };
    }),
  );
}
