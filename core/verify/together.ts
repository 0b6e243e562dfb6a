/**
 * Several codes in one scan, shown by one person: a vaccination, a test and an exemption → one decision. Each code
 * is verified by itself; the rules are asked once, about all of them. A bad code among good ones makes the whole
 * scan bad: whoever shows a forgery is not waved through on the rest. Codes of different people do not add up.
 */
import { weigh } from './conclude.ts';
import { foreignTimeOf, timeOf, type VerifyContext } from './context.ts';
import { onePersonProblems } from './one-person.ts';
import type { PolicyEvidence } from './policy-rules.ts';
import { REASONS } from './reasons.ts';
import type { Evidence, Verdict } from './verdict.ts';
import { recordsIn } from './verified-record.ts';
import { verifyCode } from './verify.ts';

export interface CombinedVerdict extends Pick<Verdict, 'outcome' | 'validity' | 'reasons' | 'policy'> {
  readonly policies: readonly PolicyEvidence[];
  /** Each code by itself, without the rules; a code shown twice is there once. */
  readonly parts: readonly Verdict[];
}

/** More codes are not looked at, and the scan is not decided. */
export const MAX_CODES_TOGETHER = 16;

/** Neither throws nor rejects. */
export async function verifyTogether(
  texts: readonly string[],
  context: VerifyContext,
): Promise<CombinedVerdict> {
  const { policy } = context;
  const { rules, ...withoutRules } = policy;
  const looked = [...new Set(texts)].slice(0, MAX_CODES_TOGETHER);
  const parts: Verdict[] = [];
  for (const text of looked) parts.push(await verifyCode(text, { ...context, policy: withoutRules }));
  const kept = withoutRepeats(parts);
  const records = kept.flatMap(({ evidence }) => recordsIn(evidence));
  const found = kept.flatMap(({ reasons }) => reasons);
  const isBad = found.some((reason) => REASONS[reason].validity === 'invalid');
  const report = isBad ? undefined : rules?.apply(records, timeFor(kept, context), context.registry);
  const isAll = looked.length > 0 && looked.length === new Set(texts).size;
  const all = [
    ...found,
    ...onePersonProblems(records.map(({ person }) => person)),
    ...(report?.reasons ?? []),
    ...(isAll ? [] : (['COULD_NOT_DECIDE'] as const)),
  ];
  const asked = report?.policies.find(({ id }) => id === policy.id);
  return {
    ...weigh([...new Set(all)]),
    policy: { id: policy.id, version: asked?.version ?? policy.version },
    policies: report?.policies ?? [],
    parts: kept,
  };
}

/** That of our own codes, if there is one among them. */
function timeFor(parts: readonly Verdict[], context: VerifyContext): number {
  return parts.some(({ evidence }) => evidence.claims !== undefined)
    ? timeOf(context)
    : foreignTimeOf(context);
}

/** The same credential in two forms of its text is one. */
function withoutRepeats(parts: readonly Verdict[]): readonly Verdict[] {
  const seen = new Set<string>();
  return parts.filter(({ evidence }) => {
    const name = nameOf(evidence);
    if (name === undefined) return true;
    const isNew = !seen.has(name);
    seen.add(name);
    return isNew;
  });
}

/** What two texts of one credential share. Other systems have no name for it but all that it says. */
function nameOf({ commitment, foreign, format }: Evidence): string | undefined {
  if (commitment !== undefined) return commitment;
  const content = foreign?.facts?.content;
  return content === undefined ? undefined : `${format} ${JSON.stringify(content)}`;
}
