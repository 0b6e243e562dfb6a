/** What the verifier counts. Outcomes and reasons only: nothing about a code or a person. */
import { counter, gauge, type HttpMetrics } from '../service/metrics.ts';
import type { Verdict } from '../core/verify/verdict.ts';
import type { LedgerState } from '../core/trust/ledger-state.ts';

export interface VerifierMetrics {
  /** Call for every verdict given. */
  count(verdict: Verdict): void;
  /** Call when what is known has changed. */
  observe(state: LedgerState): void;
}

export function verifierMetrics({ registry }: HttpMetrics): VerifierMetrics {
  const verdicts = counter({
    registry,
    name: 'hcl_verdicts_total',
    help: 'Verdicts given, by outcome and validity',
    labels: ['outcome', 'validity'] as const,
  });
  const reasons = counter({
    registry,
    name: 'hcl_verdict_reasons_total',
    help: 'Reasons given in verdicts',
    labels: ['reason'] as const,
  });
  const head = gauge({
    registry,
    name: 'hcl_replica_head_time_seconds',
    help: 'Time of the last ledger block known, Unix time',
  });
  const roots = gauge({ registry, name: 'hcl_replica_roots', help: 'Anchored roots known' });
  return {
    count({ outcome, validity, reasons: codes }) {
      verdicts.inc({ outcome, validity });
      for (const reason of codes) reasons.inc({ reason });
    },
    observe(state) {
      head.set(state.head.timeSeconds);
      roots.set(state.roots.size);
    },
  };
}
