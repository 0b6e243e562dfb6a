/**
 * What a turnstile is told: whether to open, and nothing of whom. Signed, so that the line to it need not be trusted, and
 * so short that the simplest controller reads it (71 bytes, then the Ed25519 signature of 64, as base64url):
 *
 *   outcome u8 (0 pass, 1 condition, 2 refer, 3 stop) ‖ gate u32 ‖ time u32 (Unix seconds)
 *   ‖ policy (first 8 bytes of the SHA-256 of its id) ‖ policy version u32 ‖ block u64 ‖ state version u64 ‖ nonce (18)
 *   ‖ code (first 16 bytes of the SHA-256 of nonce ‖ its text)
 *
 * The signature is over "hcl/decision/1\0" ‖ these bytes (RFC 8032). `block` is the last one known, `state version` counts
 * the events in what was known. The nonce is the turnstile's: drawn for one question, good for one answer. It is hashed
 * with the code, so that two decisions do not show that one code was read twice.
 */
import { ByteWriter } from '../bytes/byte-writer.ts';
import { fromBase64url, toBase64url } from '../bytes/base64url.ts';
import { concatBytes } from '../bytes/concat.ts';
import { equalBytes } from '../bytes/equal.ts';
import { BytesError } from '../bytes/errors.ts';
import { toUtf8 } from '../bytes/utf8.ts';
import type { Crypto, ForeignPublicKey } from '../crypto.ts';
import { HclError } from '../errors.ts';
import { OUTCOMES, type Outcome } from './reasons.ts';
import type { Verdict } from './verdict.ts';

export type DecisionErrorCode =
  | 'DECISION_MALFORMED'
  | 'DECISION_SIGNATURE'
  | 'DECISION_OTHER_GATE'
  /** The answer to another question, or to this one a second time. */
  | 'DECISION_OTHER_NONCE'
  | 'DECISION_OTHER_POLICY'
  | 'DECISION_OTHER_CODE'
  | 'DECISION_NOT_CURRENT';

export class DecisionError extends HclError<DecisionErrorCode> {}

export interface Decision {
  readonly outcome: Outcome;
  readonly gate: number;
  readonly timeSeconds: number;
  /** 8 bytes, {@link policyMark}. */
  readonly policyMark: Uint8Array;
  readonly policyVersion: number;
  readonly block: number;
  readonly stateVersion: number;
  /** {@link NONCE_BYTES}. */
  readonly nonce: Uint8Array;
  /** 16 bytes, {@link codeMark}. */
  readonly codeMark: Uint8Array;
}

/** 24 characters of base64url. */
export const NONCE_BYTES = 18;
/** A decision counts for so long, by the turnstile's clock. */
export const DECISION_SECONDS = 10;

const CODE_MARK_AT = 55;
const BODY_BYTES = 71;
const SIGNATURE_BYTES = 64;
const DOMAIN = toUtf8('hcl/decision/1\0');

export function policyMark(crypto: Pick<Crypto, 'sha256'>, id: string): Uint8Array {
  return crypto.sha256(toUtf8(id)).slice(0, 8);
}

export function codeMark(crypto: Pick<Crypto, 'sha256'>, nonce: Uint8Array, code: string): Uint8Array {
  return crypto.sha256(concatBytes(nonce, toUtf8(code))).slice(0, 16);
}

/** The decision as text, signed. */
export async function signDecision(
  decision: Decision,
  sign: (message: Uint8Array) => Uint8Array | Promise<Uint8Array>,
): Promise<string> {
  const body = bodyOf(decision);
  return toBase64url(concatBytes(body, await sign(concatBytes(DOMAIN, body))));
}

export interface DecisionCheck {
  /** Of the verifier, an Ed25519 key. */
  readonly key: ForeignPublicKey;
  readonly gate: number;
  /** Asked with, and with nothing else before or after. */
  readonly nonce: Uint8Array;
  /** Id of the policy that this gate asks: whoever asks for the decision may name another. */
  readonly policy: string;
  /** The text that was read. */
  readonly code: string;
  readonly nowSeconds: number;
}

