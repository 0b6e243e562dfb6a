/**
 * What anybody may see of the quota: `GET /quotas/{programme}` what may be booked now and what is left,
 * `GET /ballots/{programme}/{port}/{date}` what a draw is bound to and, when it is done, all that it takes to do it
 * again. Nothing of any person is in either.
 */
import type { TUnsafe } from 'typebox';
import type { Service } from '../../service/app.ts';
import { Closed, Type } from '../../service/schema.ts';
import type { Ballot } from '../ballot.ts';
import type { Availability } from '../availability.ts';
import type { BookingContext } from './context.ts';
import { problems, SLOT_FIELDS, SlotSchema } from './schemas.ts';

interface QuotaAnswer {
  readonly programme: string;
  readonly slots: readonly Omit<Availability, 'programme'>[];
}

const { programme, port, date } = SLOT_FIELDS;
const Quotas: TUnsafe<QuotaAnswer> = Type.Unsafe<QuotaAnswer>(
  Closed({
    programme,
    slots: Type.Array(
      Closed({
        port,
        date,
        allocation: Type.String(),
        quota: Type.Integer(),
        free: Type.Integer(),
        waiting: Type.Integer(),
      }),
    ),
  }),
);
const BallotAnswer: TUnsafe<Ballot> = Type.Unsafe<Ballot>(
  Closed({
    ...SLOT_FIELDS,
    commitment: Type.String(),
    closesAt: Type.Integer(),
    draw: Type.Optional(
      Closed({
        seed: Type.String(),
        places: Type.Integer(),
        entries: Type.Array(
          Closed({ number: Type.Integer(), people: Type.Integer(), ticket: Type.String() }),
        ),
      }),
    ),
  }),
);

export function addPublic(app: Service, { desk }: BookingContext): void {
  const tags = ['booking'];
  app.get(
    '/quotas/:programme',
    { schema: { tags, params: Closed({ programme }), response: { 200: Quotas, ...problems } } },
    async ({ params }): Promise<QuotaAnswer> => {
      const slots = await desk().availability(params.programme);
      return { programme: params.programme, slots: slots.map(({ programme: _same, ...slot }) => slot) };
    },
  );
  app.get(
    '/ballots/:programme/:port/:date',
    { schema: { tags, params: SlotSchema, response: { 200: BallotAnswer, ...problems } } },
    async ({ params }) => await desk().ballot(params),
  );
}
