/** What the routes of the booking are given by the service that mounts them. */
import type { Guard } from '../../service/bearer.ts';
import type { Clock } from '../../service/clock.ts';
import type { BookingDesk } from '../desk.ts';

export interface BookingContext {
  /** Asked at each request: a store that is opened again has another one. */
  readonly desk: () => BookingDesk;
  readonly now: Clock;
  /** Who books for people: the service's operator. */
  readonly operator: Guard;
  /** Lanes, which may use places and nothing else. */
  readonly gate: Guard;
  readonly auditor: Guard;
}
