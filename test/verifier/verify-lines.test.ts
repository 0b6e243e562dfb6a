/** Codes as a stream of lines: answered in order while they come, whatever is in them. */
import { once } from 'node:events';
import {
  request as httpRequest,
  type ClientRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import fc from 'fast-check';
import { after, before, describe, it } from 'mocha';
import type { Verdict } from '../../core/verify/verdict.ts';
import type { Problem } from '../../service/problems.ts';
import { openSockets, SILENT_STREAM } from '../../scripts/bench/idle-sockets.ts';
import { until } from '../support/until.ts';
import { makeConsortium, vaccinationRecord } from '../support/consortium.ts';
import { buildTestVerifier, type TestVerifier } from './support/test-verifier.ts';

interface Answer {
  readonly line: number;
  readonly verdict?: Verdict;
  readonly problem?: Problem;
}

describe('POST /verify with lines', () => {
  const consortium = makeConsortium({ seed: 13 });
  let verifier: TestVerifier;
  let good: string;

  before(async () => {
    verifier = await buildTestVerifier(consortium, { policies: ['base', 'ledger'] });
    good = (await consortium.issueCodes([vaccinationRecord()]))[0]?.text ?? '';
    await verifier.app.listen({ host: '127.0.0.1', port: 0 });
  });
  after(() => verifier.app.close());

  const headers = { 'content-type': 'application/x-ndjson' };
  async function answersTo(payload: string | Buffer): Promise<readonly Answer[]> {
    const response = await verifier.app.inject({ method: 'POST', url: '/verify', headers, payload });
    expect(response.statusCode).to.equal(200);
    expect(response.headers).to.include({ ...headers, 'cache-control': 'no-store' });
    return toAnswers(response.body);
  }
  const toAnswers = (body: string): readonly Answer[] =>
    body
      .split('\n')
      .filter(Boolean)
      // What the route says.
      .map((line) => JSON.parse(line) as Answer);
  const told = ({ line, problem, verdict }: Answer): string =>
    `${line} ${problem?.code ?? `${verdict?.outcome} ${verdict?.reasons.join()}`}`.trim();

  /** A request that stays open; its answer's headers may only come with the first line. */
  function open(app = verifier.app, sent: OutgoingHttpHeaders = headers): ClientRequest {
    // It listens on a port.
    const { port } = app.server.address() as AddressInfo;
    return httpRequest({ port, host: '127.0.0.1', path: '/verify', method: 'POST', headers: sent });
  }

  it('answers each line in its place: codes as they are or as JSON, and a bad line by its own problem', async () => {
    const lines = [
      good,
      JSON.stringify({ code: good, policy: 'ledger' }),
      '{"code":',
      '{"code":5}',
      '{"code":"A","extra":1}',
      JSON.stringify({ code: good, policy: 'nowhere' }),
      '',
      `${good}\r`,
      'hello',
      'x'.repeat(70_000),
      JSON.stringify({ code: good }),
    ];
    const answers = await answersTo(lines.join('\n'));
    expect(answers.map(told)).to.deep.equal([
      '1 pass',
      '2 pass',
      '3 REQUEST_NOT_JSON',
      '4 REQUEST_INVALID',
      '5 REQUEST_INVALID',
      '6 POLICY_UNKNOWN',
      '8 pass',
      '9 stop CODE_UNKNOWN',
      '10 REQUEST_TOO_LARGE',
      '11 pass',
    ]);
    expect(answers[1]?.verdict?.evidence.signature).to.equal('not-checked');
    expect(answers[0]?.verdict).to.deep.equal(JSON.parse(JSON.stringify(await verifier.gate.verify(good))));
  });

  it('says nothing of a line in its problem', async () => {
    const answers = await answersTo('{"code":"secret\n{"code":"secret","secret":1}\n');
    expect(answers).to.have.length(2);
    expect(JSON.stringify(answers)).not.to.include('secret');
    expect(verifier.logged()).not.to.include('secret');
  });

  it('answers any bytes, as many times as there are lines', async () => {
    const bytes = fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(bytes, async (parts) => {
        const payload = Buffer.concat(parts.flatMap((part) => [part, Buffer.from('\n')]));
        const lines = payload.toString('latin1').split('\n');
        const full = lines.flatMap((line, at) => (line === '' ? [] : [at + 1]));
        expect((await answersTo(payload)).map(({ line }) => line)).to.deep.equal(full);
      }),
      { numRuns: 50 },
    );
  });

  it('answers a line before the next one is sent', async () => {
    const request = open();
    request.write(`${good}\n`);
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    const seen: string[] = [];
    for await (const chunk of response) {
      seen.push(...toAnswers(String(chunk)).map(told));
      // The second line goes out when the first has been answered.
      if (!request.writableEnded) request.end('hello');
    }
    expect(seen).to.deep.equal(['1 pass', '2 stop CODE_UNKNOWN']);
  });

  for (const [what, bytes] of Object.entries({ 'empty lines': '\n', 'a line without an end': 'x' })) {
    it(`ends a stream of ${what}, says why, and has looked at no more than a few of them`, async () => {
      const request = open();
      request.on('error', () => undefined);
      request.write(`${good}\n`);
      const [response] = (await once(request, 'response')) as [IncomingMessage];
      const cut = once(request, 'close');
      const waste = Buffer.alloc(64 * 1024, bytes);
      let sent = 0;
      const pump = (): void => {
        while (!request.destroyed && sent < 1000 && request.write(waste)) sent++;
      };
      request.on('drain', pump);
      pump();
      let body = '';
      for await (const chunk of response) body += String(chunk);
      expect(
        toAnswers(body).map(({ line, problem }) => [line, problem?.code, problem?.status]),
      ).to.deep.equal([
        [1, undefined, undefined],
        [undefined, 'REQUEST_WITHOUT_LINES', 400],
      ]);
      await cut;
      expect(sent).to.be.below(1000);
    });
  }

  it('goes on after lines that are empty or too long, when others come between them', async () => {
    const waste = `${'\n'.repeat(100_000)}${'x'.repeat(100_000)}\n`;
    const answers = await answersTo(`${waste}hello\n`.repeat(5));
    expect(answers.map(({ problem }) => problem?.code)).to.deep.equal(
      Array.from({ length: 5 }, () => ['REQUEST_TOO_LARGE', undefined]).flat(),
    );
    expect(answers.at(-1)?.line).to.equal(5 * 100_002);
  });

  it('lets others have their turn between the lines of one chunk', async () => {
    let turns = 0;
    const beat = setInterval(() => turns++, 0);
    // One chunk: without a pause they would all be answered in one turn.
    const answers = await answersTo('hello\n'.repeat(3_000));
    clearInterval(beat);
    expect(answers).to.have.length(3_000);
    expect(turns).to.be.above(1);
  });

  for (const limit of ['requestTimeoutMs', 'idleTimeoutMs'] as const) {
    it(`goes on after a silence in which ${limit} ends a document that does not come whole`, async () => {
      const { app } = await buildTestVerifier(consortium, { limits: { [limit]: 100 } });
      await app.listen({ host: '127.0.0.1', port: 0 });
      const stream = open(app);
      stream.write(`${good}\n`);
      const [response] = (await once(stream, 'response')) as [IncomingMessage];
      const chunks = response[Symbol.asyncIterator]();
      const next = async (): Promise<readonly string[]> =>
        toAnswers(String((await chunks.next()).value)).map(told);
      expect(await next()).to.deep.equal(['1 pass']);
      // Asked later, so the limit has passed for the stream when it has for this one.
      const half = open(app, { 'content-type': 'application/json', 'content-length': '100' });
      const ended = new Promise((resolve) => half.on('response', resolve).on('error', resolve));
      half.write('{');
      await ended;
      half.destroy();
      stream.write('hello\n');
      expect(await next()).to.deep.equal(['2 stop CODE_UNKNOWN']);
      stream.end();
      expect(await chunks.next()).to.deep.equal({ done: true, value: undefined });
      await app.close();
    });
  }

  it('refuses lines of a stream that began before, while the event loop is too far behind', async () => {
    const { app } = await buildTestVerifier(consortium, { limits: { maxEventLoopDelayMs: 200 } });
    await app.listen({ host: '127.0.0.1', port: 0 });
    const stream = open(app);
    stream.write('hello\n');
    const [response] = (await once(stream, 'response')) as [IncomingMessage];
    expect(response.statusCode).to.equal(200);
    const pause = new Int32Array(new SharedArrayBuffer(4));
    let seen = '';
    for await (const chunk of response) {
      seen += String(chunk);
      if (seen.includes('SERVICE_OVERLOADED')) {
        stream.end();
        continue;
      }
      // Nothing else gets its turn for so long.
      Atomics.wait(pause, 0, 0, 500);
      stream.write('hello\n');
    }
    const { line, problem } = toAnswers(seen).at(-1) ?? {};
    expect(line).to.be.above(1);
    expect(problem).to.include({ code: 'SERVICE_OVERLOADED', status: 503 });
    await app.close();
  });

  it('is cut by a stop, which waits for no gate', async () => {
    const { app } = await buildTestVerifier(consortium);
    await app.listen({ host: '127.0.0.1', port: 0 });
    const stream = open(app);
    stream.on('error', () => undefined);
    stream.write(`${good}\n`);
    const [response] = (await once(stream, 'response')) as [IncomingMessage];
    const cut = once(response.resume(), 'error');
    await app.close();
    await cut;
    expect(response.complete).to.equal(false);
  });

  it('is ended by a stop once what has come is answered, however silent it is then', async () => {
    const { app } = await buildTestVerifier(consortium);
    const url = await app.listen({ host: '127.0.0.1', port: 0 });
    const stream = open(app);
    stream.on('error', () => undefined);
    // The last one is not whole: nothing can be said of it.
    stream.write(`${good}\nhello\nHCL1:`);
    const [response] = (await once(stream, 'response')) as [IncomingMessage];
    using silent = await openSockets(url, 3, SILENT_STREAM);
    const stopped = app.drain();
    let body = '';
    for await (const chunk of response) body += String(chunk);
    expect(toAnswers(body).map(({ line, problem }) => [line, problem?.code])).to.deep.equal([
      [1, undefined],
      [2, undefined],
      [undefined, 'SERVICE_STOPPING'],
    ]);
    await stopped;
    await until(() => silent.open() === 0);
    await app.close();
  });

  const limitedTo = (maxOpen: number, silenceMs: number): Promise<TestVerifier> => {
    const ofAnybody = { maxOpen, silenceMs };
    return buildTestVerifier(consortium, { streamLimits: { ofAnybody, ofDevices: ofAnybody } });
  };

  it('is refused while as many are open as are taken', async () => {
    const { app } = await limitedTo(2, 600_000);
    const url = await app.listen({ host: '127.0.0.1', port: 0 });
    const ask = (): Promise<Response> => fetch(`${url}/verify`, { method: 'POST', headers, body: 'hello\n' });
    const silent = await openSockets(url, 2, SILENT_STREAM);
    const refused = await until(async () => {
      const answer = await ask();
      return answer.status === 503 && answer;
    });
    expect(refused.headers.get('retry-after')).to.equal('10');
    expect(await refused.json()).to.include({ code: 'SERVICE_OVERLOADED' });
    using late = await openSockets(url, 2, SILENT_STREAM);
    await until(() => late.open() === 0);
    expect(silent.open()).to.equal(2);
    silent[Symbol.dispose]();
    await until(async () => (await ask()).status === 200);
    await app.close();
  });

  it('is cut after a silence', async () => {
    const { app } = await limitedTo(10, 50);
    using silent = await openSockets(await app.listen({ host: '127.0.0.1', port: 0 }), 5, SILENT_STREAM);
    await until(() => silent.open() === 0);
    await app.close();
  });

  it('does not read on for a client that does not read its answers', async () => {
    const LINES = 200_000;
    const request = open();
    request.on('error', () => undefined);
    const answered = once(request, 'response');
    const line = 'HCL1:NOTHING\n';
    let sent = 0;
    // Until the way there is full: neither we nor the system take more.
    while (sent < LINES && request.write(line.repeat(1000))) sent += 1000;
    const [response] = (await answered) as [IncomingMessage];
    response.pause();
    request.write(line.repeat(LINES));
    const before = process.memoryUsage().arrayBuffers;
    const counted = async (): Promise<number> => {
      const { body } = await verifier.app.inject('/metrics');
      return Number(/hcl_verdicts_total\{outcome="stop",validity="invalid"\} (\d+)/.exec(body)?.[1]);
    };
    // It stands still when two looks, with many turns of the event loop between them, see the same.
    let last = -1;
    for (let now = await counted(); now !== last; now = await counted()) {
      last = now;
      for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(last).to.be.below(LINES);
    expect(process.memoryUsage().arrayBuffers - before).to.be.below(64 * 1024 * 1024);
    request.destroy();
    response.destroy();
  });
});
