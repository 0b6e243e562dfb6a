/**
 * The life of a booking, for the pages that people use: `POST /bookings` holds places or enters a draw,
 * `GET /bookings/{reference}` shows it, and `POST /bookings/{reference}/…` confirms, extends, changes and cancels.
 * Documents go into the body, are hashed, and are not kept; the answers know people by their place in the party.
 */
import { toCanonicalJson } from '../../core/bytes/canonical-json.ts';
import type { Service } from '../../service/app.ts';
import { Closed, Type } from '../../service/schema.ts';
import type { RequestName } from '../booking.ts';
import type { BookingKeys } from '../keys.ts';
import { toParty } from '../party.ts';
import { programmeOf } from '../request.ts';
import type { BookingContext } from './context.ts';
import {
  BookingSchema,
  DateOfTravel,
  Port,
  problems,
  Reference,
  SLOT_FIELDS,
  TravellerSchema,
} from './schemas.ts';

/** More are refused with a reason of their own, these without. */
const MAX_PEOPLE = 16;

const NewBooking = Closed({
  ...SLOT_FIELDS,
  party: Type.Array(TravellerSchema, { maxItems: MAX_PEOPLE }),
  wait: Type.Optional(Type.Boolean()),
});
const Change = Closed({ port: Port, date: DateOfTravel });
const headers = Type.Object({
  'idempotency-key': Type.Optional(Type.String({ minLength: 1, maxLength: 128 })),
});

export function addBookings(app: Service, { desk, now, operator: onRequest }: BookingContext): void {
  const common = {
    tags: ['booking'],
    security: [{ operator: [] }],
    response: { 200: BookingSchema, ...problems },
  };
  const params = Closed({ reference: Reference });

  app.post('/bookings', { onRequest, schema: { ...common, body: NewBooking, headers } }, async (request) => {
    const { party: travellers, ...slot } = request.body;
    const { keys, programmes } = desk();
    const { applicantAge } = programmeOf(programmes, slot.programme);
    const party = toParty(travellers, { keys, applicantAge, nowSeconds: Math.floor(now() / 1000) });
    const name = nameOf(keys, request.headers['idempotency-key'], { ...slot, party });
    return await desk().book({ ...slot, party, ...name });
  });
  app.get(
    '/bookings/:reference',
    { onRequest, schema: { ...common, params } },
    async ({ params: { reference } }) => {
      return await desk().show(reference);
    },
  );
  app.post(
    '/bookings/:reference/confirmation',
    { onRequest, schema: { ...common, params } },
    async ({ params: { reference } }) => await desk().confirm(reference),
  );
  app.post(
    '/bookings/:reference/extension',
    { onRequest, schema: { ...common, params } },
    async ({ params: { reference } }) => await desk().extend(reference),
  );
  app.post(
    '/bookings/:reference/cancellation',
    { onRequest, schema: { ...common, params } },
    async ({ params: { reference } }) => await desk().cancel(reference),
  );
  app.post(
    '/bookings/:reference/change',
    { onRequest, schema: { ...common, params, headers, body: Change } },
    async ({ params: { reference }, body, headers: { 'idempotency-key': key } }) => {
      return await desk().change(reference, { ...body, ...nameOf(desk().keys, key, { reference, ...body }) });
    },
  );
}

/** The key and what was asked under it, as keyed hashes. */
function nameOf(
  keys: BookingKeys,
  key: string | undefined,
  asked: object,
): { readonly request?: RequestName } {
  if (key === undefined) return {};
  // RFC 8941 §3.3.3 String, or its content bare, as most clients send it.
  const name = /^"(.*)"$/.exec(key)?.[1] ?? key;
  return { request: { key: keys.ofRequest(name), digest: keys.ofRequest(toCanonicalJson(asked)) } };
}
