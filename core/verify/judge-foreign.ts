/**
 * The same steps for codes of other systems: decode → (no inclusion: they are on no ledger) → signer, from the
 * operator's lists alone → signature → validity → status → holder → policy. A signer whom nobody here knows leaves
 * the code unconfirmed; a signature that is wrong makes it invalid. Nothing is fetched.
 */
import { decodeForeign } from '../foreign/decode.ts';
import { ForeignError } from '../foreign/errors.ts';
import type { ForeignCode, ForeignContent, Signer } from '../foreign/foreign-code.ts';
import { explainOpenAttestation } from '../foreign/openattestation/explain.ts';
import { foreignTimeOf, type VerifyContext } from './context.ts';
import { onePersonProblems } from './one-person.ts';
import { REASONS, type ReasonCode } from './reasons.ts';
import { factProblems } from './steps/foreign-facts.ts';
import { foreignPolicyProblems } from './steps/foreign-policy.ts';
import { chooseSigner } from './steps/foreign-signer.ts';
import { foreignValidityProblems } from './steps/foreign-validity.ts';
import { staticProblems } from './steps/holder.ts';
import { identityProblems } from './steps/identity.ts';
import { ruleProblems } from './steps/policy.ts';
import type { Judgement, Trail } from './trail.ts';
import type { ForeignEvidence, ForeignFacts, Step } from './verdict.ts';
import { foreignRecords } from './verified-record.ts';

export interface ForeignText {
  readonly text: string;
  /** Name of the system that it begins like. */
  readonly kind: string;
}

/** Rejects with what no step foresees. */
export async function judgeForeign(
  { text, kind }: ForeignText,
  context: VerifyContext,
  trail: Trail,
): Promise<Judgement> {
  trail.restsOnLedger = false;
  trail.evidence.format = kind;
  try {
    const code = decodeForeign(text, context.crypto);
    if (code === undefined) return judgeByName(text, trail);
    trail.evidence.format = code.format;
    return await take(code, context, trail);
  } catch (error) {
    if (error instanceof ForeignError) return trail.stop('decode', error.code);
    throw error;
  }
}

/** A system that is only named; of some documents it can be told what they are. */
function judgeByName(text: string, trail: Trail): Judgement {
  const explained = explainOpenAttestation(text);
  if (explained !== undefined) {
    trail.evidence.format = explained.format;
    show(trail, { explanation: explained.facts });
  }
  return trail.stop('decode', 'FORMAT_NOT_SUPPORTED');
}

async function take(code: ForeignCode, context: VerifyContext, trail: Trail): Promise<Judgement> {
  const { crypto, foreignTrust = {} } = context;
  trail.conclude('decode', []);
  if (code.kid !== undefined) trail.evidence.kid = code.kid;
  show(trail, {});
  const search = await code.findSigners(foreignTrust, crypto);
  if ('problem' in search) return judgeUnverified(code, search.problem, trail);
  const usable = search.signers.filter(({ key }) => key !== undefined);
  if (usable.length === 0) return judgeUnverified(code, 'ALGORITHM_NOT_SUPPORTED', trail);
  const signers = await whoSigned(code, usable, context);
  const [signer] = signers;
  if (signer === undefined) return trail.stop('signature', 'SIGNATURE_INVALID');
  trail.conclude('signature', []);
  trail.evidence.signature = 'checked';
  showSigner(signer, trail);
  return judgeSigned(code, signers, context, trail);
}

/** More than one where entries of the list share the key as well as its name. */
async function whoSigned(
  code: ForeignCode,
  signers: readonly Signer[],
  { crypto }: VerifyContext,
): Promise<readonly Signer[]> {
  const signed: Signer[] = [];
  for (const signer of signers) {
    if (signer.key !== undefined && (await code.isSignedBy(signer.key, crypto))) signed.push(signer);
  }
  return signed;
}

function showSigner({ name, country }: Signer, trail: Trail): void {
  show(trail, { signer: { name, ...(country === undefined ? {} : { country }) } });
}

/** Nobody here can say whose code it is: what it claims is shown as such, and never relied on. */
function judgeUnverified(code: ForeignCode, problem: ReasonCode, trail: Trail): Judgement {
  if (REASONS[problem].validity !== 'invalid') show(trail, claimedBy(code));
  return trail.stop('issuer', problem);
}

/** Rejects content that breaks its own rules; what is only of an unknown kind is left out. */
function claimedBy(code: ForeignCode): Partial<ForeignEvidence> {
  try {
    return { unverified: factsOf(code.read()) };
  } catch (error) {
    if (error instanceof ForeignError && REASONS[error.code].validity !== 'invalid') return {};
    throw error;
  }
}

function judgeSigned(
  code: ForeignCode,
  signers: readonly Signer[],
  context: VerifyContext,
  trail: Trail,
): Judgement {
  const nowSeconds = foreignTimeOf(context);
  const { crypto, policy, foreignTrust: trust = {} } = context;
  const content = code.read();
  const { life, reasons: against, signer } = chooseSigner(signers, { code, content }, context);
  trail.listLife = life;
  showSigner(signer, trail);
  const found: [Step, readonly ReasonCode[]][] = [
    ['issuer', against],
    ['validity', foreignValidityProblems(content, nowSeconds, policy, trail)],
  ];
  const status = code.statusProblems?.(content, signer, { trust, crypto });
  if (status !== undefined) found.push(['status', status]);
  for (const [step, reasons] of found) trail.conclude(step, reasons);
  tell(content, trail);
  const isBad = found.some(([, reasons]) => reasons.some((reason) => REASONS[reason].validity === 'invalid'));
  // Rules are for good evidence.
  if (isBad) return trail.end();
  const holder = staticProblems(policy);
  if (holder.length > 0) trail.conclude('holder', holder);
  judgeRecords(content, context, trail);
  return trail.end();
}

/** As our own: whom they are about, and what the rules of the place say of them. */
function judgeRecords({ records }: ForeignContent, context: VerifyContext, trail: Trail): void {
  const { policy, presented } = context;
  const { foreign } = trail.evidence;
  const verified = foreign === undefined ? [] : foreignRecords(foreign);
  const people = verified.map(({ person }) => person);
  const identity = [
    ...factProblems(records),
    ...onePersonProblems(people),
    ...(presented === undefined ? [] : identityProblems(people, presented, trail)),
  ];
  if (identity.length > 0 || presented !== undefined) trail.conclude('identity', [...new Set(identity)]);
  const { rules } = policy;
  const moment = { ...context, nowSeconds: foreignTimeOf(context) };
  const asked = rules === undefined ? [] : ruleProblems(rules, verified, moment, trail);
  trail.conclude('policy', [...foreignPolicyProblems(policy), ...asked]);
}

function tell(content: ForeignContent, trail: Trail): void {
  const { issuedAtSeconds, expiresAtSeconds, records } = content;
  const [first] = records;
  if (first !== undefined) trail.evidence.type = first.type;
  if (issuedAtSeconds !== undefined) trail.evidence.issuedAtSeconds = issuedAtSeconds;
  show(trail, {
    facts: factsOf(content),
    ...(expiresAtSeconds === undefined ? {} : { expiresAtSeconds }),
  });
}

function show(trail: Trail, more: Partial<ForeignEvidence>): void {
  trail.evidence.foreign = { inclusion: 'not-in-format', ...trail.evidence.foreign, ...more };
}

function factsOf({ records, content, schema }: ForeignContent): ForeignFacts {
  return { records, content, ...(schema === undefined ? {} : { schema }) };
}
