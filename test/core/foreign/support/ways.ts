/** Ways to the reasons that only codes of other systems have. */
import { toBase45 } from '../../../../core/bytes/base45.ts';
import { toZlib } from '../../../../core/bytes/zlib.ts';
import { toCbor } from '../../../../core/bytes/cbor-writer.ts';
import type { JsonObject } from '../../../../core/bytes/strict-json.ts';
import type { ReasonCode } from '../../../../core/verify/reasons.ts';
import type { Verdict } from '../../../../core/verify/verdict.ts';
import { makeAuthority, makeCertificate, makeRevocationList } from './certificates.ts';
import { trustOf, verdictWith } from './foreign-verdict.ts';
import { DCC, JUDGED_AT, makeHcertSigner } from './hcert-signer.ts';
import { csca, seal, signer as sealSigner, TEST_DATA, verdictOnSeal } from './seals.ts';

type Ways = readonly (() => Promise<Verdict>)[];

const signer = makeHcertSigner();

async function verdictOf(text: string): Promise<Verdict> {
  return verdictWith(text, await trustOf({ hcert: [{ certificate: signer.certificate }] }), JUDGED_AT);
}

const otherAlgorithm = toCbor([
  toCbor(new Map([[1, -260]])),
  new Map(),
  new Uint8Array(1),
  new Uint8Array(1),
]);

const overdueList = makeRevocationList({ issuer: csca, serials: [], nextUpdate: '20220101000000Z' });
const forgedCertificate = makeCertificate({
  subject: sealSigner,
  issuer: { ...makeAuthority('AU', 'CSCA'), keyId: csca.keyId },
});

// A result in words that nobody defined: authentic, but not what decides.
const withoutResult: JsonObject = {
  ...TEST_DATA,
  msg: { ...(TEST_DATA['msg'] as JsonObject), tr: { tc: 'antigen', r: 'inconclusive' } },
};

export const foreignWays: Readonly<
  Record<
    Extract<
      ReasonCode,
      | 'CODE_INCOMPLETE'
      | 'ALGORITHM_NOT_SUPPORTED'
      | 'CONTENT_INVALID'
      | 'CONTENT_NOT_SUPPORTED'
      | 'TRUST_LIST_MISSING'
      | 'TRUST_LIST_STALE'
      | 'SIGNER_UNKNOWN'
      | 'SIGNER_NOT_CERTIFIED'
      | 'SIGNER_REVOKED'
      | 'FACTS_MISSING'
    >,
    Ways
  >
> = {
  CODE_INCOMPLETE: [() => verdictWith('shc:/1/2/5676', {}, JUDGED_AT)],
  ALGORITHM_NOT_SUPPORTED: [() => verdictOf(`HC1:${toBase45(toZlib(otherAlgorithm))}`)],
  CONTENT_INVALID: [() => verdictOf(signer.issue({ claim: { ...DCC, dob: '1980-13-01' } }))],
  CONTENT_NOT_SUPPORTED: [() => verdictOf(signer.issue({ claimNumber: 3 }))],
  TRUST_LIST_MISSING: [() => verdictWith(signer.issue(), {}, JUDGED_AT)],
  TRUST_LIST_STALE: [() => verdictOnSeal(seal(), [overdueList])],
  SIGNER_UNKNOWN: [() => verdictOf(signer.issue({ kid: new Uint8Array(8) }))],
  SIGNER_NOT_CERTIFIED: [() => verdictOnSeal(seal(TEST_DATA, forgedCertificate))],
  FACTS_MISSING: [() => verdictOnSeal(seal(withoutResult))],
  SIGNER_REVOKED: [() => verdictOnSeal(seal(), [makeRevocationList({ issuer: csca, serials: [5] })])],
};
