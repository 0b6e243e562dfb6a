/**
 * `POST /reports`: everything held about a record, or about everyone with a document. A post, since a document's
 * number has no place in a URL. The one answer that holds a whole record: it is noted with the record, and nobody
 * may keep it on the way.
 */
import { Closed, Type } from '../../service/schema.ts';
import { DISCLOSURE_PURPOSES } from '../privacy/disclosures.ts';
import type { OperatorRoute } from './operator-route.ts';
import { DocumentSchema } from './document-schema.ts';
import type { ReportedHealth } from '../privacy/access-report.ts';
import { Name, problems } from './schemas.ts';

const purpose = Type.Union(DISCLOSURE_PURPOSES.map((one) => Type.Literal(one)));
const Body = Type.Union([Closed({ recordId: Name, purpose }), Closed({ document: DocumentSchema, purpose })]);
/** Facts as they are stored: their form is that of the record's type. */
const Facts = Type.Record(Type.String(), Type.Unknown());
const Credential = Closed({
  profile: Type.String(),
  handle: Type.String(),
  state: Type.String(),
  status: Type.String(),
  isStatusPublished: Type.Boolean(),
  statusHistory: Type.Array(Closed({ atSeconds: Type.Integer(), act: Type.String(), reason: Type.String() })),
  claims: Facts,
});
const Disclosure = Closed({
  atSeconds: Type.Integer(),
  to: Type.String(),
  what: Type.String(),
  purpose: Type.String(),
});
const Hold = Closed({
  reason: Type.String(),
  legalBasis: Type.String(),
  placedAtSeconds: Type.Integer(),
  liftedAtSeconds: Type.Optional(Type.Integer()),
});
const Answer = Closed({
  madeAtSeconds: Type.Integer(),
  /** Orders, rulings and colours, as `ReportedHealth` has them. */
  health: Type.Array(Type.Unsafe<ReportedHealth>(Type.Object({}, { additionalProperties: true }))),
  records: Type.Array(
    Closed({
      recordId: Type.String(),
      issuedAtSeconds: Type.Integer(),
      keptUntilSeconds: Type.Optional(Type.Integer()),
      record: Facts,
      credentials: Type.Array(Credential),
      holds: Type.Array(Hold),
      disclosures: Type.Array(Disclosure),
    }),
  ),
});

export const addPostReports: OperatorRoute = (app, { issuer, onRequest }) => {
  const schema = {
    tags: ['operator'],
    security: [{ operator: [] }],
    body: Body,
    response: { 200: Answer, ...problems },
  };
  app.post('/reports', { onRequest, schema }, async (request, reply) => {
    const { purpose: asked, ...target } = request.body;
    return await reply.send(await issuer.privacy.report(target, asked));
  });
};
