/** The front door: whichever way a path is written, what is refused is refused, and what looks after the service is not. */
import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { afterEach, describe, it } from 'mocha';
import { buildService, type Service, type ServiceLimits } from '../../service/app.ts';
import { silentLogger } from '../../service/logging.ts';
import { createMetrics } from '../../service/metrics.ts';
import { pathOf } from '../../service/request-path.ts';

const TWO_BYTES = 'content-type: application/json\r\ncontent-length: 2\r\n';

describe('front door', () => {
  let app: Service;
  const asked: (string | undefined)[] = [];
  afterEach(async () => {
    asked.length = 0;
    await app.close();
  });

  /** Full for `/verify` and for what cannot be read. */
  async function listen(limits: Partial<ServiceLimits> = {}): Promise<void> {
    app = await buildService({
      name: 'door',
      description: 'a service for tests',
      logger: silentLogger,
      metrics: createMetrics(),
      readiness: [],
      problems: {},
      limits: { maxEventLoopDelayMs: 0, ...limits },
      isFull: (path) => {
        asked.push(path);
        return path === undefined || path === '/verify';
      },
    });
    app.post('/verify', async () => ({ ok: true }));
    app.get('/things/:id', async () => ({ ok: true }));
    await app.listen({ host: '127.0.0.1', port: 0 });
  }

  async function open(): Promise<Socket> {
    // It listens on a port.
    const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
    await once(socket, 'connect');
    return socket;
  }

  /** Everything that is answered on a connection of its own. */
  async function answerTo(head: string, body = ''): Promise<string> {
    const socket = await open();
    socket.write(`${head}\r\nhost: x\r\nconnection: close\r\n${body === '' ? '' : TWO_BYTES}\r\n${body}`);
    return await text(socket);
  }

  for (const target of [
    '/verify',
    '/%76erify',
    '/verify?x',
    '/verify#x',
    '/verify;x',
    'http://x/verify',
    'HTTP://x:1/%76erif%79?a',
    '/verify%',
  ]) {
    it(`refuses ${target} when it is full`, async () => {
      await listen();
      const answer = await answerTo(`POST ${target} HTTP/1.1`, '{}');
      expect(answer).to.match(/^HTTP\/1.1 429 /);
    });
  }

  it('asks once for each request, by its path, and again by a route of another name', async () => {
    await listen();
    await answerTo('GET /things/7?x HTTP/1.1');
    await answerTo('GET /health/live HTTP/1.1');
    expect(asked).to.deep.equal(['/things/7', '/things/:id', '/health/live']);
  });

  it('refuses by the route what came in past it', async () => {
    await listen();
    const injected = await app.inject({ method: 'POST', url: '/verify', payload: {} });
    expect(injected.statusCode).to.equal(429);
    expect(injected.headers['retry-after']).to.equal('1');
  });

  for (const target of ['/health/live', '/metrics', 'http://x/health/live', '/health/liv%65']) {
    it(`answers ${target} when it is behind`, async () => {
      await listen({ maxEventLoopDelayMs: -1 });
      expect(await answerTo(`GET ${target} HTTP/1.1`)).to.match(/^HTTP\/1.1 200 /);
      expect(await answerTo('GET /things/7 HTTP/1.1')).to.match(/^HTTP\/1.1 503 /);
    });
  }

  it('gives up what is refused and does not come, and its connection', async () => {
    await listen({ requestTimeoutMs: 20 });
    const socket = await open();
    socket.write('POST /verify HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{');
    const answer = await text(socket); // resolves when the connection ends
    expect(answer).to.match(/^HTTP\/1.1 429 /);
    expect(answer).not.to.match(/^connection: close/im);
  });

  it('keeps the connection of what is refused and small', async () => {
    await listen();
    const socket = await open();
    const refused = `POST /verify HTTP/1.1\r\nhost: x\r\n${TWO_BYTES}\r\n{}`;
    socket.write(`${refused}${refused}GET /health/live HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
    const statuses = [...(await text(socket)).matchAll(/HTTP\/1.1 (\d+)/g)].map(([, status]) => status);
    expect(statuses).to.deep.equal(['429', '429', '200']);
  });

  for (const [name, header] of [
    ['a large body', 'content-length: 20000'],
    ['a body that nobody knows the length of', 'transfer-encoding: chunked'],
    ['a body that is held back', 'content-length: 2\r\nexpect: 100-continue'],
  ] as const) {
    it(`waits for nothing more of ${name} that is refused`, async () => {
      await listen();
      const socket = await open();
      socket.write(`POST /verify HTTP/1.1\r\nhost: x\r\n${header}\r\n\r\n`);
      const answer = await text(socket);
      expect(answer).to.match(/^HTTP\/1.1 429 /);
      expect(answer).to.match(/^connection: close/im);
    });
  }

  it('tells who asks whether to send a body to send it, where it is let in', async () => {
    await listen();
    const socket = await open();
    socket.write('GET /things/7 HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\nconnection: close\r\n\r\n');
    expect(await text(socket)).to.match(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 /);
  });

  it('ends the connection of what is refused while it stops', async () => {
    await listen();
    const socket = await open();
    const drained = app.drain();
    socket.write(`POST /verify HTTP/1.1\r\nhost: x\r\n${TWO_BYTES}\r\n{}`);
    const answer = await text(socket);
    expect(answer).to.match(/^HTTP\/1.1 429 /);
    expect(answer).to.match(/^connection: close/im);
    await drained;
  });

  it('reads a path once: what is escaped twice is another one', () => {
    expect(pathOf('/%2576erify')).to.equal('/%76erify');
    expect(pathOf('http://x')).to.equal('/');
    expect(pathOf('/a%2Fb')).to.equal('/a%2Fb');
  });
});
