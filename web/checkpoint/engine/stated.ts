/**
 * What rules ask beside the codes, and an officer answers by looking: yes or no, as `external.trip` has it. It is the
 * officer's word. Nothing here checks it, and no network is asked for it.
 */
export const STATED_FACTS = [
  'booked',
  'atRiskPlace',
  'highRiskCity',
  'overseasInSevenDays',
  'customsCode',
] as const;
export type StatedFact = (typeof STATED_FACTS)[number];

/** What is absent was not asked. */
export type Stated = Readonly<Partial<Record<StatedFact, boolean>>>;

/** The path by which a rule says that it needs it. */
export function pathOf(fact: StatedFact): string {
  return `external.trip.${fact}`;
}
