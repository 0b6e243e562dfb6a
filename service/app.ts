/**
 * The frame of every service: fastify with strict validation, limits, problems, logs, metrics, health and the
 * description of its routes. A service adds its own routes to what {@link buildService} returns.
 *
 *   GET /health/live   the process runs            GET /metrics   Prometheus text
 *   GET /health/ready  it can do its work          GET /docs      OpenAPI, for people and as /docs/json
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import rateLimit from '@fastify/rate-limit';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type RawServerDefault,
} from 'fastify';
import { addDrain, DEFAULT_UNREADY_MS } from './drain.ts';
import { EventLoopDelay } from './event-loop-delay.ts';
import { addFrontDoor } from './front-door.ts';
import { GivingUp } from './giving-up.ts';
import { Closed, Type } from './schema.ts';
import { refuseSlowSenders } from './request-deadline.ts';
import { addSecurityHeaders } from './security-headers.ts';
import { endSlowHeads } from './slow-heads.ts';
import { RequestError, ProblemSchema, problemHandler, type ProblemTable } from './problems.ts';
import type { HttpMetrics } from './metrics.ts';

export type Service = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

declare module 'fastify' {
  interface FastifyInstance {
    /** Whether requests are refused just now (`SERVICE_OVERLOADED`); for routes that are asked many things in one. */
    readonly isBehind: () => boolean;
    /** Before a close that nobody is to notice: see `drain.ts`. */
    readonly drain: () => Promise<void>;
    /** Aborted by it: see `drain.ts`. */
    readonly stopping: AbortSignal;
  }
}

/** Ready when every check answers true; the names of those that do not are shown. */
export interface ReadinessCheck {
  readonly name: string;
  readonly isReady: () => boolean | Promise<boolean>;
}

export interface ServiceLimits {
  /** Largest body that is read whole. Routes that stream set their own. */
  readonly maxBodyBytes: number;
  readonly requestsPerMinute: number;
  /** For the whole request, files included; protects against slow senders. */
  readonly requestTimeoutMs: number;
  /** Silent for so long, a connection is closed. */
  readonly idleTimeoutMs: number;
  /** For the head of a request to come, from the opening of a connection, or its first byte on a kept one. */
  readonly headersTimeoutMs: number;
  /** Further behind, requests are refused (`SERVICE_OVERLOADED`); 0 = never. */
  readonly maxEventLoopDelayMs: number;
}

export const DEFAULT_LIMITS: ServiceLimits = {
  maxBodyBytes: 256 * 1024,
  requestsPerMinute: 6_000,
  requestTimeoutMs: 300_000,
  idleTimeoutMs: 60_000,
  headersTimeoutMs: 10_000,
  maxEventLoopDelayMs: 2_000,
};

export interface ServiceOptions {
  readonly name: string;
  readonly description: string;
  readonly logger: FastifyBaseLogger;
  readonly metrics: HttpMetrics;
  readonly readiness: readonly ReadinessCheck[];
  readonly problems: ProblemTable;
  readonly limits?: Partial<ServiceLimits>;
  /** Told to stop, it says so for as long, and answers. */
  readonly unreadyMs?: number;
  /**
   * By path: whether one request more is too many just now (`RATE_LIMITED`); `undefined`: by a path that cannot be read.
   * Asked once for each, and again by its route when that is called otherwise.
   */
  readonly isFull?: (path: string | undefined) => boolean;
}

/** Between two of Node's looks at all connections, and as much later than ours: see `slow-heads.ts`. */
const NODE_LOOK_MS = 2_000;
const REFUSED_BODY_MS = 10_000;
const RETRY_AFTER_SECONDS = 10;
/** What is full now has room in the next second. */
const RETRY_FULL_SECONDS = 1;
/** How it fares must be seen when it fares badly: whoever is told nothing would end a process that is only busy. */
const ALWAYS_ANSWERED: ReadonlySet<string | undefined> = new Set(['/health/live', '/metrics']);

