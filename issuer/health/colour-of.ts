/** The colour of a file's person as it follows now, and the act that a change to it is. */
import type { ColourAct, ColourCause } from '../../core/health/colour-act.ts';
import { BY_RULE, evidenceDigest } from '../../core/health/colour-act.ts';
import { deriveColour, type DerivedColour, type Ruling } from '../../core/health/derive.ts';
import { healthPolicyAt } from '../../core/health/policies.ts';
import type { Crypto } from '../../core/crypto.ts';
import type { Policy } from '../../core/policy/policy.ts';
import type { Scheme } from '../../core/record/derived.ts';
import { IssuerError } from '../errors.ts';
import { evidenceSalt } from './evidence-salt.ts';
import type { HealthFile, HeldColour, StoredRuling } from './health-file.ts';
import type { KnownRecord } from './known-facts.ts';

export interface Deriving {
  readonly policies: readonly Policy[];
  readonly file: HealthFile;
  readonly records: readonly KnownRecord[];
  readonly atSeconds: number;
}

/** Throws `HEALTH_POLICY_NOT_IN_FORCE`, `HEALTH_UNDECIDED`. */
export function colourNow(scheme: Scheme, { policies, file, records, atSeconds }: Deriving): DerivedColour {
  const policy = healthPolicyAt(policies, scheme, atSeconds);
  if (policy === undefined) {
    throw new IssuerError('HEALTH_POLICY_NOT_IN_FORCE', 'no policy of the scheme holds now');
  }
  const facts = {
    records: records.map(({ record }) => record),
    orders: file.orders,
    rulings: file.rulings
      .filter((ruling) => ruling.scheme === scheme && ruling.approvers !== undefined)
      .map((ruling) => ({ ...ruling, unweighed: unweighedBy(ruling, { file, records }) })),
  };
  const colour = deriveColour({ scheme, policy }, facts, atSeconds);
  if (colour === undefined) throw new IssuerError('HEALTH_UNDECIDED', 'the facts are too vague');
  return colour;
}

/** `undefined` while no policy holds, or the facts are too vague: nobody asked, so nobody is told. */
export function colourOrNone(scheme: Scheme, deriving: Deriving): DerivedColour | undefined {
  try {
    return colourNow(scheme, deriving);
  } catch (error) {
    if (error instanceof IssuerError) return undefined;
    throw error;
  }
}

/** What came to light after the ruling, whenever it happened. */
function unweighedBy(
  { weighed }: StoredRuling,
  { file, records }: Pick<Deriving, 'file' | 'records'>,
): NonNullable<Ruling['unweighed']> {
  const known = new Set(weighed);
  return {
    records: records.filter(({ recordId }) => !known.has(recordId)).map(({ record }) => record),
    orders: file.orders.filter(({ id }) => !known.has(id)),
  };
}

/** Whether the change that gave the colour held still gives it. */
export function isUnchanged(held: HeldColour, derived: DerivedColour): boolean {
  return (
    held.state === derived.state &&
    held.ground === derived.ground &&
    held.ruleId === derived.ruleId &&
    held.ruleVersion === derived.ruleVersion &&
    held.basis === derived.basis
  );
}

export interface Changing extends Deriving {
  readonly scheme: Scheme;
  readonly derived: DerivedColour;
  readonly did: string;
  readonly crypto: Crypto;
  readonly salt: string;
  /** References beside the person's records and orders. */
  readonly evidence: readonly string[];
  readonly cause?: ColourCause;
}

export function toColourAct(changing: Changing): ColourAct {
  const { scheme, derived, file, records, did, crypto, salt, atSeconds } = changing;
  const { state, ruleId, ruleVersion, ground, basis } = derived;
  const ruling = basis === 'ruling' ? rulingInForce(file, scheme, atSeconds) : undefined;
  const from = file.colours[scheme]?.state;
  const references = [
    ...records.map(({ recordId }) => recordId),
    ...file.orders.map(({ id }) => id),
    ...(ruling?.evidence ?? []),
    ...changing.evidence,
  ];
  return {
    version: 1,
    issuer: did,
    subject: file.ref,
    scheme,
    ...(from === undefined ? {} : { from }),
    to: state,
    ruleId,
    ruleVersion,
    ...(ground === undefined ? {} : { ground }),
    evidence: evidenceDigest(crypto, references, evidenceSalt(crypto, file, salt)),
    ...byWhom(changing, ruling),
    at: atSeconds,
    salt,
  };
}

function byWhom(
  { crypto, file, cause }: Pick<Changing, 'crypto' | 'file' | 'cause'>,
  ruling: StoredRuling | undefined,
): Pick<ColourAct, 'actor' | 'act' | 'approvers' | 'ruling' | 'cause'> {
  if (ruling === undefined) return { actor: BY_RULE, ...(cause === undefined ? {} : { cause }) };
  const { proposedBy: actor, actLeaf: act, approvers = [], untilSeconds, salt } = ruling;
  const evidence = evidenceDigest(crypto, ruling.evidence, evidenceSalt(crypto, file, salt));
  return { actor, act, approvers, ruling: { untilSeconds, evidence, salt } };
}

function rulingInForce({ rulings }: HealthFile, scheme: Scheme, atSeconds: number): StoredRuling | undefined {
  return rulings.findLast(
    (one) =>
      one.scheme === scheme &&
      one.approvers !== undefined &&
      one.fromSeconds <= atSeconds &&
      atSeconds < one.untilSeconds,
  );
}
