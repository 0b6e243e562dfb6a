/** What is chosen once for a checkpoint, kept in the browser; nothing about anybody. */
import { isLanguage, type Language } from '../shared/texts/languages.ts';
import type { KeyValueStore } from '../shared/store/key-value.ts';
import { AGEING_SECONDS, type CheckpointPolicy, type Mode } from './engine/checkpoint-policy.ts';
import type { Facing } from './input/camera.ts';
import {
  NO_ROUTE,
  PLACES,
  ROUTES,
  RULES_OF,
  TRAVELLERS,
  type Place,
  type Route,
  type RulesOf,
  type Traveller,
} from './places.ts';

export interface Settings {
  readonly mode: Mode;
  readonly place: Place;
  readonly route: Route;
  readonly traveller: Traveller;
  readonly rulesOf: RulesOf;
  readonly facing: Facing;
  readonly isKiosk: boolean;
  readonly isSoundOn: boolean;
  readonly language: Language;
}

const KEY = 'settings';

export function defaultSettings(language: Language): Settings {
  return {
    mode: 'venue',
    place: 'venue:active',
    route: 'CN>HK',
    traveller: 'resident',
    rulesOf: 'none',
    facing: 'environment',
    isKiosk: false,
    isSoundOn: true,
    language,
  };
}

/** `undefined`: nothing is kept, or what is kept is of another version of this page. */
export async function readSettings(store: KeyValueStore): Promise<Settings | undefined> {
  const value = await store.get(KEY).catch(() => undefined);
  return typeof value === 'object' && value !== null ? parse(new Map(Object.entries(value))) : undefined;
}

export function writeSettings(store: KeyValueStore, settings: Settings): Promise<void> {
  return store.put(KEY, settings);
}

function parse(fields: ReadonlyMap<string, unknown>): Settings | undefined {
  const mode = oneOf(['venue', 'border'] as const, fields.get('mode'));
  const place = oneOf(PLACES, fields.get('place'));
  const route = oneOf(ROUTES, fields.get('route'));
  const traveller = oneOf(TRAVELLERS, fields.get('traveller'));
  const rulesOf = oneOf(RULES_OF, fields.get('rulesOf'));
  const facing = oneOf(['environment', 'user'] as const, fields.get('facing'));
  const language = fields.get('language');
  if (!mode || !place || !route || !traveller || !rulesOf || !facing || !isLanguage(language))
    return undefined;
  const isKiosk = fields.get('isKiosk') === true;
  const isSoundOn = fields.get('isSoundOn') !== false;
  return { mode, place, route, traveller, rulesOf, facing, isKiosk, isSoundOn, language };
}

function oneOf<const Value>(values: readonly Value[], value: unknown): Value | undefined {
  return values.find((one) => one === value);
}

/** @param ageing what the operator says about how old knowledge may be */
export function policyOf(
  settings: Settings,
  ageing: Readonly<Record<Mode, number>> = AGEING_SECONDS,
): CheckpointPolicy {
  const { mode, place, route, rulesOf, traveller } = settings;
  const base = { mode, ageingSeconds: ageing[mode] };
  if (rulesOf === 'none') return base;
  const passage = { jurisdiction: rulesOf, place, route: mode === 'border' ? route : NO_ROUTE, traveller };
  return { ...base, passage };
}
