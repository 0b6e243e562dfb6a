/** Schemas that the routes of the booking share. Each says in JSON Schema what the type beside it says. */
import type { TProperties, TString, TUnsafe } from 'typebox';
import { Closed, Type, type TSchema } from '../../service/schema.ts';
import { BOOKING_STATES, COMPANIONS, type Slot } from '../booking.ts';
import type { TravelDocument } from '../keys.ts';
import type { Traveller } from '../party.ts';
import type { BookingView } from '../view.ts';

const Place: TProperties = {
  position: Type.Integer({ minimum: 1 }),
  relation: Type.String({ enum: ['applicant', ...COMPANIONS] }),
};
const Seconds = Type.Integer();
export const UsedAt: TSchema = Closed({ atSeconds: Seconds, lane: Type.String() });
export const MissingPlace: TSchema = Closed(Place);

/** As people type it: looked at, not judged here. */
export const Reference: TString = Type.String({ minLength: 1, maxLength: 32 });
export const Port: TString = Type.String({ minLength: 1, maxLength: 16 });
export const DateOfTravel: TString = Type.String({ minLength: 1, maxLength: 16 });
export const SLOT_FIELDS: { readonly programme: TString; readonly port: TString; readonly date: TString } = {
  programme: Type.String({ minLength: 1, maxLength: 16 }),
  port: Port,
  date: DateOfTravel,
};
export const SlotSchema: TUnsafe<Slot> = Type.Unsafe<Slot>(Closed(SLOT_FIELDS));

export const DocumentSchema: TUnsafe<TravelDocument> = Type.Unsafe<TravelDocument>(
  Closed({
    docType: Type.String({ minLength: 1, maxLength: 16 }),
    docIssuer: Type.String({ pattern: '^[A-Z]{2}$' }),
    docNumber: Type.String({ minLength: 1, maxLength: 40 }),
  }),
);

export const TravellerSchema: TUnsafe<Traveller> = Type.Unsafe<Traveller>(
  Closed({
    document: DocumentSchema,
    relation: Type.String({ enum: ['applicant', ...COMPANIONS] }),
    birthDate: Type.Optional(Type.String({ maxLength: 10 })),
  }),
);

export const BookingSchema: TUnsafe<BookingView> = Type.Unsafe<BookingView>(
  Closed({
    reference: Type.String(),
    ...SLOT_FIELDS,
    state: Type.String({ enum: [...BOOKING_STATES] }),
    party: Type.Array(
      Closed({ ...Place, used: Type.Optional(UsedAt), absent: Type.Optional(Type.Literal(true)) }),
    ),
    heldUntilSeconds: Type.Optional(Seconds),
    warnAtSeconds: Type.Optional(Seconds),
    mayExtend: Type.Optional(Type.Boolean()),
    position: Type.Optional(Type.Integer()),
    ballot: Type.Optional(
      Closed({ entry: Type.Integer(), ticket: Type.String(), commitment: Type.String() }),
    ),
    changedTo: Type.Optional(Type.String()),
  }),
);

/** Every route may answer with a problem. */
export const problems: Readonly<Record<'4xx' | '5xx', TSchema>> = {
  '4xx': Type.Ref('Problem'),
  '5xx': Type.Ref('Problem'),
};

export const Texts: TSchema = Type.Record(Type.String(), Type.String());
