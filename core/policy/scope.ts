/**
 * Patterns of a scope. A pattern has parts, `port:HZMB` or `MO>HK`; the part `*` stands for any, and `*` alone
 * for everything.
 */
import type { Scope } from './policy.ts';

/** One place, route and kind of traveller. */
export interface Passage {
  readonly place: string;
  readonly route: string;
  readonly traveller: string;
}

export function isInScope({ places, routes, travellers }: Scope, passage: Passage): boolean {
  return (
    places.some((pattern) => meet(pattern, passage.place)) &&
    routes.some((pattern) => meet(pattern, passage.route)) &&
    travellers.some((pattern) => meet(pattern, passage.traveller))
  );
}

/** Whether some passage is in both scopes. */
export function doScopesMeet(a: Scope, b: Scope): boolean {
  return (
    doListsMeet(a.places, b.places) &&
    doListsMeet(a.routes, b.routes) &&
    doListsMeet(a.travellers, b.travellers)
  );
}

/** The scope written as its passages' patterns: one for each combination. */
export function passagesOf({ places, routes, travellers }: Scope): readonly Passage[] {
  return places.flatMap((place) =>
    routes.flatMap((route) => travellers.map((traveller) => ({ place, route, traveller }))),
  );
}

/** `port:HZMB · MO>HK · resident` */
export function describePassage({ place, route, traveller }: Passage): string {
  return `${place} · ${route} · ${traveller}`;
}

function doListsMeet(a: readonly string[], b: readonly string[]): boolean {
  return a.some((one) => b.some((other) => meet(one, other)));
}

function meet(a: string, b: string): boolean {
  if (a === '*' || b === '*') return true;
  const partsOfA = a.split(/[:>]/);
  const partsOfB = b.split(/[:>]/);
  return (
    partsOfA.length === partsOfB.length &&
    partsOfA.every((part, i) => part === '*' || partsOfB[i] === '*' || part === partsOfB[i])
  );
}
