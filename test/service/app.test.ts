import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { describe, it } from 'mocha';
import { expect } from 'chai';
import { HclError } from '../../core/errors.ts';
import { buildService, type ReadinessCheck, type Service, type ServiceLimits } from '../../service/app.ts';
import { createLogger, silentLogger, toSafeError } from '../../service/logging.ts';
import { createMetrics } from '../../service/metrics.ts';
import { SERVICE_PROBLEMS, toProblemType } from '../../service/problems.ts';
import { Closed, Type } from '../../service/schema.ts';
import { until } from '../support/until.ts';

class TeapotError extends HclError<'TEAPOT' | 'UNLISTED'> {}

interface Options {
  readonly readiness?: readonly ReadinessCheck[];
  readonly limits?: Partial<ServiceLimits>;
}

async function service({ readiness = [], limits = {} }: Options = {}): Promise<Service> {
  const app = await buildService({
    name: 'teapot',
    description: 'a service for tests',
    logger: silentLogger,
    metrics: createMetrics(),
    readiness,
    problems: { TEAPOT: { status: 418, title: 'Short and stout' } },
    limits,
  });
  app.post(
    '/echo',
    { schema: { body: Closed({ n: Type.Integer() }), response: { 200: Closed({ n: Type.Integer() }) } } },
    async (request) => request.body,
  );
  app.get('/teapot', async () => {
    throw new TeapotError('TEAPOT', 'no coffee here');
  });
  app.get('/unlisted', async () => {
    throw new TeapotError('UNLISTED', 'secret sentence');
  });
  app.get('/defect', async () => {
    throw new Error('secret sentence');
  });
  return app;
}

