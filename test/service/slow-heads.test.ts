/** Who says nothing, or does not get to the end of saying what they want, is left; whoever asks is not. */
import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { buildService, type Service } from '../../service/app.ts';
import { GivingUp } from '../../service/giving-up.ts';
import { silentLogger } from '../../service/logging.ts';
import { createMetrics } from '../../service/metrics.ts';
import { Type } from '../../service/schema.ts';
import { endSlowHeads } from '../../service/slow-heads.ts';
import { until } from '../support/until.ts';

const WITHIN_MS = 100;
const SLOW = 'POST /echo HTTP/1.1\r\nhost: x\r\nx-slow: ';
const LAST = 'GET /health/live HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n';

/** Ends nobody until it is let go: as one that has thousands to end before. */
class HeldBack extends GivingUp {
  readonly held: (() => void)[] = [];

  override add(end: () => void): void {
    this.held.push(end);
  }

  letGo(): void {
    for (const end of this.held.splice(0)) end();
  }
}

async function buildSlow(headersTimeoutMs: number): Promise<Service> {
  const app = await buildService({
    name: 'slow',
    description: 'a service for tests',
    logger: silentLogger,
    metrics: createMetrics(),
    readiness: [],
    problems: {},
    limits: { maxEventLoopDelayMs: 0, headersTimeoutMs },
  });
  app.post('/echo', { schema: { body: Type.String() } }, async ({ body }) => body);
  return app;
}

async function connectTo(app: Service, said = ''): Promise<Socket> {
  // It listens on a port.
  const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(said);
  return socket;
}

function statusesIn(answers: string): readonly (string | undefined)[] {
  return [...answers.matchAll(/HTTP\/1.1 (\d+)/g)].map(([, status]) => status);
}

describe('a connection', () => {
  let app: Service;

  beforeEach(async () => {
    app = await buildSlow(WITHIN_MS);
    await app.listen({ host: '127.0.0.1', port: 0 });
  });
  afterEach(() => app.close());

  const open = (said = ''): Promise<Socket> => connectTo(app, said);

  it('on which nothing is said is ended without a word', async () => {
    expect(await text(await open())).to.equal('');
  });

  it('on which the first head has no end is answered 408 and ended', async () => {
    expect(await text(await open(SLOW))).to.match(/^HTTP\/1.1 408 /);
  });

  it('on which a later head has no end is answered 408 and ended, after what was asked before', async () => {
    const socket = await open(`GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n${SLOW}`);
    const answers = await text(socket);
    expect(statusesIn(answers)).to.deep.equal(['200', '408']);
    // As the first one is: by us, a few at a time.
    expect(answers).to.match(/content-length: 0\r\n\r\n$/i);
  });

  it('on which a head that is none is said is answered 400', async () => {
    expect(await text(await open('what?\r\n\r\n'))).to.match(/^HTTP\/1.1 400 /);
  });

  for (const expects of ['', 'expect: 100-continue\r\n']) {
    it(`on which a request has come is kept, ${expects === '' ? 'sent at once' : 'asked for first'}`, async () => {
      const head = `POST /echo HTTP/1.1\r\nhost: x\r\ncontent-type: text/plain\r\n${expects}content-length: 2\r\n\r\n`;
      const asking = await open(head);
      const answer = text(asking);
      // One that came later is given up: the first would have been, too.
      await text(await open());
      asking.write('ok');
      await until(() => asking.bytesRead > 200);
      // The connection was kept for the next one.
      asking.write(LAST);
      expect(statusesIn(await answer)).to.deep.equal([...(expects === '' ? [] : ['100']), '200', '200']);
    });
  }

  it('that is one of many is ended as all of them are', async () => {
    const many = await Promise.all(Array.from({ length: 200 }, () => open(SLOW)));
    const answers = await Promise.all(many.map((socket) => text(socket)));
    expect(answers.every((answer) => answer.startsWith('HTTP/1.1 408 '))).to.equal(true);
  });
});

describe('a connection that is about to be given up', () => {
  let app: Service;
  let givingUp: HeldBack;
  let finish: PromiseWithResolvers<void>;

  async function listen(headersTimeoutMs: number, withinMs: number): Promise<void> {
    app = await buildSlow(headersTimeoutMs);
    givingUp = new HeldBack();
    finish = Promise.withResolvers();
    endSlowHeads(app, withinMs, givingUp);
    app.get('/act', () => finish.promise.then(() => 'done'));
    await app.listen({ host: '127.0.0.1', port: 0 });
  }
  afterEach(() => app.close());

  /** What is answered to a request whose rest comes while its connection waits for its end. */
  async function answersTo(asking: Socket, rest: string): Promise<string> {
    const answers = text(asking);
    await until(() => givingUp.held.length > 0);
    asking.write(rest);
    await once(app.server, 'request');
    givingUp.letGo(); // while the request is being executed
    finish.resolve();
    return answers;
  }

  for (const [said, what] of [
    ['', 'nothing was said'],
    ['GET /act HTTP/1.1\r\n', 'the first head was slow'],
  ] as const) {
    const rest = `${said === '' ? 'GET /act HTTP/1.1\r\n' : ''}host: x\r\nconnection: close\r\n\r\n`;
    it(`because ${what} is kept for a request that comes before`, async () => {
      await listen(60_000, WITHIN_MS);
      expect(await answersTo(await connectTo(app, said), rest)).to.match(/^HTTP\/1.1 200 [^]*done$/);
    });
  }

  it('because a later head was slow is kept for the rest of it', async () => {
    await listen(WITHIN_MS, 60_000);
    const asking = await connectTo(app, `${LAST.replace('close', 'keep-alive')}GET /act HTTP/1.1\r\n`);
    expect(statusesIn(await answersTo(asking, 'host: x\r\nconnection: close\r\n\r\n'))).to.deep.equal([
      '200',
      '200',
    ]);
  });

  it('is ended where no request comes', async () => {
    await listen(60_000, WITHIN_MS);
    const answers = text(await connectTo(app, SLOW));
    await until(() => givingUp.held.length > 0);
    givingUp.letGo();
    expect(await answers).to.match(/^HTTP\/1.1 408 /);
  });
});
