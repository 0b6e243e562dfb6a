/** A limit on requests for verdicts: what is beyond it is refused at once, and what looks after the service never is. */
import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { openSockets, SLOW_BODY, SLOW_HEADERS } from '../../scripts/bench/idle-sockets.ts';
import { Admission } from '../../verifier/admission.ts';
import type { Verdict } from '../../core/verify/verdict.ts';
import type { Problem } from '../../service/problems.ts';
import { makeConsortium, vaccinationRecord } from '../support/consortium.ts';
import { until } from '../support/until.ts';
import { buildTestVerifier } from './support/test-verifier.ts';

describe('admission', () => {
  it('admits the rate and no more, over any times at which requests come', () => {
    const pauses = fc.array(fc.double({ min: 0, max: 50, noNaN: true }), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(fc.integer({ min: 4, max: 2000 }), pauses, (perSecond, gaps) => {
        let nowMs = 0;
        const admission = new Admission(perSecond, () => nowMs);
        let admitted = 0;
        for (const gap of gaps) {
          nowMs += gap;
          if (admission.admit()) admitted++;
        }
        expect(admitted).to.be.at.most((nowMs / 1000 + 0.25) * perSecond + 1e-6);
      }),
    );
  });

  it('admits all that come evenly at the rate, and after a surge again', () => {
    let nowMs = 0;
    const admission = new Admission(500, () => nowMs);
    const evenly = (): boolean => {
      nowMs += 2;
      return admission.admit();
    };
    for (let i = 0; i < 1000; i++) expect(evenly()).to.equal(true);
    const surge = Array.from({ length: 5000 }, () => admission.admit());
    expect(surge.filter(Boolean)).to.have.length.below(126);
    expect(surge.at(-1)).to.equal(false);
    for (let i = 0; i < 1000; i++) expect(evenly()).to.equal(true);
  });
});

describe('a verifier with a limit', () => {
  it('refuses the surplus before it reads it, and says when to come again', async () => {
    const { app } = await buildTestVerifier(makeConsortium({ seed: 17 }), { requestsPerSecond: 4 });
    const address = await app.listen({ host: '127.0.0.1', port: 0 });
    const urls = ['/verify', '/verify/together', '/verify?x', '/turnstile'];
    const answers = await Promise.all(
      Array.from({ length: 40 }, async (_, i) =>
        // A body that is no JSON would be refused in another way, if it were read.
        fetch(address + (urls[i % urls.length] ?? ''), {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: '{',
        }),
      ),
    );
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).to.be.above(20);
    for (const { headers } of refused) {
      expect(headers.get('retry-after')).to.equal('1');
      expect(headers.get('content-type')).to.contain('application/problem+json');
      // The framework, and what it adds to every answer, never saw it.
      expect(headers.has('content-security-policy')).to.equal(false);
    }
    for (const answer of refused) {
      expect(await answer.json()).to.include({ code: 'RATE_LIMITED', status: 429 });
    }
    const metrics = await (await fetch(`${address}/metrics`)).text();
    expect(metrics).to.contain('route="refused",status="429"');
    for (let i = 0; i < 20; i++) {
      for (const url of ['/health/live', '/metrics', '/state']) {
        expect((await fetch(address + url)).status, url).to.equal(200);
      }
    }
    await app.close();
  });

  it('counts each line of a stream, and goes on with it', async () => {
    const { app } = await buildTestVerifier(makeConsortium({ seed: 17 }), { requestsPerSecond: 40 });
    const address = await app.listen({ host: '127.0.0.1', port: 0 });
    const answer = await fetch(`${address}/verify`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: 'HCL1:\n'.repeat(2000),
    });
    const lines = (await answer.text()).trim().split('\n');
    expect(lines).to.have.length(2000);
    const full = lines.filter((line) => line.includes('RATE_LIMITED'));
    expect(lines[0]).to.contain('verdict');
    expect(full.length).to.be.above(0);
    await app.close();
  });

  it('counts each code of one person, and looks at none where one would be too many', async () => {
    const { app } = await buildTestVerifier(makeConsortium({ seed: 17 }), { requestsPerSecond: 40 });
    const address = await app.listen({ host: '127.0.0.1', port: 0 });
    const ask = (count: number): Promise<Response> =>
      fetch(`${address}/verify/together`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ codes: Array.from({ length: count }, (_, i) => `HCL1:${i}`) }),
      });
    expect((await ask(3)).status).to.equal(200);
    const refused = await ask(16);
    expect(refused.status).to.equal(429);
    expect(await refused.json()).to.include({ code: 'RATE_LIMITED', status: 429 });
    await app.close();
  });

  it('counts each code of a document, and answers those beyond with a problem in their place', async () => {
    const consortium = makeConsortium({ seed: 17 });
    const [code] = await consortium.issueCodes([vaccinationRecord()]);
    const text = code?.text ?? '';
    const { app } = await buildTestVerifier(consortium, { requestsPerSecond: 4 });
    const address = await app.listen({ host: '127.0.0.1', port: 0 });
    const answer = await fetch(`${address}/verify`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ codes: Array.from({ length: 256 }, () => text) }),
    });
    expect(answer.status).to.equal(207);
    // What the route says.
    const { verdicts } = (await answer.json()) as {
      verdicts: readonly (Partial<Verdict> & { readonly problem?: Problem })[];
    };
    expect(verdicts).to.have.length(256);
    expect(verdicts[0]).to.deep.include({ outcome: 'pass', validity: 'valid', reasons: [] });
    const refused = verdicts.filter(({ problem }) => problem !== undefined);
    expect(refused.length).to.be.above(128);
    for (const { problem } of refused) expect(problem).to.include({ code: 'RATE_LIMITED', status: 429 });
    await app.close();
  });

  it('lets others have their turn between the codes of a document', async () => {
    const { app } = await buildTestVerifier(makeConsortium({ seed: 17 }));
    const turnsBeside = async (codes: number): Promise<number> => {
      let turns = 0;
      let beat = setImmediate(function next() {
        turns++;
        beat = setImmediate(next);
      });
      const payload = { codes: Array.from({ length: codes }, () => 'HCL1:') };
      await app.inject({ method: 'POST', url: '/verify', payload });
      clearImmediate(beat);
      return turns;
    };
    const few = await turnsBeside(1);
    expect(await turnsBeside(256)).to.be.above(few + 50);
    await app.close();
  });

  it('gives up a body that does not come, and its connection', async () => {
    const limits = { requestTimeoutMs: 50 };
    const { app } = await buildTestVerifier(makeConsortium({ seed: 17 }), { limits });
    using slow = await openSockets(await app.listen({ host: '127.0.0.1', port: 0 }), 5, SLOW_BODY);
    await until(() => slow.open() === 0);
    await app.close();
  });

  it('gives up who says nothing, and heads without an end', async () => {
    const limits = { headersTimeoutMs: 50 };
    const { app } = await buildTestVerifier(makeConsortium({ seed: 17 }), { limits });
    const url = await app.listen({ host: '127.0.0.1', port: 0 });
    using slow = await openSockets(url, 5, SLOW_HEADERS);
    using idle = await openSockets(url, 5, '');
    await until(() => slow.open() + idle.open() === 0);
    await app.close();
  });
});
