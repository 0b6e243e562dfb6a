/**
 * `GET /credentials/{handle}`: how far a credential is and, once released, the text of its code;
 * `GET /credentials/{handle}.txt`, `.svg`, `.png`: the code to hand out.
 */
import { toPng, toSvg } from '../../core/qr/image.ts';
import { Closed, Type } from '../../service/schema.ts';
import type { OperatorRoute } from './operator-route.ts';
import { Name, problems, ProfileName, State } from './schemas.ts';

const Answer = Closed({
  recordId: Type.String(),
  profile: ProfileName,
  handle: Type.String(),
  state: State,
  code: Type.Optional(Type.String()),
});
const Format = Type.Union([Type.Literal('txt'), Type.Literal('svg'), Type.Literal('png')]);

const FORMATS = {
  txt: { type: 'text/plain; charset=utf-8', render: (code: string): string => `${code}\n` },
  svg: { type: 'image/svg+xml', render: toSvg },
  png: { type: 'image/png', render: (code: string): Buffer => Buffer.from(toPng(code)) },
};

export const addGetCredential: OperatorRoute = (app, { issuer, onRequest }) => {
  const common = { tags: ['operator'], security: [{ operator: [] }] };
  app.get(
    '/credentials/:handle',
    {
      onRequest,
      schema: { ...common, params: Closed({ handle: Name }), response: { 200: Answer, ...problems } },
    },
    async (request) => ({ ...(await issuer.credential(request.params.handle)) }),
  );
  app.get(
    '/credentials/:handle.:format',
    {
      onRequest,
      schema: {
        ...common,
        params: Closed({ handle: Name, format: Format }),
        produces: Object.values(FORMATS).map(({ type }) => type),
        response: problems,
      },
    },
    async (request, reply) => {
      const { type, render } = FORMATS[request.params.format];
      const code = await issuer.code(request.params.handle);
      return await reply.type(type).send(render(code));
    },
  );
};
