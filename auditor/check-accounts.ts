/**
 * Nobody writes for another: every batch, status version and batch of conversions came from an account that belonged
 * to its issuer when it was written, while the issuer was accredited and not suspended. Judged by the trust list as
 * it stood just before each event: the contracts enforce the same, and this does not believe them.
 */
import type { Hex, LedgerBlock } from '../core/trust/ledger-event.ts';
import { accountTrustAt, accreditationAt } from '../core/trust/trust-at.ts';
import { TrustList } from '../core/trust/trust-list.ts';
import { isSuspendedAt } from '../core/trust/window.ts';
import type { Finding } from './report.ts';
import { writingOf } from './writer-of.ts';

/** Throws `LEDGER_STATE_INCONSISTENT` for a history that no contract of ours can have emitted. */
export function checkAccounts(blocks: readonly LedgerBlock[]): readonly Finding[] {
  const trust = new TrustList();
  return blocks.flatMap(({ number, timeSeconds, events }) =>
    events.flatMap((event): readonly Finding[] => {
      trust.apply(event, timeSeconds);
      const writing = writingOf(event);
      const problem = writing && problemOf(trust, writing, timeSeconds);
      if (writing === undefined || problem === undefined) return [];
      const { issuer, root, account } = writing;
      const detail = `${event.event} by ${account}: ${problem}`;
      return [{ code: 'ACCOUNT_NOT_TRUSTED', issuer, block: number, root, detail }];
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
