/** The codes that a holder brings to the source, judged as any verifier judges them. */
import { evidenceDigest } from '../../../core/conversion/consent.ts';
import { ConversionError } from '../../../core/conversion/errors.ts';
import { toEvidence } from '../../../core/conversion/evidence.ts';
import type { StatusCredential } from '../../../core/credential/claims.ts';
import type { ConversionEvidence } from '../../../core/record/derived.ts';
import { issuerTrustAt } from '../../../core/trust/trust-at.ts';
import { onePersonProblems } from '../../../core/verify/one-person.ts';
import { ledgerSeconds, ownSeconds } from '../house-time.ts';
import { claimedIssuer, judgeCode, type JudgedCode } from '../judged-code.ts';
import type { Between } from '../mapping-in-force.ts';
import type { SourceHouse } from './entry.ts';
import { EvidenceLists } from './evidence-lists.ts';
import type { ConversionRequest } from './request.ts';

export interface JudgedStatus extends JudgedCode {
  readonly claims: StatusCredential;
}

/** A health code of ours. Throws `CONVERSION_CODE_NOT_OURS` and what `judgeCode` throws. */
export async function judgeStatus(house: SourceHouse, code: string): Promise<JudgedStatus> {
  const judged = await judgeCode(code, judgeOptions(house)).catch((error: unknown) => {
    // Of a code of elsewhere that is what its holder should hear, whatever else is wrong with it.
    const isRefused = error instanceof ConversionError;
    throw isRefused && isOfElsewhere(house, code) ? new ConversionError('CONVERSION_CODE_NOT_OURS') : error;
  });
  const { claims } = judged;
  if (claims.iss !== house.did || claims.vct !== 'urn:hcl:status:1') {
    throw new ConversionError('CONVERSION_CODE_NOT_OURS');
  }
  return { ...judged, claims };
}

function isOfElsewhere({ did }: SourceHouse, code: string): boolean {
  const issuer = claimedIssuer(code);
  return issuer !== '' && issuer !== did;
}

/**
 * Of the same person, and authentic, each of it, whichever issuer on the ledger it is of, and what the holder has agreed
 * to. Throws `CONVERSION_OTHER_PERSON`, `CONVERSION_CONSENT_INVALID` and what `judgeCode` throws.
 */
export async function judgeEvidence(
  house: SourceHouse,
  { evidence: codes, lists, terms }: Pick<ConversionRequest, 'evidence' | 'lists' | 'terms'>,
  { claims }: JudgedStatus,
): Promise<readonly ConversionEvidence[]> {
  const { crypto, ledger } = house;
  const statusLists = new EvidenceLists({
    crypto,
    own: house.statusLists(),
    anchors: ledger.state.statusAnchors,
    carried: lists ?? [],
  });
  const judge = (code: string): Promise<JudgedCode> =>
    judgeCode(code, {
      ...judgeOptions(house),
      statusLists,
      isListCarried: () => claimedIssuer(code) !== house.did,
    });
  const judged = await Promise.all(codes.map(judge));
  const shown = judged.map(({ commitment }) => commitment);
  if (terms.evidence !== evidenceDigest(house.crypto, shown))
    throw new ConversionError('CONVERSION_CONSENT_INVALID');
  const people = [claims, ...judged.map((one) => one.claims)].map(({ subject }) => subject);
  if (onePersonProblems(people).length > 0) throw new ConversionError('CONVERSION_OTHER_PERSON');
  return judged.map((one) => toEvidence(one.claims)).filter((one) => one !== undefined);
}

/** Throws `CONVERSION_TARGET_UNKNOWN`. @param did of the target */
export function betweenUsAnd(house: SourceHouse, did: string): Between {
  const { trust } = house.ledger.state;
  const source = trust.issuerByDid(house.did);
  const target = trust.issuerByDid(did);
  if (source === undefined || target === undefined || source === target) {
    throw new ConversionError('CONVERSION_TARGET_UNKNOWN');
  }
  // The ledger takes nothing for an issuer that may not issue now.
  if (issuerTrustAt(target, 'status', ledgerSeconds(house)) !== 'good')
    throw new ConversionError('CONVERSION_TARGET_UNKNOWN');
  return { source, target };
}

function judgeOptions(house: SourceHouse): Parameters<typeof judgeCode>[1] {
  const { crypto, ledger, statusLists } = house;
  return { crypto, state: ledger.state, statusLists: statusLists(), nowSeconds: ownSeconds(house) };
}
