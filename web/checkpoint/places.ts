/** The places, routes and travellers that can be chosen, as policies name them. */
export const PORTS = ['port:HZMB', 'port:SZB', 'port:LMC', 'port:Gongbei', 'port:HKIA'] as const;
export const VENUES = ['venue:active', 'venue:passive'] as const;
export const PLACES: readonly Place[] = [...PORTS, ...VENUES];
export const ROUTES = [
  'CN>HK',
  'HK>CN',
  'MO>HK',
  'HK>MO',
  'CN>MO',
  'MO>CN',
  'CN-ZH>MO',
  'MO>CN-ZH',
  'TW>MO',
] as const;
export const TRAVELLERS = ['resident', 'visitor'] as const;
/** Whose rules, ISO 3166-1 alpha-2; `ZZ`: international ones; `none`: whether the code is good, and no more. */
export const RULES_OF = ['none', 'HK', 'CN', 'MO', 'ZZ'] as const;

export type Port = (typeof PORTS)[number];
export type Venue = (typeof VENUES)[number];
export type Place = Port | Venue;
export type Route = (typeof ROUTES)[number];
export type Traveller = (typeof TRAVELLERS)[number];
export type RulesOf = (typeof RULES_OF)[number];

/** What policies call the route of somebody who stays where they are. */
export const NO_ROUTE = '-';
