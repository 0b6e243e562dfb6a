/** What the load bench measures, in small and without a clock: nobody honest is dropped, whoever else is there. */
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { afterEach, before, beforeEach, describe, it } from 'mocha';
import { openSockets, SILENT_STREAM, SLOW_BODY, SLOW_HEADERS } from '../../scripts/bench/idle-sockets.ts';
import { sendCrowd } from '../../scripts/bench/open-loop.ts';
import { ReturningSockets } from '../../scripts/bench/returning-sockets.ts';
import type { ServiceLimits } from '../../service/app.ts';
import { makeConsortium, vaccinationRecord } from '../support/consortium.ts';
import { runs } from '../support/scale.ts';
import { until } from '../support/until.ts';
import { buildTestVerifier, type TestVerifier } from './support/test-verifier.ts';

const RESTARTS = runs(2, 100);

describe('a verifier under load', function () {
  this.timeout(20_000 + RESTARTS * 10_000);
  const consortium = makeConsortium({ seed: 18 });
  let bodies: readonly string[];
  let verifier: TestVerifier;
  let url: string;

  before(async () => {
    const codes = await consortium.issueCodes(Array.from({ length: 8 }, () => vaccinationRecord()));
    bodies = codes.map(({ text }) => JSON.stringify({ code: text }));
  });
  const listen = async (requestsPerSecond?: number, limits: Partial<ServiceLimits> = {}): Promise<void> => {
    const limit = requestsPerSecond === undefined ? {} : { requestsPerSecond };
    verifier = await buildTestVerifier(consortium, { ...limit, limits });
    await verifier.app.listen({ host: '127.0.0.1', port: 0 });
    // It listens on a port.
    url = `http://127.0.0.1:${(verifier.app.server.address() as AddressInfo).port}`;
  };
  beforeEach(() => listen());
  afterEach(() => verifier.app.close());

  it('answers every request of a crowd', async () => {
    const answers = await sendCrowd({ url, bodies, perSecond: 200, seconds: 1 });
    expect(answers.map(({ status }) => status)).to.deep.equal(Array.from({ length: 200 }, () => 200));
  });

  it('answers every request of a surge, those beyond the limit with 429', async () => {
    await verifier.app.close();
    await listen(20);
    const answers = await sendCrowd({ url, bodies, perSecond: 400, seconds: 1 });
    expect([...new Set(answers.map(({ status }) => status))]).to.have.members([200, 429]);
  });

  it('answers beside clients that say nothing or never finish', async () => {
    using headers = await openSockets(url, 20, SLOW_HEADERS);
    using body = await openSockets(url, 20, SLOW_BODY);
    using idle = await openSockets(url, 50, '');
    using streams = await openSockets(url, 20, SILENT_STREAM);
    const answers = await sendCrowd({ url, bodies, perSecond: 100, seconds: 1 });
    expect(answers.every(({ status }) => status === 200)).to.equal(true);
    expect([headers, body, idle, streams].every((sockets) => sockets.open() > 0)).to.equal(true);
  });

  it('gives up clients that are no use, however often they come again, and answers all others', async () => {
    await verifier.app.close();
    await listen(undefined, { headersTimeoutMs: 100, requestTimeoutMs: 100 });
    const kinds = [
      { name: 'heads', count: 10, opening: SLOW_HEADERS },
      { name: 'bodies', count: 10, opening: SLOW_BODY },
      { name: 'silent', count: 10, opening: '' },
    ];
    using useless = new ReturningSockets(url, kinds, 200);
    const answers = await sendCrowd({ url, bodies, perSecond: 100, seconds: 1 });
    expect(answers.every(({ status }) => status === 200)).to.equal(true);
    await until(() => useless.report().every(({ count, ended }) => ended >= 3 * count));
  });

  it('answers what it has taken when it is told to stop', async () => {
    const body = bodies[0] ?? '';
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const taken = once(verifier.app.server, 'request');
    const request = httpRequest(`${url}/verify`, { method: 'POST', headers, agent: false });
    const answered = once(request, 'response');
    request.write(body.slice(0, 10));
    await taken;
    const closed = verifier.app.close();
    request.end(body.slice(10));
    // An answer has this form.
    const [response] = (await answered) as [IncomingMessage];
    response.resume();
    expect(response.statusCode).to.equal(200);
    await closed;
  });

  it('says that it is not ready and ends connections with their answers before it stops', async () => {
    const drained = verifier.app.drain();
    const ready = await verifier.app.inject('/health/ready');
    expect(ready.statusCode).to.equal(503);
    expect(ready.json()).to.deep.equal({ status: 'unready', failing: ['running'] });
    const live = await verifier.app.inject('/health/live');
    expect(live.statusCode).to.equal(200);
    expect(live.headers.connection).to.equal('close');
    await drained;
    expect(verifier.app.server.listening).to.equal(false);
  });

  it(`answers whatever it has taken, in ${RESTARTS} stops in the middle of a crowd`, async () => {
    for (let restart = 0; restart < RESTARTS; restart++) {
      let taken = 0;
      verifier.app.server.on('request', () => taken++);
      let stopped: Promise<void> | undefined;
      const onAnswer = (): void => {
        stopped ??= verifier.app.drain().then(() => verifier.app.close());
      };
      const answers = await sendCrowd({ url, bodies, perSecond: 200, seconds: 1, onAnswer });
      await stopped;
      const served = answers.filter(({ status }) => status === 200);
      expect(served.length).to.equal(taken);
      // The others came when nobody was there any more.
      const failures = new Set(answers.filter(({ status }) => status !== 200).map(({ failure }) => failure));
      expect(['ECONNREFUSED', 'ECONNRESET']).to.include.members([...failures]);
      await listen();
    }
  });
});
