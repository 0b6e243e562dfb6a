/**
 * What operators of the target call:
 *
 *   GET /conversions/recognition   what was made of one source's codes, and from when on they count no more
 */
import { DECISIONS } from '../../core/conversion/acknowledgement.ts';
import { COLOURS } from '../../core/record/derived.ts';
import type { Service } from '../../service/app.ts';
import { Closed, Type } from '../../service/schema.ts';
import type { OperatorContext } from '../routes/operator-route.ts';
import { problems } from '../routes/schemas.ts';

const Did = Type.String({ maxLength: 200, pattern: '^did:web:' });
const Decision = Type.Union(DECISIONS.map((decision) => Type.Literal(decision)));
const Colour = Type.Union(COLOURS.map((colour) => Type.Literal(colour)));
const RecognitionForm = Closed({
  source: Did,
  /** From when on no mapping holds, Unix seconds; absent: one does, or none ever did. */
  withdrawnFrom: Type.Optional(Type.Integer()),
  converted: Type.Array(
    Closed({
      number: Type.Integer(),
      decision: Decision,
      decidedAt: Type.Integer(),
      ruleId: Type.String(),
      mappingVersion: Type.Integer(),
      state: Type.Optional(Colour),
      recordId: Type.Optional(Type.String()),
      /** Who decided, where no table did. */
      officer: Type.Optional(Type.String()),
    }),
  ),
});

export function addForOperators(app: Service, { issuer, onRequest }: OperatorContext): void {
  app.get(
    '/conversions/recognition',
    {
      onRequest,
      schema: {
        tags: ['operator'],
        security: [{ operator: [] }],
        querystring: Closed({ source: Did }),
        response: { 200: RecognitionForm, ...problems },
      },
    },
    async (request) => {
      const { source } = request.query;
      const { withdrawnFrom, converted } = await issuer.conversion.target.recognition(source);
      return {
        source,
        ...(withdrawnFrom === undefined ? {} : { withdrawnFrom }),
        converted: converted.map(({ decidedAtSeconds, ...rest }) => ({
          ...rest,
          decidedAt: decidedAtSeconds,
        })),
      };
    },
  );
}
