/**
 * Step 7: whether the one who shows the code holds its key. A code alone is a static print; whether that is enough is
 * the policy's business. A dynamic code is judged as one, wherever it is shown: made within the last minute, for this
 * gate or any, or for this very audience, signed by the key that the credential names.
 */
import { commitmentOf } from '../../commitment/leaf.ts';
import type { CredentialClaims } from '../../credential/claims.ts';
import { fromJwk } from '../../credential/key.ts';
import type { Es256PublicKey } from '../../crypto.ts';
import type { CodeParts } from '../../qr/code.ts';
import { ANY_GATE, audienceGate, presentationMessage, type Presentation } from '../../qr/presentation.ts';
import { timeOf, type VerifyContext } from '../context.ts';
import type { VerifyPolicy } from '../policy.ts';
import type { ReasonCode } from '../reasons.ts';
import type { Trail } from '../trail.ts';

/** A dynamic code counts for so long; whoever shows it renews it twice as often. */
export const PRESENTATION_SECONDS = 60;
/** How far the holder's clock may be ahead of ours; one that is behind uses up the minute. */
export const HOLDER_SKEW_SECONDS = 30;

/** Whether anything is asked for or shown; if not, the step is reported as not checked. */
export function isHolderAsked({ presentation }: CodeParts, { policy }: VerifyContext): boolean {
  return presentation !== undefined || !policy.acceptStaticPrint;
}

/** Of a step that {@link isHolderAsked}; empty: the holder's key made this code, now and for here. */
export function holderProblems(
  code: CodeParts,
  { cnf }: CredentialClaims,
  context: VerifyContext,
  trail: Trail,
): readonly ReasonCode[] | Promise<readonly ReasonCode[]> {
  const { presentation } = code;
  if (presentation === undefined) return staticProblems(context.policy);
  const problem = occasionProblem(presentation, context);
  if (problem !== undefined) return [problem];
  const key = cnf === undefined ? undefined : holderKey(cnf, context);
  if (key === undefined) return ['PRESENTATION_INVALID'];
  const decide = (isGood: boolean): readonly ReasonCode[] => {
    if (!isGood) return ['PRESENTATION_INVALID'];
    const { gate, timeSeconds } = presentation;
    trail.evidence.presentation = { timeSeconds, gate };
    return [];
  };
  const { audience, crypto } = context;
  const commitment = commitmentOf(crypto, code.headerBytes, code.payloadBytes);
  const message = presentationMessage(commitment, presentation, audience);
  const isGood = crypto.verifyEs256(key, message, presentation.signature);
  return isGood instanceof Promise ? isGood.then(decide) : decide(isGood);
}

/** Of a code that is as good on paper; empty: nothing else is asked for. Codes of other systems are all such. */
export function staticProblems({ acceptStaticPrint }: VerifyPolicy): readonly ReasonCode[] {
  return acceptStaticPrint ? [] : ['PRESENTATION_REQUIRED'];
}

function occasionProblem(
  { gate, timeSeconds }: Presentation,
  context: VerifyContext,
): ReasonCode | undefined {
  const ageSeconds = timeOf(context) - timeSeconds;
  if (ageSeconds > PRESENTATION_SECONDS || ageSeconds < -HOLDER_SKEW_SECONDS) {
    return 'PRESENTATION_NOT_CURRENT';
  }
  return isForHere(gate, context) ? undefined : 'PRESENTATION_OTHER_GATE';
}

function isForHere(gate: number, { audience, crypto, gate: here }: VerifyContext): boolean {
  if (audience !== undefined) return gate === audienceGate(crypto, audience);
  return gate === ANY_GATE || gate === here;
}

/** `undefined` when it is no point of the curve: nobody can sign with it. */
function holderKey(
  { jwk }: Required<CredentialClaims>['cnf'],
  { crypto }: VerifyContext,
): Es256PublicKey | undefined {
  try {
    return crypto.importEs256(fromJwk(jwk));
  } catch {
    return undefined;
  }
}
