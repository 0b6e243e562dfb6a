/**
 * Nobody anchors for another: every batch and status version came from an account that belonged to its
 * issuer when it was anchored, while the issuer was accredited and not suspended. Judged by the trust list as
 * it stood just before each event: the contracts enforce the same, and this does not believe them.
 */
import type { Hex, LedgerBlock } from '../core/trust/ledger-event.ts';
import { accountTrustAt, accreditationAt } from '../core/trust/trust-at.ts';
import { TrustList } from '../core/trust/trust-list.ts';
import { isSuspendedAt } from '../core/trust/window.ts';
import type { Finding } from './report.ts';

/** Throws `LEDGER_STATE_INCONSISTENT` for a history that no contract of ours can have emitted. */
export function checkAccounts(blocks: readonly LedgerBlock[]): readonly Finding[] {
  const trust = new TrustList();
  return blocks.flatMap(({ number, timeSeconds, events }) =>
    events.flatMap((event): readonly Finding[] => {
      trust.apply(event, timeSeconds);
      if (event.event !== 'BatchAnchored' && event.event !== 'StatusPublished') return [];
      const problem = problemOf(trust, event, timeSeconds);
      if (problem === undefined) return [];
      const root = event.event === 'BatchAnchored' ? event.root : event.listsRoot;
      const detail = `${event.event} by ${event.account}: ${problem}`;
      return [{ code: 'ACCOUNT_NOT_TRUSTED', issuer: event.issuer, block: number, root, detail }];
    }),
  );
}

function problemOf(
  trust: TrustList,
  { issuer: id, account: address }: { readonly issuer: Hex; readonly account: Hex },
  atSeconds: number,
): string | undefined {
  const issuer = trust.issuer(id);
  if (issuer?.acceptedAt === undefined) return 'the issuer never accepted its accreditation';
  if (accreditationAt(issuer, atSeconds) === undefined) return 'the issuer was not accredited';
  if (isSuspendedAt(issuer.suspensions, atSeconds)) return 'the issuer was suspended';
  if (isSuspendedAt(issuer.authority.suspensions, atSeconds)) return 'its authority was suspended';
  const account = trust.accountOf(address);
  if (account?.issuer !== id) return 'the account is not the issuer’s';
  const trusted = accountTrustAt(account, atSeconds);
  return trusted === 'good' ? undefined : trusted;
}
