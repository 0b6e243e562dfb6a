/**
 * Step 3 for codes of other systems: whether the one who signed may say this, by the operator's list, the certificate and
 * the time. Entries of a list may share a key: whoever may say it counts.
 */
import type { ForeignCode, ForeignContent, Signer } from '../../foreign/foreign-code.ts';
import { isOver, shorterLife, type ListLife } from '../../foreign/list-life.ts';
import { invariant } from '../../errors.ts';
import { foreignTimeOf, type VerifyContext } from '../context.ts';
import type { VerifyPolicy } from '../policy.ts';
import type { ReasonCode } from '../reasons.ts';
import { signerValidityProblems } from './foreign-validity.ts';

export interface JudgedSigner {
  readonly signer: Signer;
  /** How long the list that names it holds. */
  readonly life: ListLife;
  readonly reasons: readonly ReasonCode[];
}

interface Said {
  readonly code: ForeignCode;
  readonly content: ForeignContent;
}

/** @param signers whose key the signature is by: one at least */
export function chooseSigner(signers: readonly Signer[], said: Said, context: VerifyContext): JudgedSigner {
  const judged = signers.map((signer) => judgeSigner(signer, said, context));
  const [first] = judged;
  invariant(first !== undefined, 'somebody signed it');
  return judged.find(({ reasons }) => reasons.length === 0) ?? first;
}

function judgeSigner(signer: Signer, { code, content }: Said, context: VerifyContext): JudgedSigner {
  const { foreignTrust = {}, policy } = context;
  const nowSeconds = foreignTimeOf(context);
  const life = shorterLife(foreignTrust.life ?? {}, signer.listLife ?? {});
  const reasons = [
    ...code.signerProblems(content, signer),
    ...signerValidityProblems(content, signer, nowSeconds, policy),
    ...listProblems(life, nowSeconds, policy),
  ];
  return { signer, life, reasons };
}

/** A list that has ended confirms nothing; one that names no end is for the policy to accept. */
function listProblems(
  life: ListLife,
  nowSeconds: number,
  { acceptUndatedLists }: VerifyPolicy,
): readonly ReasonCode[] {
  const isGood = life.untilSeconds === undefined ? acceptUndatedLists : !isOver(life, nowSeconds);
  return isGood ? [] : ['TRUST_LIST_STALE'];
}
