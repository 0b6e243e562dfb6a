/**
 * Prometheus metrics of a service. Names end in their unit (`_seconds`, `_bytes`, `_total`); labels take few
 * values and never an id.
 */
import { AggregatorRegistry, Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

export interface HttpMetrics {
  readonly registry: Registry;
  readonly requestSeconds: Histogram<'method' | 'route' | 'status'>;
  /** What `GET /metrics` shows in place of this registry alone: that of all processes of a service. */
  readonly page?: () => Promise<string>;
}

/** As a registry tells them to another process. */
export type MetricValues = Awaited<ReturnType<Registry['getMetricsAsJSON']>>;

/** Of several processes: counters are added, gauges joined as each of them says. */
export function joinMetrics(each: readonly MetricValues[]): Promise<string> {
  return AggregatorRegistry.aggregate([...each]).metrics();
}

/** As {@link joinMetrics}, to be joined further. */
export function addMetrics(each: readonly MetricValues[]): Promise<MetricValues> {
  return AggregatorRegistry.aggregate([...each]).getMetricsAsJSON();
}

/** Those that never fall in one process. */
export function countsOf(metrics: MetricValues): MetricValues {
  return metrics.filter(isCount);
}

export function gaugesOf(metrics: MetricValues): MetricValues {
  return metrics.filter((metric) => !isCount(metric));
}

function isCount({ type }: MetricValues[number]): boolean {
  // The library's types name kinds by numbers, its values by words.
  return ['counter', 'histogram'].includes(String(type));
}

const LATENCY_BUCKETS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30];

export function createMetrics(): HttpMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const requestSeconds = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the request to the end of its answer',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: LATENCY_BUCKETS,
    registers: [registry],
  });
  return { registry, requestSeconds };
}

export interface MetricSpec<Label extends string> {
  readonly registry: Registry;
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly Label[];
}

export function counter<Label extends string = never>(spec: MetricSpec<Label>): Counter<Label> {
  return new Counter({
    name: spec.name,
    help: spec.help,
    labelNames: spec.labels ?? [],
    registers: [spec.registry],
  });
}

/** @param spec `collect` sets the gauge anew whenever it is asked for; `joined`: how those of several processes make one */
export function gauge<Label extends string = never>(
  spec: MetricSpec<Label> & {
    readonly collect?: (this: Gauge<Label>) => void | Promise<void>;
    readonly joined?: 'sum' | 'min' | 'max';
  },
): Gauge<Label> {
  return new Gauge({
    name: spec.name,
    help: spec.help,
    labelNames: spec.labels ?? [],
    registers: [spec.registry],
    aggregator: spec.joined ?? 'sum',
    ...(spec.collect === undefined ? {} : { collect: spec.collect }),
  });
}

export function seconds<Label extends string = never>(spec: MetricSpec<Label>): Histogram<Label> {
  return new Histogram({
    name: spec.name,
    help: spec.help,
    labelNames: spec.labels ?? [],
    buckets: LATENCY_BUCKETS,
    registers: [spec.registry],
  });
}
