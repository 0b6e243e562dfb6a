/**
 * `POST /bookings/uses`, for lanes: uses the places of a booking, at the date that it is here by our own clock. What the
 * booking says is no error but an answer, with what an officer needs: when and in which lane it was used, which port or
 * date it is for, who of the party is missing. The same `scan` of the same lane again is answered the same.
 */
import type { TUnsafe } from 'typebox';
import { toDate } from '../../core/policy/civil-day.ts';
import type { Service } from '../../service/app.ts';
import { Closed, Type } from '../../service/schema.ts';
import { BookingError, BOOKING_PROBLEMS } from '../errors.ts';
import { UseRefused, type UseFinding } from '../judge-use.ts';
import { subjectOf } from '../party.ts';
import type { BookingProblemCode, Texts as TextsType } from '../texts.ts';
import type { BookingView } from '../view.ts';
import { today } from '../window.ts';
import type { BookingContext } from './context.ts';
import {
  BookingSchema,
  DateOfTravel,
  DocumentSchema,
  MissingPlace,
  Port,
  problems,
  Reference,
  Texts,
  UsedAt,
} from './schemas.ts';

const MAX_PEOPLE = 16;

type UseAnswer =
  | { readonly outcome: 'admitted'; readonly booking: BookingView }
  | ({ readonly outcome: 'refused'; readonly code: string; readonly texts: TextsType } & UseFinding);

const Body = Closed({
  reference: Reference,
  port: Port,
  lane: Type.String({ minLength: 1, maxLength: 32 }),
  scan: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
  present: Type.Optional(Type.Array(DocumentSchema, { maxItems: MAX_PEOPLE })),
  absent: Type.Optional(Type.Array(Type.Integer({ minimum: 1 }), { maxItems: MAX_PEOPLE })),
});
const Answer: TUnsafe<UseAnswer> = Type.Unsafe<UseAnswer>(
  Type.Union([
    Closed({ outcome: Type.Literal('admitted'), booking: BookingSchema }),
    Closed({
      outcome: Type.Literal('refused'),
      code: Type.String(),
      texts: Texts,
      used: Type.Optional(UsedAt),
      bookedFor: Type.Optional(Closed({ port: Port, date: DateOfTravel })),
      missing: Type.Optional(Type.Array(MissingPlace)),
    }),
  ]),
);

export function addUses(app: Service, { desk, now, gate: onRequest }: BookingContext): void {
  const schema = {
    tags: ['gate'],
    security: [{ operator: [] }],
    body: Body,
    response: { 200: Answer, ...problems },
  };
  app.post('/bookings/uses', { onRequest, schema }, async ({ body }): Promise<UseAnswer> => {
    const { reference, present: documents, ...asked } = body;
    const date = toDate(today(Math.floor(now() / 1000)));
    try {
      const present = documents?.map((document) => subjectOf(document, desk().keys));
      const use = { ...asked, date, ...(present === undefined ? {} : { present }) };
      return { outcome: 'admitted', booking: await desk().use(reference, use) };
    } catch (error) {
      return refusalOf(error);
    }
  });
}

function refusalOf(error: unknown): UseAnswer {
  if (!(error instanceof BookingError) || !isProblem(error.code)) throw error;
  const { texts } = BOOKING_PROBLEMS[error.code];
  const finding = error instanceof UseRefused ? error.finding : {};
  return { outcome: 'refused', code: error.code, texts, ...finding };
}

function isProblem(code: string): code is BookingProblemCode {
  return Object.hasOwn(BOOKING_PROBLEMS, code);
}
