/**
 * A state, its evidence and a mapping → what may be proposed, or why nothing may. The source asks before it makes a
 * conversion credential, the target asks the same again before it decides: both get the same from the same facts.
 *
 * A state never becomes better; of state and evidence only the strictest counts; nothing but the best state converts
 * by itself; the result counts as long as the source's code, the evidence and the target's own limit all do.
 */
import { invariant } from '../errors.ts';
import { dayAt, startOfDay, toDay } from '../policy/civil-day.ts';
import { isCalendarDate, toUnixSeconds } from '../record/calendar.ts';
import type { Colour, ConversionEvidence } from '../record/derived.ts';
import { isAdverse, isTakenBy } from './evidence.ts';
import type { EvidenceRule, Mapping, Span } from './mapping.ts';
import type { RefusalCode } from './refusals.ts';
import { isBetter } from './strictness.ts';

/** What the source's code and the holder say. */
export interface ConversionFacts {
  readonly state: Colour;
  /** The last second of the source's code. Unix seconds. */
  readonly sourceValidUntilSeconds: number;
  readonly evidence: readonly ConversionEvidence[];
  readonly port?: string;
  /** `YYYY-MM-DD`; absent: today. */
  readonly plannedOn?: string;
}

export type Evaluation =
  | {
      readonly result: 'convert';
      readonly state: Colour;
      /** The last second. Unix seconds. */
      readonly validUntilSeconds: number;
      /** Only what the mapping asks for: nothing else need travel. */
      readonly evidence: readonly ConversionEvidence[];
    }
  /** An officer of the target decides. */
  | { readonly result: 'refer'; readonly reason: RefusalCode }
  | Refusal;

interface Refusal {
  readonly result: 'refuse';
  readonly reason: RefusalCode;
  /** By a later clock it may be none: whoever decides for good waits. */
  readonly isEarly: boolean;
}

export function evaluateConversion(mapping: Mapping, facts: ConversionFacts, nowSeconds: number): Evaluation {
  if (nowSeconds < mapping.fromSeconds) {
    return refuse('CONVERSION_MAPPING_NOT_IN_FORCE', { isEarly: true });
  }
  if (facts.port !== undefined && !mapping.ports.includes(facts.port)) {
    return refuse('CONVERSION_PORT_UNKNOWN');
  }
  if (facts.sourceValidUntilSeconds < nowSeconds) return refuse('CONVERSION_CODE_NOT_VALID');
  const problem = dayProblem(mapping, facts.plannedOn, {
    nowSeconds,
    validUntilSeconds: lastOf(mapping, facts, { nowSeconds, used: [] }),
  });
  if (problem !== undefined) return problem;
  const rule = mapping.states[facts.state];
  if (rule?.do === 'refuse') return refuse('CONVERSION_STATE_NOT_CONVERTIBLE');
  if (facts.evidence.some(isAdverse)) return refer('CONVERSION_EVIDENCE_ADVERSE');
  if (rule?.do !== 'convert') return refer('CONVERSION_STATE_REFERRED');
  invariant(!isBetter(rule.to, facts.state), 'a mapping that was read makes no state better');
  return withEvidence(mapping, facts, { state: rule.to, nowSeconds });
}

/** The colour that an officer's own house gives the person. */
export interface OwnColour {
  readonly state: Colour;
  /** Two people have ruled on it. */
  readonly isRuled: boolean;
}

/**
 * What an officer's word on what was referred may come to: the colour of their house, where it is none better than the
 * table's or the source's; beside adverse evidence only one that two people have ruled on. It counts as long as the
 * table lets its own results count, and as all evidence that it asks for and was shown.
 */
export function evaluateReferred(
  mapping: Mapping,
  facts: ConversionFacts,
  { own, nowSeconds }: { readonly own: OwnColour; readonly nowSeconds: number },
): Exclude<Evaluation, { readonly result: 'refer' }> {
  if (nowSeconds < mapping.fromSeconds) {
    return refuse('CONVERSION_MAPPING_NOT_IN_FORCE', { isEarly: true });
  }
  // A newer version of the table may have closed it since.
  if (facts.port !== undefined && !mapping.ports.includes(facts.port))
    return refuse('CONVERSION_PORT_UNKNOWN');
  if (facts.sourceValidUntilSeconds < nowSeconds) return refuse('CONVERSION_CODE_NOT_VALID');
  const rule = mapping.states[facts.state];
  const most = rule?.do === 'convert' ? rule.to : facts.state;
  if (rule?.do === 'refuse' || isBetter(own.state, most)) return refuse('CONVERSION_STATE_NOT_CONVERTIBLE');
  if (facts.evidence.some(isAdverse) && !own.isRuled) return refuse('CONVERSION_EVIDENCE_ADVERSE');
  const shown = mapping.evidence.flatMap((asked) => longestShown(asked, facts.evidence, mapping) ?? []);
  const validUntilSeconds = lastOf(mapping, facts, { nowSeconds, used: shown });
  if (validUntilSeconds < nowSeconds) return refuse('CONVERSION_EVIDENCE_MISSING');
  const problem = dayProblem(mapping, facts.plannedOn, { nowSeconds, validUntilSeconds });
  const evidence = shown.map((one) => one.evidence);
  return problem ?? { result: 'convert', state: own.state, validUntilSeconds, evidence };
}

