/**
 * Several codes in one scan, shown by one person: a vaccination, a test and an exemption → one decision. Each code
 * is verified by itself; the rules are asked once, about all of them. A bad code among good ones makes the whole
 * scan bad: whoever shows a forgery is not waved through on the rest. Codes of different people do not add up.
 */
import { matchIdentity, type IdentityMatch } from '../record/identity-match.ts';
import { weigh } from './conclude.ts';
import { timeOf, type VerifyContext } from './context.ts';
import type { PolicyEvidence, VerifiedCredential } from './policy-rules.ts';
import { REASONS, type ReasonCode } from './reasons.ts';
import { reasonsOf } from './steps/identity.ts';
import type { Verdict } from './verdict.ts';
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
  const credentials = kept.flatMap(toCredential);
  const found = kept.flatMap(({ reasons }) => reasons);
  const isBad = found.some((reason) => REASONS[reason].validity === 'invalid');
  const report = isBad ? undefined : rules?.apply(credentials, timeOf(context));
  const isAll = looked.length > 0 && looked.length === new Set(texts).size;
  const all = [
    ...found,
    ...onePerson(credentials),
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

/** The same credential in two forms of its text is one. */
function withoutRepeats(parts: readonly Verdict[]): readonly Verdict[] {
  const seen = new Set<string>();
  return parts.filter(({ evidence: { commitment } }) => {
    if (commitment === undefined) return true;
    const isNew = !seen.has(commitment);
    seen.add(commitment);
    return isNew;
  });
}

function toCredential({ evidence: { claims, issuer } }: Verdict): readonly VerifiedCredential[] {
  return claims === undefined || issuer === undefined ? [] : [{ claims, issuer }];
}

/** Every credential beside the first that shows the most. */
function onePerson(credentials: readonly VerifiedCredential[]): readonly ReasonCode[] {
  const whole = credentials.find(({ claims }) => claims.profile === 'travel') ?? credentials[0];
  if (whole === undefined) return [];
  const others = credentials.filter((credential) => credential !== whole);
  return others.flatMap(({ claims }) => reasonsOf(comparePeople(claims, whole.claims)));
}

type Claims = VerifiedCredential['claims'];

/** Two masked credentials cannot be compared with each other letter by letter: the same masks are the same. */
function comparePeople({ subject: a }: Claims, { subject: b }: Claims): Pick<IdentityMatch, 'result'> {
  const isSame = a.doc === b.doc && a.docType === b.docType && a.nameEn === b.nameEn && a.nameZh === b.nameZh;
  if (isSame && (a.dob === undefined || b.dob === undefined || a.dob === b.dob)) return { result: 'match' };
  const name = b.nameEn ?? b.nameZh;
  return matchIdentity(a, {
    documentNumber: b.doc,
    ...(name === undefined ? {} : { name }),
    ...(b.docType === undefined ? {} : { documentType: b.docType }),
    ...(b.dob === undefined ? {} : { birth: b.dob }),
  });
}
