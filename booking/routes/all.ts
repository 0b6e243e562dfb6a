/** All routes of the booking, in the service of an authority; the codes they answer with are `BOOKING_PROBLEMS`. */
import { createHmac } from 'node:crypto';
import type { Service } from '../../service/app.ts';
import { addAudit } from './audit.ts';
import { addBookings } from './bookings.ts';
import type { BookingContext } from './context.ts';
import { addPublic } from './public.ts';
import { addUses } from './uses.ts';

export function addBookingRoutes(app: Service, context: BookingContext): void {
  addBookings(app, context);
  addUses(app, context);
  addPublic(app, context);
  addAudit(app, context);
}

/** The token that lanes carry: it follows from the operator's and opens the gate's route alone. */
export function gateTokenOf(operatorToken: string): string {
  return createHmac('sha256', operatorToken).update('hcl/gate-token/1').digest('base64url');
}
