/** What the verifier counts. Outcomes and reasons only: nothing about a code or a person. */
import { counter, gauge, type HttpMetrics } from '../service/metrics.ts';
import type { Verdict } from '../core/verify/verdict.ts';
import type { LedgerState } from '../core/trust/ledger-state.ts';
import { REGISTRATIONS } from '../core/verify/policy-rules.ts';
import type { CheckpointFiles } from './checkpoint-files.ts';

export interface VerifierMetrics {
  /** Call for every verdict given. @param device id of the enrolled device that it was given to */
  count(verdict: Pick<Verdict, 'outcome' | 'validity' | 'reasons'>, device: string | undefined): void;
  /** Call when what is known has changed. */
  observe(state: LedgerState): void;
  /** Call when either has. */
  observeRules(files: CheckpointFiles, state: LedgerState): void;
  /** Call when the operator's files may have changed. */
  observeFiles(files: CheckpointFiles): void;
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
    joined: 'min',
  });
  const refused = gauge({
    registry,
    name: 'hcl_checkpoint_files_refused',
    help: 'Files of the operator that are not in use as they are now, by what they are',
    joined: 'max',
    labels: ['what'] as const,
  });
  const rules = gauge({
    registry,
    name: 'hcl_checkpoint_rules',
    help: 'Policies of rules that are asked of everybody now, by what the ledger says of them',
    joined: 'max',
    labels: ['what'] as const,
  });
  const trustUntil = gauge({
    registry,
    name: 'hcl_trust_list_valid_until_seconds',
    help: 'When the list of foreign signers in use ends, Unix time; 0: it does not say, or there is none',
    joined: 'min',
  });
  const roots = gauge({
    registry,
    name: 'hcl_replica_roots',
    help: 'Anchored roots known',
    joined: 'min',
  });
  return {
    count({ outcome, validity, reasons: codes }) {
      verdicts.inc({ outcome, validity });
      for (const reason of codes) reasons.inc({ reason });
    },
    observe(state) {
      head.set(state.head.timeSeconds);
      roots.set(state.roots.size);
    },
    observeRules(files, state) {
      const found = files.policies.flatMap(({ good }) =>
        good === undefined ? [] : files.rulesInUse(good.value, state),
      );
      for (const what of REGISTRATIONS) {
        rules.set({ what }, found.filter(({ registration }) => registration === what).length);
      }
    },
    observeFiles({ policies, trust, trustFile }) {
      refused.set({ what: 'policy' }, policies.filter(({ refusal }) => refusal !== undefined).length);
      refused.set({ what: 'trust' }, trustFile?.refusal === undefined ? 0 : 1);
      trustUntil.set(trust.life?.untilSeconds ?? 0);
    },
  };
}
