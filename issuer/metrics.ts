/** The issuer's own metrics; no label takes more than a handful of values. */
import type { Counter, Gauge, Histogram } from 'prom-client';
import { counter, createMetrics, gauge, seconds, type HttpMetrics } from '../service/metrics.ts';

export interface IssuerMetrics extends HttpMetrics {
  readonly records: Counter;
  readonly staged: Counter<'class'>;
  readonly released: Counter<'class'>;
  readonly anchorSeconds: Histogram;
  readonly ledgerFailures: Counter;
  readonly waiting: Gauge;
  readonly statusVersion: Gauge;
  readonly budgetExceeded: Counter<'rule'>;
  readonly budgetUsed: Gauge<'rule'>;
  readonly erased: Counter;
  readonly manualColours: Counter;
  readonly colourAlarms: Counter<'rule'>;
}

export function createIssuerMetrics(): IssuerMetrics {
  const http = createMetrics();
  const { registry } = http;
  const labels = ['class'] as const;
  return {
    ...http,
    records: counter({ registry, name: 'hcl_issuer_records_total', help: 'Records stored' }),
    staged: counter({ registry, name: 'hcl_issuer_batches_staged_total', help: 'Batches staged', labels }),
    released: counter({
      registry,
      name: 'hcl_issuer_credentials_released_total',
      help: 'Credentials released',
      labels,
    }),
    anchorSeconds: seconds({
      registry,
      name: 'hcl_issuer_anchor_duration_seconds',
      help: 'From sending a batch to its being final',
    }),
    ledgerFailures: counter({
      registry,
      name: 'hcl_issuer_ledger_failures_total',
      help: 'Passes the ledger cut short',
    }),
    waiting: gauge({
      registry,
      name: 'hcl_issuer_waiting_leaves',
      help: 'Stored leaves that no batch holds yet',
    }),
    statusVersion: gauge({
      registry,
      name: 'hcl_issuer_status_version',
      help: 'Newest status version on the ledger',
    }),
    budgetExceeded: counter({
      registry,
      name: 'hcl_issuer_budget_exceeded_total',
      help: 'Chunks of records that went, or would have gone, over an issuing budget',
      labels: ['rule'],
    }),
    budgetUsed: gauge({
      registry,
      name: 'hcl_issuer_budget_used_ratio',
      help: 'Used part of an issuing budget, of the subject counted last',
      labels: ['rule'],
    }),
    manualColours: counter({
      registry,
      name: 'hcl_issuer_manual_colours_total',
      help: 'Colours of health codes changed by hand',
    }),
    colourAlarms: counter({
      registry,
      name: 'hcl_issuer_colour_alarms_total',
      help: 'Changes by hand above 50 an hour, or above 10 by one pair',
      labels: ['rule'],
    }),
    erased: counter({ registry, name: 'hcl_issuer_records_erased_total', help: 'Records erased' }),
  };
}