/** The decision, when it is the verifier's answer to this question, now. Throws a {@link DecisionError}. */
export async function verifyDecision(
  crypto: Crypto,
  text: string,
  { code, gate, key, nonce, nowSeconds, policy }: DecisionCheck,
): Promise<Decision> {
  const bytes = decode(text);
  const body = bytes.subarray(0, BODY_BYTES);
  const message = concatBytes(DOMAIN, body);
  if (!(await crypto.verify('EdDSA', key, message, bytes.subarray(BODY_BYTES)))) {
    throw new DecisionError('DECISION_SIGNATURE', "not signed by the verifier's key");
  }
  const decision = readBody(body);
  if (decision.gate !== gate) throw new DecisionError('DECISION_OTHER_GATE', 'for another gate');
  if (!equalBytes(decision.nonce, nonce)) {
    throw new DecisionError('DECISION_OTHER_NONCE', 'the answer to another question');
  }
  if (!equalBytes(decision.policyMark, policyMark(crypto, policy))) {
    throw new DecisionError('DECISION_OTHER_POLICY', 'decided by another policy');
  }
  if (!equalBytes(decision.codeMark, codeMark(crypto, nonce, code))) {
    throw new DecisionError('DECISION_OTHER_CODE', 'about another code');
  }
  // A time that is none is not within either.
  if (!(Math.abs(nowSeconds - decision.timeSeconds) <= DECISION_SECONDS)) {
    throw new DecisionError('DECISION_NOT_CURRENT', `not of the last ${DECISION_SECONDS} seconds`);
  }
  return decision;
}

export interface AskedDecision extends Pick<
  Decision,
  'gate' | 'nonce' | 'timeSeconds' | 'block' | 'stateVersion'
> {
  readonly code: string;
}

/** What of a verdict a turnstile is told. */
export function decisionOf(
  { outcome, policy }: Pick<Verdict, 'outcome' | 'policy'>,
  { code, ...asked }: AskedDecision,
  crypto: Pick<Crypto, 'sha256'>,
): Decision {
  return {
    ...asked,
    outcome,
    policyMark: policyMark(crypto, policy.id),
    policyVersion: policy.version,
    codeMark: codeMark(crypto, asked.nonce, code),
  };
}

function bodyOf(decision: Decision): Uint8Array {
  return new ByteWriter()
    .u8(OUTCOMES.indexOf(decision.outcome))
    .u32(decision.gate)
    .u32(decision.timeSeconds)
    .raw(decision.policyMark)
    .u32(decision.policyVersion)
    .u64(decision.block)
    .u64(decision.stateVersion)
    .raw(decision.nonce)
    .raw(decision.codeMark).bytes;
}

function decode(text: string): Uint8Array {
  let bytes: Uint8Array;
  try {
    bytes = fromBase64url(text);
  } catch (cause) {
    if (!(cause instanceof BytesError)) throw cause;
    throw new DecisionError('DECISION_MALFORMED', 'not base64url', { cause });
  }
  if (bytes.length !== BODY_BYTES + SIGNATURE_BYTES) {
    throw new DecisionError('DECISION_MALFORMED', 'not the length of a signed decision');
  }
  return bytes;
}

function readBody(body: Uint8Array): Decision {
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  const outcome = OUTCOMES[view.getUint8(0)];
  if (outcome === undefined) throw new DecisionError('DECISION_MALFORMED', 'an outcome that there is not');
  return {
    outcome,
    gate: view.getUint32(1),
    timeSeconds: view.getUint32(5),
    policyMark: body.slice(9, 17),
    policyVersion: view.getUint32(17),
    block: Number(view.getBigUint64(21)),
    stateVersion: Number(view.getBigUint64(29)),
    nonce: body.slice(37, CODE_MARK_AT),
    codeMark: body.slice(CODE_MARK_AT, BODY_BYTES),
  };
}
