/** `GET /uploads`: the files being taken in and the last ones that were, newest first, for a bar of progress. */
import { Closed, Type } from '../../service/schema.ts';
import type { Uploads } from '../uploads.ts';
import type { Service } from '../../service/app.ts';
import type { OperatorContext } from './operator-route.ts';
import { problems } from './schemas.ts';

const Count = Type.Integer({ minimum: 0 });
const Answer = Closed({
  uploads: Type.Array(
    Closed({
      id: Type.String(),
      state: Type.Union([Type.Literal('running'), Type.Literal('done'), Type.Literal('broken-off')]),
      startedAt: Type.String(),
      rows: Count,
      issued: Count,
      duplicates: Count,
      refused: Count,
      resumed: Count,
      bytes: Count,
      totalBytes: Type.Optional(Count),
    }),
  ),
});

export function addGetUploads(
  app: Service,
  { uploads, onRequest }: Pick<OperatorContext, 'onRequest'> & { readonly uploads: Uploads },
): void {
  const schema = {
    tags: ['operator'],
    security: [{ operator: [] }],
    response: { 200: Answer, ...problems },
  };
  app.get('/uploads', { onRequest, schema }, async () => ({ uploads: [...uploads.list()] }));
}
