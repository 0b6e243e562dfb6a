/**
 * What operators of the target call about its officers:
 *
 *   GET  /conversions/officers/{officer}               how often the officer's tokens were taken back
 *   POST /conversions/officers/{officer}/revocations   takes back all that this officer has
 *
 * A token is made of the operator's by whoever holds that, and travels on no route.
 */
import type { Service } from '../../service/app.ts';
import { Closed, Type } from '../../service/schema.ts';
import type { OperatorContext } from '../routes/operator-route.ts';
import { problems } from '../routes/schemas.ts';
import { OFFICER_PATTERN } from './officer-token.ts';

const Officer = Type.String({ pattern: OFFICER_PATTERN });
const OfficerForm = Closed({ officer: Officer, revocations: Type.Integer() });

export function addOfficerTokens(app: Service, { issuer, onRequest }: OperatorContext): void {
  const schema = {
    tags: ['operator'],
    security: [{ operator: [] }],
    params: Closed({ officer: Officer }),
    response: { 200: OfficerForm, ...problems },
  };
  app.get('/conversions/officers/:officer', { onRequest, schema }, (request) => {
    const { officer } = request.params;
    return Promise.resolve({ officer, revocations: issuer.conversion.officers.revocationsOf(officer) });
  });
  app.post('/conversions/officers/:officer/revocations', { onRequest, schema }, async (request) => {
    const { officer } = request.params;
    return { officer, revocations: await issuer.conversion.officers.revoke(officer) };
  });
}
