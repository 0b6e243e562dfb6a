/** `GET /records/{id}/fhir`: a stored vaccination or test as a FHIR R4 Bundle. Personal data, for operators only. */
import { Closed, Type } from '../../service/schema.ts';
import { IssuerError } from '../errors.ts';
import { toFhirBundle } from '../fhir/bundle.ts';
import type { OperatorRoute } from './operator-route.ts';
import { Name, problems } from './schemas.ts';

const FHIR_JSON = 'application/fhir+json';
const Answer = Closed({
  resourceType: Type.Literal('Bundle'),
  type: Type.Literal('collection'),
  entry: Type.Array(Closed({ fullUrl: Type.String(), resource: Type.Record(Type.String(), Type.Unknown()) })),
});

export const addGetRecordFhir: OperatorRoute = (app, { issuer, onRequest }) => {
  const schema = {
    tags: ['operator'],
    security: [{ operator: [] }],
    params: Closed({ id: Name }),
    produces: [FHIR_JSON],
    response: { 200: Answer, ...problems },
  };
  app.get('/records/:id/fhir', { onRequest, schema }, async (request, reply) => {
    const { id } = request.params;
    const bundle = toFhirBundle(await issuer.recordContent(id), id);
    if (bundle === undefined)
      throw new IssuerError('RECORD_NO_FHIR_FORM', 'FHIR R4 has no resource for this kind of record');
    return await reply.type(FHIR_JSON).send(JSON.stringify(bundle));
  });
};
