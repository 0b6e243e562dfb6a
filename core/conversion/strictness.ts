/**
 * How strict a colour is, whatever the scheme: each scheme has three, one of each rank. Conversions compare colours
 * of two schemes by it, so that none is made better on its way.
 */
import type { Colour, Scheme } from '../record/derived.ts';

/** 0: goes through; 1: restricted; 2: barred. */
export type Rank = 0 | 1 | 2;

const RANKS: Readonly<Record<Colour, Rank>> = { blue: 0, green: 0, amber: 1, yellow: 1, red: 2 };

export function rankOf(colour: Colour): Rank {
  return RANKS[colour];
}

/** Whether `to` lets its holder do more than `from` did. */
export function isBetter(to: Colour, from: Colour): boolean {
  return rankOf(to) < rankOf(from);
}

const COLOURS_BY_RANK: Readonly<Record<Scheme, readonly [Colour, Colour, Colour]>> = {
  'HK-VP': ['blue', 'amber', 'red'],
  'HK-HC': ['green', 'amber', 'red'],
  MO: ['green', 'yellow', 'red'],
  GD: ['green', 'yellow', 'red'],
};

/** The colour of the same rank in another scheme. */
export function inScheme(colour: Colour, scheme: Scheme): Colour {
  return COLOURS_BY_RANK[scheme][rankOf(colour)];
}

/** Whether the scheme knows the colour. */
export function isOfScheme(colour: Colour, scheme: Scheme): boolean {
  return COLOURS_BY_RANK[scheme].includes(colour);
}
