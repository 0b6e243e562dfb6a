import helmet from '@fastify/helmet';
import { expect } from 'chai';
import fastify from 'fastify';
import { describe, it } from 'mocha';
import { buildService } from '../../service/app.ts';
import { silentLogger } from '../../service/logging.ts';
import { createMetrics } from '../../service/metrics.ts';

describe('security headers', () => {
  it('are those that helmet makes for each request, on answers and refusals, unless a route says otherwise', async () => {
    await using oracle = fastify();
    await oracle.register(helmet, { contentSecurityPolicy: { directives: { defaultSrc: ["'none'"] } } });
    oracle.get('/', async () => 'ok');
    const expected = Object.entries((await oracle.inject('/')).headers).filter(
      ([name]) => !['connection', 'content-length', 'content-type', 'date'].includes(name),
    );
    expect(expected.length).to.be.above(10);

    await using app = await buildService({
      name: 'headers',
      description: 'a service for tests',
      logger: silentLogger,
      metrics: createMetrics(),
      readiness: [],
      problems: {},
      limits: { maxEventLoopDelayMs: 0 },
    });
    app.get('/own', async (_request, reply) => {
      void reply.header('content-security-policy', "default-src 'self'");
      return 'ok';
    });
    app.get('/defect', async () => {
      throw new Error('a defect');
    });
    for (const path of ['/health/live', '/defect', '/nowhere']) {
      expect((await app.inject(path)).headers, path).to.deep.include(Object.fromEntries(expected));
    }
    const own = await app.inject('/own');
    expect(own.headers['content-security-policy']).to.equal("default-src 'self'");
  });
});