/** By how much the clocks of two places may differ. */
const CLOCK_SECONDS = 300;

function withEvidence(
  mapping: Mapping,
  facts: ConversionFacts,
  { state, nowSeconds }: { readonly state: Colour; readonly nowSeconds: number },
): Evaluation {
  const { evidence, plannedOn } = facts;
  const latest = nowSeconds + CLOCK_SECONDS;
  const past = evidence.filter(({ collectedAt }) => (toUnixSeconds(collectedAt) ?? Infinity) <= latest);
  const used = mapping.evidence.map((rule) => longestShown(rule, past, mapping));
  const found = used.flatMap((one) => (one !== undefined && one.untilSeconds >= nowSeconds ? [one] : []));
  if (found.length < used.length) {
    return refuse('CONVERSION_EVIDENCE_MISSING', { isEarly: past.length < evidence.length });
  }
  const validUntilSeconds = lastOf(mapping, facts, { nowSeconds, used: found });
  const problem = dayProblem(mapping, plannedOn, { nowSeconds, validUntilSeconds });
  return (
    problem ?? {
      result: 'convert',
      state,
      validUntilSeconds,
      evidence: found.map((one) => one.evidence),
    }
  );
}

interface UsedEvidence {
  readonly evidence: ConversionEvidence;
  readonly untilSeconds: number;
}

/** The last second that a result counts, Unix seconds. */
function lastOf(
  mapping: Mapping,
  { sourceValidUntilSeconds }: ConversionFacts,
  { nowSeconds, used }: { readonly nowSeconds: number; readonly used: readonly UsedEvidence[] },
): number {
  const ends = [
    sourceValidUntilSeconds,
    endOf(mapping.longest, nowSeconds, mapping),
    ...used.map(({ untilSeconds }) => untilSeconds),
  ];
  return Math.floor(Math.min(...ends));
}

/** Of the evidence that a rule takes, what counts the longest; it may have ended. */
function longestShown(
  rule: EvidenceRule,
  evidence: readonly ConversionEvidence[],
  mapping: Mapping,
): UsedEvidence | undefined {
  return evidence
    .filter((one) => isTakenBy(rule, one))
    .flatMap((one) => {
      const fromSeconds = toUnixSeconds(one.collectedAt);
      return fromSeconds === undefined
        ? []
        : [{ evidence: one, untilSeconds: endOf(rule.within, fromSeconds, mapping) }];
    })
    .toSorted((a, b) => b.untilSeconds - a.untilSeconds)[0];
}

/** The last second of a span that begins at a moment. */
function endOf({ amount, unit }: Span, fromSeconds: number, { offsetSeconds }: Mapping): number {
  if (unit === 'hours') return fromSeconds + amount * 3600;
  return startOfDay(dayAt(fromSeconds, offsetSeconds) + amount + 1, offsetSeconds) - 1;
}

/** None where the code would still count when its holder means to cross; no day is today. */
function dayProblem(
  { offsetSeconds }: Mapping,
  plannedOn: string | undefined,
  { nowSeconds, validUntilSeconds }: { readonly nowSeconds: number; readonly validUntilSeconds: number },
): Refusal | undefined {
  if (plannedOn === undefined) return undefined;
  const day = isCalendarDate(plannedOn) ? toDay(plannedOn) : Number.NaN;
  const isLater = day > dayAt(validUntilSeconds, offsetSeconds);
  if (day >= dayAt(nowSeconds, offsetSeconds) && !isLater) return undefined;
  return refuse('CONVERSION_DAY_NOT_POSSIBLE', { isEarly: isLater });
}

function refer(reason: RefusalCode): Evaluation {
  return { result: 'refer', reason };
}

function refuse(reason: RefusalCode, { isEarly = false }: { readonly isEarly?: boolean } = {}): Refusal {
  return { result: 'refuse', reason, isEarly };
}
