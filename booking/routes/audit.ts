/** `GET /bookings/audit`, for auditors: every count of the quota derived again from the log, and what does not hold. */
import type { TUnsafe } from 'typebox';
import type { Service } from '../../service/app.ts';
import { Closed, Type } from '../../service/schema.ts';
import type { BookingAudit } from '../audit.ts';
import type { BookingContext } from './context.ts';
import { problems, SLOT_FIELDS } from './schemas.ts';

const Answer: TUnsafe<BookingAudit> = Type.Unsafe<BookingAudit>(
  Closed({
    entries: Type.Integer(),
    bookings: Type.Integer(),
    slots: Type.Array(
      Closed({
        ...SLOT_FIELDS,
        quota: Type.Integer(),
        peak: Type.Integer(),
        people: Type.Record(Type.String(), Type.Integer()),
      }),
    ),
    problems: Type.Array(
      Closed({ kind: Type.String(), number: Type.Integer(), order: Type.Optional(Type.Integer()) }),
    ),
  }),
);

export function addAudit(app: Service, { desk, auditor: onRequest }: BookingContext): void {
  const schema = {
    tags: ['auditor'],
    security: [{ operator: [] }],
    response: { 200: Answer, ...problems },
  };
  app.get('/bookings/audit', { onRequest, schema }, async () => await desk().audit());
}
