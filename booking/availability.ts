/** What may be booked of a programme now, and what is left. */
import { toDate } from '../core/policy/civil-day.ts';
import type { Slot } from './booking.ts';
import type { Office } from './office.ts';
import type { Allocation, Programme } from './programme.ts';
import { isOpen, today, windowOf } from './window.ts';

/** What is left on a date that may be booked now. */
export interface Availability extends Slot {
  readonly allocation: Allocation;
  readonly quota: number;
  readonly free: number;
  readonly waiting: number;
}

/** No window reaches further. */
const MAX_DAYS_AHEAD = 75;

export function availabilityOf(
  office: Office,
  programme: Programme,
  nowSeconds: number,
): readonly Availability[] {
  const ports = [...new Set(programme.quotas.map(({ port }) => port))];
  return Array.from({ length: MAX_DAYS_AHEAD }, (_, i) => toDate(today(nowSeconds) + i))
    .filter((date) => {
      const window = windowOf(programme, date, nowSeconds);
      return window !== undefined && isOpen(window, nowSeconds);
    })
    .flatMap((date) =>
      ports.map((port) => availableIn(office, { programme: programme.id, port, date }, programme)),
    )
    .filter(({ quota }) => quota > 0);
}

function availableIn(office: Office, slot: Slot, { allocation }: Programme): Availability {
  const free = Math.max(0, office.freeIn(slot));
  const waiting = office.register.waitingCount(slot);
  return { ...slot, allocation, quota: office.quotaOf(slot), free, waiting };
}
