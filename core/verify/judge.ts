/**
 * The protocol, step by step: decode → inclusion → issuer → signature → validity → status → holder →
 * identity → policy. Two ways lead through its middle: an anchored credential is authenticated by inclusion
 * and signature, at the time of its anchor; one whose root was not seen only by its signature, now, and is at
 * best unconfirmed.
 */
import { toHex } from '../bytes/hex.ts';
import type { CredentialClaims } from '../credential/claims.ts';
import type { Es256PublicKey } from '../crypto.ts';
import { batchClassOf, fromVct } from '../credential/credential-type.ts';
import { recogniseKind } from '../qr/kind.ts';
import type { Anchor } from '../trust/root-index.ts';
import type { Issuer } from '../trust/trust-list.ts';
import { timeOf, type VerifyContext } from './context.ts';
import { isUpToDate } from './freshness.ts';
import { judgeForeign } from './judge-foreign.ts';
import { REASONS, type ReasonCode } from './reasons.ts';
import { readClaims } from './steps/claims.ts';
import { decode, type DecodedCode } from './steps/decode.ts';
import { holderProblems, isHolderAsked } from './steps/holder.ts';
import { identityProblems } from './steps/identity.ts';
import { findInclusion, shouldBeAnchored } from './steps/inclusion.ts';
import { anchorOfIssuer, anyKey, keyAt, keyAtAnchor } from './steps/issuer.ts';
import { policyProblems, ruleProblems } from './steps/policy.ts';
import { isSignatureGood } from './steps/signature.ts';
import { statusProblems } from './steps/status.ts';
import { validityProblems } from './steps/validity.ts';
import { Trail, type Judgement } from './trail.ts';
import type { IssuerEvidence } from './verdict.ts';
import { ownRecords } from './verified-record.ts';

/** Of every version. */
const OWN_PREFIX = 'HCL';

/**
 * Neither throws nor rejects: what no step foresees is `COULD_NOT_DECIDE`. Promises only where the platform's
 * ES256 does: a turn of the event loop costs as much as a step.
 */
export function judge(text: string, context: VerifyContext): Judgement | Promise<Judgement> {
  const trail = new Trail(timeOf(context));
  try {
    const judgement = take(text, context, trail);
    return judgement instanceof Promise ? judgement.catch(() => trail.giveUp()) : judgement;
  } catch {
    return trail.giveUp();
  }
}

function take(text: string, context: VerifyContext, trail: Trail): Judgement | Promise<Judgement> {
  const kind = foreignKind(text);
  if (kind !== undefined) return judgeForeign({ text, kind }, context, trail);
  const code = decode(text);
  if (isReason(code)) return trail.stop('decode', code);
  trail.conclude('decode', []);
  trail.evidence.format = 'HCL1';
  trail.evidence.kid = code.kid;

  const { commitment, anchors, problem } = findInclusion(code, context);
  trail.evidence.commitment = toHex(commitment);
  if (problem !== undefined) return trail.stop('inclusion', problem);
  if (anchors.length === 0) return judgeUnanchored(code, context, trail);
  trail.conclude('inclusion', []);
  return judgeAnchored(code, anchors, context, trail);
}

/** Asked before decoding: codes of other systems come as often as ours, and a thrown error costs as much as a step. */
function foreignKind(text: string): string | undefined {
  return typeof text !== 'string' || text.startsWith(OWN_PREFIX) ? undefined : recogniseKind(text);
}

function judgeAnchored(
  code: DecodedCode,
  anchors: readonly Anchor[],
  context: VerifyContext,
  trail: Trail,
): Judgement | Promise<Judgement> {
  const claims = readClaims(code.payloadBytes);
  if (isReason(claims)) return trail.stop('issuer', claims);
  const found = anchorOfIssuer(claims, anchors, context);
  if (isReason(found)) return trail.stop('issuer', found);
  const { issuer, anchor } = found;
  trail.evidence.issuer = issuerEvidence(issuer);
  trail.evidence.anchoredAtSeconds = anchor.timeSeconds;
  const key = keyAtAnchor({ claims, kid: code.kid, issuer, anchor }, context);
  if (isReason(key)) return trail.stop('issuer', key);
  trail.conclude('issuer', []);

  const goOn = (): Judgement | Promise<Judgement> => {
    // A dynamic code is of one minute and one gate.
    trail.isLasting = code.presentation === undefined;
    return judgeAuthentic({ code, claims, issuer, anchoredAtSeconds: anchor.timeSeconds }, context, trail);
  };
  // Twenty bytes of a root prove less than a signature: ledger mode is for whole roots.
  const isEnough = context.policy.ledgerMode && anchor.isCut !== true;
  return isEnough ? goOn() : ifSigned(code, key, { context, trail, goOn });
}

/** The root was not seen: then nothing but the signature can tell a new credential from a forgery. */
function judgeUnanchored(
  code: DecodedCode,
  context: VerifyContext,
  trail: Trail,
): Judgement | Promise<Judgement> {
  trail.conclude('inclusion', ['ROOT_NOT_SEEN']);
  const signingKey = anyKey(code.kid, context);
  if (signingKey === undefined) {
    // A key is announced before it may be used, so whoever is up to date knows it; anybody else cannot tell.
    return isUpToDate(context) ? trail.stop('issuer', 'KEY_UNKNOWN') : trail.end();
  }
  const goOn = (): Judgement | Promise<Judgement> => judgeSignedOnly(code, context, trail);
  return ifSigned(code, signingKey, { context, trail, goOn });
}

