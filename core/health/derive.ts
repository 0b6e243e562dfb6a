/**
 * Facts, orders and rulings → a colour, by the scheme's policy in force. The same facts at the same time give the same
 * colour, so a colour is derived whenever it is asked for and kept nowhere.
 *
 * Each rule of a health policy is named after the ground it stands for. A rule that fails gives the colour that its
 * outcome stands for in the scheme; the worst counts. A ruling in force, which two people have approved, stands in
 * the place of what the rules say of all that was known then.
 */
import { invariant } from '../errors.ts';
import { evaluatePolicy, type PolicyReport } from '../policy/evaluate.ts';
import type { FactRecord } from '../policy/facts.ts';
import { dayAt, startOfDay } from '../policy/civil-day.ts';
import { nameOf, type Policy } from '../policy/policy.ts';
import type { Colour, Scheme } from '../record/derived.ts';
import { toUnixSeconds } from '../record/calendar.ts';
import type { Code, HealthRecord } from '../record/record.ts';
import { isGround } from './grounds.ts';
import { endOf, isInForce, type Order } from './orders.ts';
import { colourOf, severityOf } from './schemes.ts';

/** What two people have decided of one person, for a while. Unix seconds. */
export interface Ruling {
  readonly state: Colour;
  readonly ground: Code;
  readonly fromSeconds: number;
  readonly untilSeconds: number;
  /** What was not known when it was proposed; absent: what happened after that. */
  readonly unweighed?: Pick<HealthFacts, 'records' | 'orders'>;
}

export interface HealthFacts {
  readonly records: readonly HealthRecord[];
  readonly orders: readonly Order[];
  /** Approved ones for the scheme, oldest first. */
  readonly rulings: readonly Ruling[];
}

export interface DerivedColour {
  readonly state: Colour;
  readonly ruleId: string;
  readonly ruleVersion: number;
  /** Absent: the best colour, and no ruling made it so. */
  readonly ground?: Code;
  readonly basis: 'rules' | 'ruling';
  /** The last second at which the same facts give this colour, and at most the end of the day. */
  readonly validUntilSeconds: number;
}

/** A policy is asked about so many records at once. */
const MAX_FACTS = 48;
/** Longer than any rule of a health policy looks back. */
const LONGEST_WINDOW_SECONDS: number = 32 * 86_400;
const NEWEST: number = Number.MAX_SAFE_INTEGER;

/** `undefined`: the facts are too vague to say a colour, and a person must rule. @param policy in force at that time */
export function deriveColour(
  { scheme, policy }: { readonly scheme: Scheme; readonly policy: Policy },
  facts: HealthFacts,
  atSeconds: number,
): DerivedColour | undefined {
  const ruling = facts.rulings.findLast((one) => isRuling(one, atSeconds));
  const asked =
    ruling === undefined ? facts : { ...facts, ...(ruling.unweighed ?? since(facts, ruling.fromSeconds)) };
  const records = factRecords(asked, atSeconds);
  if (records === undefined) return undefined;
  const report = evaluatePolicy(policy, { person: {}, records, trip: {} }, atSeconds);
  if (report.kind === 'undecided') return undefined;
  const state = colourOf(scheme, report.outcome);
  const ends = [report.holdsUntilSeconds, ...edgesOf(facts)].filter((seconds) => seconds > atSeconds);
  const common = {
    ruleId: policy.id,
    ruleVersion: policy.version,
    validUntilSeconds: lastSecond(policy, atSeconds, Math.min(...ends)),
  };
  // What came to light after a ruling may worsen the colour that it gave, never better it.
  if (ruling !== undefined && !isWorse(scheme, state, ruling.state)) {
    return { ...common, state: ruling.state, ground: ruling.ground, basis: 'ruling' };
  }
  const ground = groundOf(policy, report);
  return { ...common, state, ...(ground === undefined ? {} : { ground }), basis: 'rules' };
}

/** The facts that no ruling made at that time can have weighed. */
function since(
  { records, orders }: HealthFacts,
  fromSeconds: number,
): Pick<HealthFacts, 'records' | 'orders'> {
  return {
    records: records.filter((record) => momentOf(record) >= fromSeconds),
    orders: orders.filter((order) => order.fromSeconds >= fromSeconds),
  };
}

/** When orders and rulings begin and end. */
function edgesOf({ orders, rulings }: HealthFacts): readonly number[] {
  return [
    ...orders.flatMap((order) => [order.fromSeconds, endOf(order)]),
    ...rulings.flatMap(({ fromSeconds, untilSeconds }) => [fromSeconds, untilSeconds]),
  ];
}

function isWorse(scheme: Scheme, a: Colour, b: Colour): boolean {
  return (severityOf(scheme, a) ?? 0) > (severityOf(scheme, b) ?? 0);
}

function isRuling({ fromSeconds, untilSeconds }: Ruling, atSeconds: number): boolean {
  return fromSeconds <= atSeconds && atSeconds < untilSeconds;
}

/** Of the first rule that failed with the outcome that counts. */
function groundOf(policy: Policy, { rules, outcome }: PolicyReport): Code | undefined {
  const failed = rules.find((rule) => rule.result === 'fail' && rule.otherwise === outcome);
  if (failed === undefined) return undefined;
  const ground = `hcl|${failed.id}`;
  invariant(isGround(ground), `${nameOf(policy)} names its rules after grounds`);
  return ground;
}

/** 23:59:59 of the day where the policy counts, or the second before `endSeconds`. */
function lastSecond({ offsetSeconds }: Policy, atSeconds: number, endSeconds: number): number {
  const midnight = startOfDay(dayAt(atSeconds, offsetSeconds) + 1, offsetSeconds);
  return Math.ceil(Math.min(midnight, endSeconds)) - 1;
}

/**
 * Tests and declarations, newest first, and the orders in force. `undefined`: more than can be weighed, and leaving out
 * any would let a flood of good results push out a bad one.
 */
function factRecords({ records, orders }: HealthFacts, atSeconds: number): readonly FactRecord[] | undefined {
  const told = records
    .filter(({ type }) => type === 'test' || type === 'declaration')
    .toSorted((a, b) => momentOf(b) - momentOf(a));
  const recent = told.filter((record) => momentOf(record) > atSeconds - LONGEST_WINDOW_SECONDS);
  const counted = told.length > MAX_FACTS ? recent : told;
  if (counted.length > MAX_FACTS) return undefined;
  return [
    ...counted.map(factRecordOf),
    ...orders
      .filter((order) => isInForce(order, atSeconds))
      .map(({ kind, ground }) => ({ type: 'order', facts: { kind, ground } })),
  ];
}

function factRecordOf(record: HealthRecord): FactRecord {
  const { type, subject: _, ...facts } = record;
  // A record is canonical JSON, and so is what is left of it.
  return { type, facts: facts as unknown as FactRecord['facts'] };
}

/** When what health policies ask about happened; a time that cannot be read may be any, so it counts as the newest. */
function momentOf(record: HealthRecord): number {
  switch (record.type) {
    case 'test':
      return toUnixSeconds(record.collectedAt) ?? NEWEST;
    case 'declaration':
      return toUnixSeconds(record.declaredAt) ?? NEWEST;
    case 'vaccination':
    case 'recovery':
    case 'exemption':
      return 0;
  }
}
