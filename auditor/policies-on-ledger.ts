/** Policies that authorities have registered for checkpoints, as they stand at the end of a history. */
import type { LedgerState } from '../core/trust/ledger-state.ts';
import type { PolicyOnLedger } from './report.ts';

/** In the order in which they were first published; the ledger has no more of their names than a hash. */
export function policiesOnLedger(
  { policies, trust }: Pick<LedgerState, 'policies' | 'trust'>,
  atSeconds: number,
): readonly PolicyOnLedger[] {
  const authorities = new Map([...trust.authorities()].map((authority) => [authority.id, authority]));
  const published = new Map(
    policies.history.flatMap(({ event }) =>
      event.event === 'PolicyPublished' ? [[`${event.authority} ${event.policy}`, event] as const] : [],
    ),
  );
  return [...published.values()].map(({ authority: id, policy }) => {
    const authority = authorities.get(id);
    const versions = policies.policyVersions(id, policy);
    const inForce = policies.policyAt(id, policy, atSeconds);
    const isAhead = versions.some(({ effectiveFrom }) => effectiveFrom > atSeconds);
    return {
      jurisdiction: authority?.jurisdiction ?? '',
      authority: authority?.name ?? '',
      policy,
      ...(inForce === undefined ? {} : { version: inForce.version, digest: inForce.digest }),
      isAhead,
    };
  });
}