export async function buildService(options: ServiceOptions): Promise<Service> {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const nodeLookMs = Math.min(NODE_LOOK_MS, limits.headersTimeoutMs);
  const app: Service = fastify({
    loggerInstance: options.logger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    bodyLimit: limits.maxBodyBytes,
    // One for all routes: see `request-deadline.ts`.
    requestTimeout: 0,
    connectionTimeout: limits.idleTimeoutMs,
    http: {
      headersTimeout: limits.headersTimeoutMs + nodeLookMs,
      connectionsCheckingInterval: nodeLookMs,
    },
    return503OnClosing: true,
    forceCloseConnections: 'idle',
    // A server must not repair evidence: nothing is coerced, trimmed or filled in.
    ajv: {
      customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false, allErrors: false },
    },
  }).withTypeProvider<TypeBoxTypeProvider>();
  app.setErrorHandler(problemHandler(options.problems));
  app.addSchema(ProblemSchema);
  const givingUp = new GivingUp();
  await addProtection(app, limits, givingUp);
  await addDescription(app, options);
  addObservation(app, options.metrics);
  const { drain, isDraining, stopping } = addDrain(app, options.unreadyMs ?? DEFAULT_UNREADY_MS);
  app.decorate('drain', drain);
  app.decorate('stopping', stopping);
  addFrontDoor(app, {
    metrics: options.metrics,
    isDraining,
    bodyMs: Math.min(limits.requestTimeoutMs, REFUSED_BODY_MS),
    refusalFor(path) {
      if (!ALWAYS_ANSWERED.has(path) && app.isBehind()) {
        return { code: 'SERVICE_OVERLOADED', retryAfterSeconds: RETRY_AFTER_SECONDS };
      }
      if (options.isFull?.(path) !== true) return undefined;
      return { code: 'RATE_LIMITED', retryAfterSeconds: RETRY_FULL_SECONDS };
    },
  });
  endSlowHeads(app, limits.headersTimeoutMs, givingUp);
  addHealth(app, [{ name: 'running', isReady: () => !isDraining() }, ...options.readiness]);
  return app;
}

async function addProtection(app: Service, limits: ServiceLimits, givingUp: GivingUp): Promise<void> {
  await addSecurityHeaders(app);
  await app.register(rateLimit, { global: true, max: limits.requestsPerMinute, timeWindow: 60_000 });
  refuseSlowSenders(app, limits.requestTimeoutMs, givingUp);
  refuseWhenBehind(app, limits.maxEventLoopDelayMs);
  app.setNotFoundHandler({ preHandler: app.rateLimit() }, async () => {
    throw new RequestError('ROUTE_NOT_FOUND', 'no such route');
  });
}

function refuseWhenBehind(app: Service, maxDelayMs: number): void {
  if (maxDelayMs === 0) {
    app.decorate('isBehind', () => false);
    return;
  }
  const delay = new EventLoopDelay();
  app.decorate('isBehind', () => delay.ms > maxDelayMs);
  app.addHook('onClose', async () => delay[Symbol.dispose]());
  app.addHook('onRequest', async (request, reply) => {
    if (!app.isBehind() || ALWAYS_ANSWERED.has(request.routeOptions.url)) return;
    void reply.header('retry-after', RETRY_AFTER_SECONDS);
    throw new RequestError('SERVICE_OVERLOADED', 'too much is under way');
  });
}

async function addDescription(app: Service, { name, description }: ServiceOptions): Promise<void> {
  await app.register(swagger, {
    openapi: {
      info: { title: name, description, version: '1' },
      components: { securitySchemes: { operator: { type: 'http', scheme: 'bearer' } } },
    },
    refResolver: {
      buildLocalReference: (json, _base, _fragment, i) =>
        typeof json['$id'] === 'string' ? json['$id'] : `schema-${i}`,
    },
  });
  await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: true });
}

/** One metric and, at level `debug`, one line for each request: the route's pattern, never the URL. */
function addObservation(app: Service, metrics: HttpMetrics): void {
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none';
    const { method } = request;
    metrics.requestSeconds.observe({ method, route, status: reply.statusCode }, reply.elapsedTime / 1000);
    request.log.debug(
      { method, route, statusCode: reply.statusCode, durationMs: reply.elapsedTime, requestId: request.id },
      'request',
    );
  });
  app.get(
    '/metrics',
    { config: { rateLimit: false }, schema: { tags: ['service'], response: { 200: Type.String() } } },
    async (_request, reply) => {
      void reply.type(metrics.registry.contentType);
      return await (metrics.page ?? (() => metrics.registry.metrics()))();
    },
  );
}

function addHealth(app: Service, checks: readonly ReadinessCheck[]): void {
  const config = { rateLimit: false } as const;
  const live = Closed({ status: Type.Literal('live') });
  app.get('/health/live', { config, schema: { tags: ['service'], response: { 200: live } } }, async () => ({
    status: 'live' as const,
  }));
  const readiness = Closed({
    status: Type.Union([Type.Literal('ready'), Type.Literal('unready')]),
    failing: Type.Array(Type.String()),
  });
  app.get(
    '/health/ready',
    { config, schema: { tags: ['service'], response: { 200: readiness, 503: readiness } } },
    async (_request, reply) => {
      const failing = await failingChecks(checks);
      const isReady = failing.length === 0;
      return await reply.code(isReady ? 200 : 503).send({ status: isReady ? 'ready' : 'unready', failing });
    },
  );
}

async function failingChecks(checks: readonly ReadinessCheck[]): Promise<string[]> {
  const results = await Promise.allSettled(checks.map(async (check) => await check.isReady()));
  // A check that throws is a check that does not hold.
  return checks
    .filter((_, i) => {
      const result = results[i];
      return !(result?.status === 'fulfilled' && result.value);
    })
    .map((check) => check.name);
}
