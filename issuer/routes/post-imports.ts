/**
 * `POST /imports`, for operators: a code of another system, shown by the person it is about, is issued again as records of
 * this issuer. The body names the person as on the document in hand, the officer who checked it, and what the code leaves
 * out. The same code again makes nothing new. See docs/foreign-codes.md.
 */
import type { Subject } from '../../core/record/record.ts';
import { subject } from '../../core/record/schema-parts.ts';
import { Closed, Type } from '../../service/schema.ts';
import type { OperatorRoute } from './operator-route.ts';
import { Credentials, problems } from './schemas.ts';

/** Longer than any code, and shorter than what takes long to read. */
const MAX_CODE = 60_000;
const MAX_RECORDS = 32;

const Body = Closed({
  code: Type.String({ minLength: 1, maxLength: MAX_CODE }),
  subject: Type.Unsafe<Subject>(subject()),
  checkedBy: Type.String({ minLength: 1, maxLength: 40 }),
  /** The officer has seen the document, and stands for what could not be confirmed. */
  documentSeen: Type.Optional(Type.Boolean()),
  complete: Type.Optional(Type.Array(Type.Record(Type.String(), Type.Unknown()), { maxItems: MAX_RECORDS })),
});
const Row = Type.Union([
  Closed({
    row: Type.Integer(),
    recordId: Type.String(),
    duplicate: Type.Boolean(),
    credentials: Credentials,
  }),
  Closed({
    row: Type.Integer(),
    problems: Type.Array(Closed({ field: Type.String(), code: Type.String(), reason: Type.String() })),
  }),
]);
const Answer = Closed({
  format: Type.String(),
  signer: Type.Optional(Closed({ name: Type.String(), country: Type.Optional(Type.String()) })),
  overruled: Type.Array(Type.String()),
  rows: Type.Array(Row),
  receipts: Type.Array(Type.String()),
});

export const addPostImports: OperatorRoute = (app, { issuer, onRequest }) => {
  const schema = {
    tags: ['operator'],
    security: [{ operator: [] }],
    body: Body,
    response: { 200: Answer, ...problems },
  };
  app.post('/imports', { onRequest, schema }, async (request, reply) => {
    const { documentSeen: isDocumentSeen = false, complete = [], ...rest } = request.body;
    void reply.header('cache-control', 'no-store');
    return await reply.send(await issuer.takeOver({ ...rest, isDocumentSeen, complete }));
  });
};
