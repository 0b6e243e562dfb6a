/**
 * `GET /colours/changes?after=N`: every change of a colour, oldest first, for auditors. The bytes name no person: a
 * random name for each, digests for the evidence, ids of keys for those who approved.
 */
import { toBase64url } from '../../core/bytes/base64url.ts';
import type { Service } from '../../service/app.ts';
import { Closed, Type } from '../../service/schema.ts';
import type { AuditorContext } from './act-audit.ts';
import { problems } from './schemas.ts';

const PAGE = 1_000;
/** A query is text: a number in it is matched, not coerced. */
const Query = Closed({ after: Type.String({ pattern: '^(?:0|[1-9]\\d{0,14})$' }) });
const Page = Closed({
  changes: Type.Array(Closed({ number: Type.Integer(), bytes: Type.String() })),
  more: Type.Boolean(),
});

export function addColourChanges(app: Service, { issuer, onRequest }: AuditorContext): void {
  const schema = {
    tags: ['auditor'],
    security: [{ operator: [] }],
    querystring: Query,
    response: { 200: Page, ...problems },
  };
  app.get('/colours/changes', { onRequest, schema }, async ({ query }) => {
    const found = await issuer.colourActs.after(Number(query.after), PAGE);
    const changes = found.map(({ number, bytes }) => ({ number, bytes: toBase64url(bytes) }));
    return { changes, more: changes.length === PAGE };
  });
}
