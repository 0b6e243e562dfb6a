/**
 * The node on HTTP: `POST /` with `application/json`. Node RPC has no log-in, so the surface itself is narrow:
 * loopback by default; the `Host` must be ours, which stops DNS rebinding; a request with an `Origin`, which only a
 * browser sends, is refused; bodies and batches are bounded; only the methods of the table exist.
 */
import { isIP } from 'node:net';
import fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import { EmbeddedNode, type NodeDependencies } from './node.ts';
import { toNodeConfig, type NodeConfig, type NodeOptions } from './options.ts';
import { refusalText } from './rpc/dispatch.ts';
import { RPC_INVALID_REQUEST, RpcError } from './rpc/errors.ts';

const REQUEST_TIMEOUT_MS = 60_000;
const KEEP_ALIVE_MS = 65_000;
const LOOPBACK_HOSTS: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

export interface StartedNode {
  readonly url: string;
  readonly node: EmbeddedNode;
  /** Stops listening, finishes the block in hand and closes the store. */
  close(): Promise<void>;
}

/** Opens the node and listens; throws what {@link EmbeddedNode.open} throws, or the system's error for the port. */
export async function startNode(options: NodeOptions, dependencies: NodeDependencies): Promise<StartedNode> {
  const config = toNodeConfig(options);
  const node = await EmbeddedNode.open(options, dependencies);
  const app = buildApp(node, config);
  const close = async (): Promise<void> => {
    await app.close();
    await node[Symbol.asyncDispose]();
  };
  try {
    const url = await app.listen({ host: config.host, port: config.port });
    return { url, node, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The HTTP application over an open node; tests use its `inject`. */
export function buildApp(node: EmbeddedNode, config: NodeConfig): FastifyInstance {
  const app = fastify({
    bodyLimit: config.limits.maxBodyBytes,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    forceCloseConnections: true,
  });
  app.server.maxConnections = config.limits.maxConnections;
  app.removeAllContentTypeParsers();
  // The text itself, so that what is not JSON gets JSON-RPC's own answer.
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) =>
    done(null, body),
  );
  app.addHook('onRequest', async (request, reply) => {
    const refusal = refuseCaller(request, config);
    if (refusal !== undefined) await refuse(reply, 403, refusal);
  });
  app.setErrorHandler((error: FastifyError, _request, reply) =>
    refuse(reply, error.statusCode ?? 500, error.statusCode === 413 ? 'request too large' : 'bad request'),
  );
  app.setNotFoundHandler((_request, reply) => refuse(reply, 404, 'POST / is the only address'));
  app.post('/', async (request, reply) => {
    const text = typeof request.body === 'string' ? request.body : '';
    return reply.type('application/json').send(await node.answer(text));
  });
  app.get('/health/live', async () => ({ status: 'live' }));
  app.get('/health/ready', async (_request, reply) =>
    reply.code(node.isSealing ? 200 : 503).send({ status: node.isSealing ? 'ready' : 'stopped' }),
  );
  return app;
}

/** Why this caller is not answered, or `undefined`. */
function refuseCaller(request: FastifyRequest, { host, limits }: NodeConfig): string | undefined {
  const { origin, host: hostHeader = '' } = request.headers;
  if (origin !== undefined && !limits.allowedOrigins.includes(origin)) return 'origin not allowed';
  const name = hostHeader.replace(/:\d+$/, '').toLowerCase();
  const own = isIP(host) === 6 ? `[${host}]` : host;
  return [...LOOPBACK_HOSTS, own, ...limits.allowedHosts].includes(name) ? undefined : 'host not allowed';
}

async function refuse(reply: FastifyReply, status: number, message: string): Promise<FastifyReply> {
  const body = refusalText(new RpcError(RPC_INVALID_REQUEST, message));
  return reply.code(status).type('application/json').send(body);
}
