/** How many conversions stand where: what metrics show of them. Nothing of a person, and of peers only all together. */
import type { Gauge } from 'prom-client';
import { DECISIONS } from '../../core/conversion/acknowledgement.ts';
import { gauge, type HttpMetrics } from '../../service/metrics.ts';
import type { Conversion } from './conversion.ts';
import type { SourceState, StateCounts } from './state-counts.ts';

const STATES: Readonly<Record<'source' | 'target', readonly SourceState[]>> = {
  source: ['open', 'withdrawn', ...DECISIONS],
  target: DECISIONS,
};

/** `current` gives none while the store is being opened again: then the last figures stay. */
export function showConversions(
  { registry }: Pick<HttpMetrics, 'registry'>,
  current: () => Conversion | undefined,
): void {
  gauge({
    registry,
    name: 'hcl_issuer_conversions',
    help: 'Conversions that are kept, by the side that this issuer is and by what became of them',
    labels: ['side', 'state'],
    collect(this: Gauge<'side' | 'state'>) {
      for (const side of ['source', 'target'] as const) {
        const counts: Pick<StateCounts<SourceState>, 'of'> | undefined = current()?.[side].counts;
        for (const state of STATES[side]) {
          if (counts !== undefined) this.set({ side, state }, counts.of(state));
        }
      }
    },
  });
  gauge({
    registry,
    name: 'hcl_issuer_unanswered_conversions',
    help: 'Conversions that this issuer has spent and no target has answered',
    async collect(this: Gauge) {
      const open = await current()?.source.open();
      if (open !== undefined) this.set(open.length);
    },
  });
  gauge({
    registry,
    name: 'hcl_issuer_oldest_unanswered_conversion_age_seconds',
    help: 'Since when the oldest of them waits for its target; 0 when none does',
    async collect(this: Gauge) {
      const conversion = current();
      if (conversion !== undefined) this.set((await conversion.source.oldestOpenSeconds()) ?? 0);
    },
  });
  gauge({
    registry,
    name: 'hcl_issuer_waiting_referrals',
    help: 'Conversions that wait for an officer',
    collect(this: Gauge) {
      const waiting = current()?.target.waiting;
      if (waiting !== undefined) this.set(waiting);
    },
  });
}
