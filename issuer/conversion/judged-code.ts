/** A code that somebody brings, judged as any verifier judges it; what is wrong with it in the words of conversions. */
import type { CredentialClaims } from '../../core/credential/claims.ts';
import { parseClaims } from '../../core/credential/parse.ts';
import { decodeCode } from '../../core/qr/code.ts';
import { fromJwk } from '../../core/credential/key.ts';
import { ConversionError } from '../../core/conversion/errors.ts';
import type { RefusalCode } from '../../core/conversion/refusals.ts';
import type { Crypto } from '../../core/crypto.ts';
import { fromHex } from '../../core/bytes/hex.ts';
import type { StatusLists } from '../../core/status/accepted-lists.ts';
import { defaultPolicy, type VerifyPolicy } from '../../core/verify/policy.ts';
import type { ReasonCode } from '../../core/verify/reasons.ts';
import type { IssuerEvidence, Verdict } from '../../core/verify/verdict.ts';
import { verifyCode } from '../../core/verify/verify.ts';
import type { ConversionKnowledge } from './ports.ts';

/** As strict as a border: no list that is overdue, and a ledger that goes on. */
const STRICT: VerifyPolicy = {
  ...defaultPolicy,
  id: 'conversion',
  freshSeconds: 60,
  ageingSeconds: 900,
  statusGraceSeconds: 0,
};
/** The consent, or the presentation, is by the holder's key: where one is asked for, the other need not be. */
const PRESENTED: VerifyPolicy = { ...STRICT, acceptStaticPrint: false };

export interface JudgedCode {
  readonly claims: CredentialClaims;
  readonly issuer: IssuerEvidence;
  /** 75 bytes. */
  readonly commitment: Uint8Array;
  readonly verdict: Verdict;
}

export interface JudgeOptions {
  readonly crypto: Crypto;
  readonly state: ConversionKnowledge;
  readonly statusLists: StatusLists;
  /** The list that the code names came along with it: whoever brings another one is told so. */
  readonly isListCarried?: () => boolean;
  readonly nowSeconds: number;
  /** The holder shows the code now, to this audience alone; absent: they do not show it. */
  readonly audience?: Uint8Array;
}

/**
 * Throws `CONVERSION_CODE_NOT_VALID`, `…_CODE_UNCONFIRMED`, `…_WRONG_HOLDER`, `…_PRESENTED_ELSEWHERE`, `…_CLOCK_OFF`, and
 * `…_LIST_OUTDATED` for a code that is brought with another list than its issuer's last.
 */
export async function judgeCode(text: string, options: JudgeOptions): Promise<JudgedCode> {
  const isPresented = options.audience !== undefined;
  const verdict = await verifyCode(text, { ...options, policy: isPresented ? PRESENTED : STRICT });
  const { claims, commitment, issuer } = verdict.evidence;
  const isWhole = claims !== undefined && issuer !== undefined && commitment !== undefined;
  const reasons = verdict.reasons.filter((reason) => !OF_A_DOOR.has(reason));
  if (verdict.validity === 'valid' && reasons.length === 0 && isWhole) {
    return { claims, issuer, commitment: fromHex(commitment), verdict };
  }
  const isListMissing = reasons.length > 0 && reasons.every((reason) => reason === 'STATUS_UNKNOWN');
  throw new ConversionError(
    isListMissing && options.isListCarried?.() === true ? 'CONVERSION_LIST_OUTDATED' : refusalOf(verdict),
  );
}

/** What a code that was refused says of its issuer; empty when it says nothing. */
export function claimedIssuer(code: string): string {
  try {
    return parseClaims(decodeCode(code).payloadBytes).iss;
  } catch {
    return '';
  }
}

/** ES256 by the key that a credential names. */
export async function isSignedByHolder(
  crypto: Crypto,
  { cnf }: Pick<CredentialClaims, 'cnf'>,
  { message, signature }: { readonly message: Uint8Array; readonly signature: Uint8Array },
): Promise<boolean> {
  if (cnf === undefined) return false;
  try {
    return await crypto.verifyEs256(crypto.importEs256(fromJwk(cnf.jwk)), message, signature);
  } catch {
    // A key that is no point of the curve has signed nothing.
    return false;
  }
}

/** What a colour and a conversion come to, the mapping says, not the door. */
const OF_A_DOOR: ReadonlySet<ReasonCode> = new Set<ReasonCode>([
  'COLOUR_AMBER',
  'COLOUR_YELLOW',
  'COLOUR_RED',
  'CONVERSION_ON_ITS_WAY',
]);

const HOLDER: ReadonlySet<ReasonCode> = new Set<ReasonCode>([
  'PRESENTATION_INVALID',
  'PRESENTATION_REQUIRED',
]);

function refusalOf({ reasons, validity }: Verdict): RefusalCode {
  if (reasons.some((reason) => HOLDER.has(reason))) return 'CONVERSION_WRONG_HOLDER';
  if (reasons.includes('PRESENTATION_OTHER_GATE')) return 'CONVERSION_PRESENTED_ELSEWHERE';
  if (reasons.includes('PRESENTATION_NOT_CURRENT')) return 'CONVERSION_CLOCK_OFF';
  return validity === 'unconfirmed' ? 'CONVERSION_CODE_UNCONFIRMED' : 'CONVERSION_CODE_NOT_VALID';
}