describe('service', function () {
  this.timeout(15_000);

  it('validates without repairing: no coercion, no trimming, no defaults', async () => {
    await using app = await service();
    const send = async (payload: unknown) =>
      (await app.inject({ method: 'POST', url: '/echo', payload: payload as object })).json();
    expect(await send({ n: 1 })).to.deep.equal({ n: 1 });
    expect(await send({ n: '1' })).to.include({ code: 'REQUEST_INVALID' });
    expect(await send({ n: 1, extra: true })).to.include({ code: 'REQUEST_INVALID' });
    expect((await send({})).problems).to.deep.equal([{ field: '', rule: 'required' }]);
  });

  it('answers errors as problems, and keeps the sentences of our own faults to itself', async () => {
    await using app = await service();
    const get = async (url: string) => await app.inject({ method: 'GET', url });
    const teapot = await get('/teapot');
    expect(teapot.headers['content-type']).to.match(/^application\/problem\+json/);
    const { instance, ...problem } = teapot.json();
    expect(instance).to.match(/^[0-9a-f-]{36}$/);
    expect(problem).to.deep.equal({
      type: 'urn:hcl:problem:teapot',
      title: 'Short and stout',
      status: 418,
      detail: 'no coffee here',
      code: 'TEAPOT',
    });
    for (const url of ['/unlisted', '/defect']) {
      const answer = await get(url);
      expect(answer.json()).to.include({ status: 500, code: 'INTERNAL' });
      expect(answer.body).to.not.include('secret sentence');
    }
    expect((await get('/nowhere')).json()).to.include({ status: 404, code: 'ROUTE_NOT_FOUND' });
  });

  it('answers what the framework refuses with our codes', async () => {
    await using app = await service({ limits: { maxBodyBytes: 50 } });
    const post = async (payload: string, type: string) =>
      (await app.inject({ method: 'POST', url: '/echo', payload, headers: { 'content-type': type } })).json()
        .code;
    expect(await post('{"n":', 'application/json')).to.equal('REQUEST_NOT_JSON');
    expect(await post('', 'application/json')).to.equal('REQUEST_NOT_JSON');
    expect(await post(`{"n":${'1'.repeat(60)}}`, 'application/json')).to.equal('REQUEST_TOO_LARGE');
    expect(await post('n=1', 'application/x-www-form-urlencoded')).to.equal('REQUEST_MEDIA_TYPE');
    expect(await post('{"__proto__":{"n":1}}', 'application/json')).to.match(/^REQUEST_/);
  });

  it('tells a slow sender so, and ends the connection', async () => {
    await using app = await service({ limits: { requestTimeoutMs: 50 } });
    await app.listen({ host: '127.0.0.1', port: 0 });
    // It listens on a port.
    const { port } = app.server.address() as AddressInfo;
    const headers = { 'content-type': 'application/json', 'content-length': '100' };
    const slow = request({ port, host: '127.0.0.1', path: '/echo', method: 'POST', headers });
    slow.on('error', () => undefined);
    slow.write('{');
    const [response] = (await once(slow, 'response')) as [IncomingMessage];
    expect(response.statusCode).to.equal(408);
    expect(response.headers).to.include({ connection: 'close', 'content-type': 'application/problem+json' });
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(Buffer.from(chunk as Buffer));
    expect(JSON.parse(String(Buffer.concat(chunks)))).to.include({ code: 'REQUEST_TIMEOUT' });
  });

  it('refuses while the event loop is too far behind, and says when to ask again', async () => {
    await using app = await service({ limits: { maxEventLoopDelayMs: 20 } });
    const pause = new Int32Array(new SharedArrayBuffer(4));
    const refusal = await until(async () => {
      // Nothing else gets its turn for so long.
      Atomics.wait(pause, 0, 0, 100);
      const answer = await app.inject('/teapot');
      return answer.statusCode === 503 && answer;
    });
    expect(refusal.json()).to.include({ code: 'SERVICE_OVERLOADED' });
    expect(refusal.headers['retry-after']).to.equal('10');
    // The same measure of the event loop counts: nothing took a new one in between.
    const seen = await Promise.all(
      ['/health/live', '/metrics', '/health/ready', '/nowhere'].map((url) => app.inject(url)),
    );
    expect(seen.map(({ statusCode }) => statusCode)).to.deep.equal([200, 200, 503, 503]);
  });

  it('names each of its codes once, as a URN', () => {
    const types = Object.keys(SERVICE_PROBLEMS).map(toProblemType);
    expect(types.every((type) => /^urn:hcl:problem:[a-z-]+$/.test(type))).to.equal(true);
    expect(new Set(types).size).to.equal(types.length);
  });

  it('says what it is not ready for', async () => {
    const readiness = [
      { name: 'store', isReady: () => true },
      { name: 'ledger', isReady: async () => false },
      { name: 'defect', isReady: () => Promise.reject(new Error('x')) },
    ];
    await using app = await service({ readiness });
    const ready = await app.inject({ method: 'GET', url: '/health/ready' });
    expect([ready.statusCode, ready.json()]).to.deep.equal([
      503,
      { status: 'unready', failing: ['ledger', 'defect'] },
    ]);
    expect((await app.inject({ method: 'GET', url: '/health/live' })).json()).to.deep.equal({
      status: 'live',
    });
  });

  it('measures requests by route, describes its routes, and shows the description to people', async () => {
    await using app = await service();
    await app.ready();
    await app.inject({ method: 'GET', url: '/teapot?name=CANARY' });
    const metrics = await app.inject({ method: 'GET', url: '/metrics' });
    expect(metrics.body).to.match(/http_request_duration_seconds_count\{.*route="\/teapot".*status="418"/);
    expect(metrics.body).to.not.include('CANARY');
    const description = (await app.inject({ method: 'GET', url: '/docs/json' })).json();
    expect(Object.keys(description.paths)).to.include.members(['/echo', '/teapot', '/health/ready']);
    const page = await app.inject({ method: 'GET', url: '/docs/' });
    expect(page.statusCode).to.equal(200);
    expect(page.headers['content-security-policy']).to.include("'self'");
  });
});

describe('logs', () => {
  it('hold only fields that are on the list, and of foreign errors no sentence', () => {
    const lines: string[] = [];
    const destination = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        lines.push(chunk.toString());
        done();
      },
    });
    const log = createLogger({ name: 'x', level: 'debug', destination });
    const err = new Error('CANARY in a sentence', { cause: new SyntaxError('CANARY again') });
    const fields = { code: 'X', count: 1, body: 'CANARY', headers: { authorization: 'CANARY' }, err };
    log.info(fields, 'something happened');
    expect(lines).to.have.length(1);
    expect(lines[0]).to.not.include('CANARY');
    expect(JSON.parse(lines[0] ?? '')).to.include({ code: 'X', count: 1, msg: 'something happened' });
    expect(JSON.parse(lines[0] ?? '').err.at[0]).to.match(/app\.test\.ts/);
  });

  it('keep the sentence of our own errors', () => {
    expect(toSafeError(new TeapotError('TEAPOT', 'no coffee here'))).to.include({
      code: 'TEAPOT',
      message: 'no coffee here',
    });
    expect(toSafeError('CANARY')).to.deep.equal({ type: 'string' });
  });
});