function judgeSignedOnly(
  code: DecodedCode,
  context: VerifyContext,
  trail: Trail,
): Judgement | Promise<Judgement> {
  const claims = readClaims(code.payloadBytes);
  if (isReason(claims)) return trail.stop('issuer', claims);
  const issuer = context.state.trust.issuerByDid(claims.iss);
  if (issuer === undefined) return trail.stop('issuer', 'ISSUER_UNKNOWN');
  const key = keyAt(timeOf(context), { claims, kid: code.kid, issuer }, context);
  if (isReason(key)) return trail.stop('issuer', key);
  trail.conclude('issuer', []);
  trail.evidence.issuer = issuerEvidence(issuer);
  if (shouldBeAnchored(claims.iat, context.state.head.timeSeconds) && areRootsHeld(claims, context)) {
    return trail.stop('inclusion', 'ROOT_NEVER_ANCHORED');
  }
  return judgeAuthentic({ code, claims, issuer }, context, trail);
}

/** Whether a root that this credential could be under would still be held. */
function areRootsHeld({ iat, vct }: CredentialClaims, { state }: VerifyContext): boolean {
  const type = fromVct(vct);
  const isLong = type !== undefined && batchClassOf(type) === 'long';
  return isLong || iat >= (state.shortRootsFromSeconds ?? 0);
}

interface Continuation {
  readonly context: VerifyContext;
  readonly trail: Trail;
  readonly goOn: () => Judgement | Promise<Judgement>;
}

/** Goes on when the signature is good, and stops when not. */
function ifSigned(
  code: DecodedCode,
  key: Es256PublicKey,
  { context, trail, goOn }: Continuation,
): Judgement | Promise<Judgement> {
  const decide = (isGood: boolean): Judgement | Promise<Judgement> => {
    if (!isGood) return trail.stop('signature', 'SIGNATURE_INVALID');
    trail.conclude('signature', []);
    trail.evidence.signature = 'checked';
    return goOn();
  };
  const isGood = isSignatureGood(code, key, context);
  return isGood instanceof Promise ? isGood.then(decide) : decide(isGood);
}

interface Authentic {
  readonly code: DecodedCode;
  readonly claims: CredentialClaims;
  readonly issuer: Issuer;
  readonly anchoredAtSeconds?: number;
}

function judgeAuthentic(
  authentic: Authentic,
  context: VerifyContext,
  trail: Trail,
): Judgement | Promise<Judgement> {
  const { claims, code, issuer, anchoredAtSeconds } = authentic;
  const nowSeconds = timeOf(context);
  const { evidence } = trail;
  const type = fromVct(claims.vct);
  if (type !== undefined) evidence.type = type;
  evidence.profile = claims.profile;
  evidence.issuedAtSeconds = claims.iat;
  evidence.claims = claims;

  const anchored = anchoredAtSeconds === undefined ? {} : { anchoredAtSeconds };
  const validity = validityProblems(claims, { nowSeconds, ...anchored }, context.policy, trail);
  trail.conclude('validity', validity);
  const status = statusProblems(claims, issuer, nowSeconds, context, trail);
  trail.conclude('status', status);
  // Rules are for good evidence.
  if (areBad([...validity, ...status])) return trail.end();
  if (!isHolderAsked(code, context)) return judgePerson(authentic, context, trail);
  const goOn = (problems: readonly ReasonCode[]): Judgement => {
    trail.conclude('holder', problems);
    return areBad(problems) ? trail.end() : judgePerson(authentic, context, trail);
  };
  const holder = holderProblems(code, claims, context, trail);
  return holder instanceof Promise ? holder.then(goOn) : goOn(holder);
}

/** What is asked about the person, of whose credential all is good so far. */
function judgePerson({ claims, issuer }: Authentic, context: VerifyContext, trail: Trail): Judgement {
  const { presented } = context;
  if (presented !== undefined) {
    trail.conclude('identity', identityProblems([claims.subject], presented, trail));
  }
  const asked = policyProblems(claims, issuer.authority.jurisdiction, context.policy);
  const { rules } = context.policy;
  if (rules === undefined) trail.conclude('policy', asked);
  else {
    const records = ownRecords(claims, issuerEvidence(issuer));
    const moment = { ...context, nowSeconds: timeOf(context) };
    trail.conclude('policy', [...asked, ...ruleProblems(rules, records, moment, trail)]);
  }
  return trail.end();
}

function areBad(reasons: readonly ReasonCode[]): boolean {
  return reasons.some((reason) => REASONS[reason].validity === 'invalid');
}

function issuerEvidence({ did, authority }: Issuer): IssuerEvidence {
  return { did, name: authority.name, jurisdiction: authority.jurisdiction };
}

function isReason(value: object | ReasonCode): value is ReasonCode {
  return typeof value === 'string';
}
