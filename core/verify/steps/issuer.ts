/**
 * Step 3: whose credential it is, and whether issuer, ledger account and key were good for it. The name in
 * the payload, the owner of the key and the one who anchored are the same issuer, or it is nobody's.
 */
import type { CredentialClaims } from '../../credential/claims.ts';
import { fromVct } from '../../credential/credential-type.ts';
import { invariant } from '../../errors.ts';
import type { Es256PublicKey } from '../../crypto.ts';
import type { Anchor } from '../../trust/root-index.ts';
import { accountTrustAt, issuerTrustAt, keyTrustAt } from '../../trust/trust-at.ts';
import type { Issuer } from '../../trust/trust-list.ts';
import type { VerifyContext } from '../context.ts';
import { importedKey } from '../imported-key.ts';
import type { ReasonCode } from '../reasons.ts';

/** @param anchors of the root, one for each issuer that anchored it */
export function anchorOfIssuer(
  claims: CredentialClaims,
  anchors: readonly Anchor[],
  { state }: VerifyContext,
): { readonly issuer: Issuer; readonly anchor: Anchor } | ReasonCode {
  const issuer = state.trust.issuerByDid(claims.iss);
  if (issuer === undefined) return 'ISSUER_UNKNOWN';
  const anchor = anchors.find((candidate) => candidate.issuer === issuer.id);
  return anchor === undefined ? 'ISSUER_MISMATCH' : { issuer, anchor };
}

/** The key of an anchored credential, if account, issuer and key were all good when it was anchored. */
export function keyAtAnchor(
  issued: {
    readonly claims: CredentialClaims;
    readonly kid: string;
    readonly issuer: Issuer;
    readonly anchor: Anchor;
  },
  context: VerifyContext,
): Es256PublicKey | ReasonCode {
  const { claims, kid, issuer, anchor } = issued;
  const account = context.state.trust.accountOf(anchor.account);
  const ownAccount = account?.issuer === issuer.id ? account : undefined;
  const accountTrust = accountTrustAt(ownAccount, anchor.timeSeconds);
  if (accountTrust !== 'good') return accountTrust;
  return keyAt(anchor.timeSeconds, { claims, kid, issuer }, context);
}

/** The key, if issuer and key are good at that time. */
export function keyAt(
  atSeconds: number,
  issued: { readonly claims: CredentialClaims; readonly kid: string; readonly issuer: Issuer },
  context: VerifyContext,
): Es256PublicKey | ReasonCode {
  const { claims, kid, issuer } = issued;
  const type = fromVct(claims.vct);
  invariant(type !== undefined, 'parsed claims are of a known type');
  const issuerTrust = issuerTrustAt(issuer, type, atSeconds);
  if (issuerTrust !== 'good') return issuerTrust;
  const owners = context.state.trust.keysByThumbprint(kid);
  const trusted = owners.find((key) => key.issuer === issuer.id);
  if (trusted === undefined) return owners.length === 0 ? 'KEY_UNKNOWN' : 'ISSUER_MISMATCH';
  const keyTrust = keyTrustAt(trusted, atSeconds);
  if (keyTrust !== 'good') return keyTrust;
  return importedKey(context.crypto, trusted) ?? 'KEY_UNKNOWN';
}

/** Some usable key with this thumbprint: they are all the same key, whoever registered it. */
export function anyKey(kid: string, { crypto, state }: VerifyContext): Es256PublicKey | undefined {
  for (const trusted of state.trust.keysByThumbprint(kid)) {
    const key = importedKey(crypto, trusted);
    if (key !== undefined) return key;
  }
  return undefined;
}
