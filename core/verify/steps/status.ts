/**
 * Step 6: what the issuer says of the credential since (IETF Token Status List). Only lists that the ledger
 * vouches for reach this step; one that is overdue, or older than what the ledger announced a while ago,
 * may still say "no" but no longer "yes".
 */
import type { CredentialClaims } from '../../credential/claims.ts';
import type { AcceptedList } from '../../status/accepted-lists.ts';
import type { Issuer } from '../../trust/trust-list.ts';
import type { VerifyContext } from '../context.ts';
import type { ReasonCode } from '../reasons.ts';
import type { Trail } from '../trail.ts';

export function statusProblems(
  claims: CredentialClaims,
  issuer: Issuer,
  nowSeconds: number,
  context: VerifyContext,
  trail: Trail,
): readonly ReasonCode[] {
  const { uri, idx } = claims.status.status_list;
  const accepted = context.statusLists.get(issuer.id, uri);
  // A list that another issuer publishes under this name says nothing about this one's credentials.
  if (accepted === undefined) return ['STATUS_UNKNOWN'];
  trail.statusPublishedAtSeconds = accepted.publishedAtSeconds;
  if (idx >= accepted.list.size) return ['STATUS_INDEX_OUT_OF_RANGE'];
  switch (accepted.list.get(idx)) {
    case 'revoked':
      return ['STATUS_REVOKED'];
    case 'suspended':
      return ['STATUS_SUSPENDED'];
    case 'superseded':
      return ['STATUS_SUPERSEDED'];
    case 'valid': {
      const staleFrom = staleFromSeconds(accepted, context);
      trail.changesAt(staleFrom);
      return nowSeconds < staleFrom ? [] : ['STATUS_STALE'];
    }
  }
}

function staleFromSeconds(accepted: AcceptedList, { state, policy }: VerifyContext): number {
  const overdue = accepted.nextUpdateSeconds + policy.statusGraceSeconds;
  const latest = state.statusAnchors.get(accepted.issuer);
  // The ledger names a newer set than the one we hold: we are expected to get it within the same grace.
  const isLatest = latest === undefined || latest.version <= accepted.setVersion;
  return isLatest ? overdue : Math.min(overdue, latest.timeSeconds + policy.statusGraceSeconds);
}
