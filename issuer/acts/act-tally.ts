/** How many acts stand where, and since when the oldest waits for its two people: what metrics show of acts. */
import type { Gauge } from 'prom-client';
import { gauge, type HttpMetrics } from '../../service/metrics.ts';
import type { ActState } from './act-state.ts';

type StateName = ActState['state'];

const STATES: Readonly<Record<StateName, true>> = {
  proposed: true,
  approving: true,
  approved: true,
  anchored: true,
  withdrawn: true,
};

export class ActTally {
  readonly #states = new Map<number, StateName>();
  /** Unix seconds, of those that wait for approvals. */
  readonly #proposedAt = new Map<number, number>();

  add(number: number, proposedAtSeconds: number): void {
    this.#proposedAt.set(number, proposedAtSeconds);
  }

  move(number: number, state: StateName): void {
    this.#states.set(number, state);
    if (!isPending(state) && state !== 'approved') this.#proposedAt.delete(number);
  }

  count(state: StateName): number {
    let count = 0;
    for (const one of this.#states.values()) if (one === state) count++;
    return count;
  }

  /** Seconds since the oldest act was proposed that two people have not approved; 0 when there is none. */
  oldestPendingAge(nowSeconds: number): number {
    let oldest = nowSeconds;
    for (const [number, at] of this.#proposedAt) {
      const state = this.#states.get(number);
      if (state !== undefined && isPending(state)) oldest = Math.min(oldest, at);
    }
    return nowSeconds - oldest;
  }
}

/** `tally` gives none while the store is being opened again: then the last figures stay. */
export function showActs(
  { registry }: Pick<HttpMetrics, 'registry'>,
  tally: () => ActTally | undefined,
  nowSeconds: () => number,
): void {
  gauge({
    registry,
    name: 'hcl_issuer_acts',
    help: 'Legal acts by how far they have come',
    labels: ['state'],
    collect(this: Gauge<'state'>) {
      // The names of STATES are those of the states.
      for (const state of Object.keys(STATES) as StateName[]) {
        const count = tally()?.count(state);
        if (count !== undefined) this.set({ state }, count);
      }
    },
  });
  gauge({
    registry,
    name: 'hcl_issuer_oldest_pending_act_age_seconds',
    help: 'Since when the oldest act waits for its two approvals; 0 when none does',
    collect(this: Gauge) {
      const age = tally()?.oldestPendingAge(nowSeconds());
      if (age !== undefined) this.set(age);
    },
  });
}

/** A batch that the ledger refuses makes its acts proposals again. */
function isPending(state: StateName): boolean {
  return state === 'proposed' || state === 'approving';
}
