/**
 * `POST /corrections`, for operators: a corrected record (our own JSON form) in place of one that is there. Answers
 * the new record with its credentials and the proposed act that supersedes the old one; or, of a record that is not
 * good, its problems. The same again changes nothing.
 */
import { validateRecord } from '../../core/record/validate.ts';
import type { Service } from '../../service/app.ts';
import { Closed, Type, type Static } from '../../service/schema.ts';
import type { Correction } from '../acts/correct.ts';
import { ActAnswer, TERMS } from './act-schemas.ts';
import type { PostRecordsOptions } from './post-records.ts';
import { Credentials, Name, problems } from './schemas.ts';

type Terms = Omit<Correction, 'row'>;
const Body = Type.Unsafe<Terms & { readonly record: unknown }>(
  Closed({ ...TERMS, recordId: Name, record: Type.Object({}, { additionalProperties: true }) }),
);
const Answer = Type.Union([
  Closed({
    recordId: Type.String(),
    duplicate: Type.Boolean(),
    credentials: Credentials,
    act: ActAnswer,
  }),
  Closed({
    problems: Type.Array(Closed({ field: Type.String(), code: Type.String(), reason: Type.String() })),
  }),
]);

export function addPostCorrections(
  app: Service,
  { issuer, nowMs, onRequest }: Omit<PostRecordsOptions, 'uploads'>,
): void {
  const schema = {
    tags: ['operator'],
    security: [{ operator: [] }],
    body: Body,
    response: { 200: Answer, ...problems },
  };
  app.post('/corrections', { onRequest, schema }, async (request): Promise<Static<typeof Answer>> => {
    const { record, ...terms } = request.body;
    const row = { row: 1, ...validateRecord(record, { nowSeconds: Math.floor(nowMs() / 1000) }) };
    const result = await issuer.correct({ ...terms, row });
    if ('problems' in result) return { problems: [...result.problems] };
    const { recordId, duplicate, credentials } = result.record;
    return { recordId, duplicate, credentials: [...credentials], act: result.act };
  });
}
