/**
 * What rules are asked about: the verified records of one person, what the checkpoint knows of the trip, and
 * nothing else. Rules see them as
 *
 *   payload.person        { ageYears, sex? }
 *   payload.vaccinations  [{ …the record's facts, issuer: {did?, jurisdiction}, in: {<window>: true|false} }]
 *   payload.tests, .recoveries, .exemptions, .declarations, .statuses   likewise
 *   payload.orders        orders in force, where an issuer derives a health status; no code shows one
 *   payload.stays         the stays of all declarations, with the province of their region
 *   payload.trips         [the trip], for windows over its times
 *   external.trip         the trip
 *   external.valueSets    the value sets of the policy
 */
import type { JsonValue } from '../bytes/canonical-json.ts';
import { isJsonArray, isJsonObject, type JsonObject } from '../bytes/strict-json.ts';
import type { WindowSubject } from './window.ts';

/** A record that was verified, with the facts that its credential shows. */
export interface FactRecord {
  readonly type: string;
  readonly facts: JsonObject;
  /** A signer of another system has no DID. */
  readonly issuer?: { readonly did?: string; readonly jurisdiction: string };
}

export interface Facts {
  /** `dob` may be imprecise, or absent where the credential does not show it. */
  readonly person: { readonly dob?: string; readonly sex?: string };
  readonly records: readonly FactRecord[];
  /** `place`, `route`, `traveller`, `departureAt`, and what the officer asked: `booked`, `colour` … */
  readonly trip: JsonObject;
}

/** Nobody shows more; what comes after would not be looked at, so the scan is not decided. */
export const MAX_RECORDS = 64;

export type FactLists = Readonly<Record<WindowSubject, readonly JsonObject[]>>;

const LIST_OF_TYPE: ReadonlyMap<string, WindowSubject> = new Map([
  ['vaccination', 'vaccinations'],
  ['test', 'tests'],
  ['recovery', 'recoveries'],
  ['exemption', 'exemptions'],
  ['declaration', 'declarations'],
  ['status', 'statuses'],
  ['order', 'orders'],
]);

/** The records in the lists that rules know; a record of a kind that they do not know is in none. */
export function listFacts({ records, trip }: Facts): FactLists {
  const of = (subject: WindowSubject): readonly JsonObject[] =>
    records.filter(({ type }) => LIST_OF_TYPE.get(type) === subject).map(withIssuer);
  const declarations = of('declarations');
  return {
    vaccinations: withRecovery(of('vaccinations'), of('recoveries')),
    tests: of('tests'),
    recoveries: of('recoveries'),
    exemptions: of('exemptions'),
    declarations,
    stays: declarations.flatMap(staysOf),
    trips: [trip],
    statuses: of('statuses'),
    orders: of('orders'),
  };
}

/** The own member of an object; inherited ones are absent. */
export function memberOf(value: JsonObject, name: string): JsonValue | undefined {
  return Object.hasOwn(value, name) ? value[name] : undefined;
}

function withIssuer({ facts, issuer }: FactRecord): JsonObject {
  return issuer === undefined ? facts : { ...facts, issuer: { ...issuer } };
}

function staysOf(declaration: JsonObject): readonly JsonObject[] {
  const stays = memberOf(declaration, 'stays');
  return isJsonArray(stays) ? stays.filter(isJsonObject).map(withProvince) : [];
}

/** `province`: the first two of the six digits of GB/T 2260, `440300` (Shenzhen) → `440000` (Guangdong). */
function withProvince(stay: JsonObject): JsonObject {
  const region = textOf(stay, 'region');
  return region === undefined ? stay : { ...stay, province: `${region.slice(0, 2)}0000` };
}

/** `afterRecovery`: given on the day of the last recovery shown, or later. */
function withRecovery(
  vaccinations: readonly JsonObject[],
  recoveries: readonly JsonObject[],
): readonly JsonObject[] {
  const days = recoveries.flatMap((recovery) => textOf(recovery, 'recoveredOn') ?? []);
  const last = days.toSorted().at(-1);
  if (last === undefined) return vaccinations;
  return vaccinations.map((dose) => ({ ...dose, afterRecovery: (textOf(dose, 'date') ?? '') >= last }));
}

function textOf(value: JsonObject, name: string): string | undefined {
  const member = memberOf(value, name);
  return typeof member === 'string' ? member : undefined;
}
