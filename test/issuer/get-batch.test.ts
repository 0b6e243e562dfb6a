import { expect } from 'chai';
import type { LightMyRequestResponse } from 'fastify';
import { describe, it } from 'mocha';
import { httpSource } from '../../auditor/source.ts';
import type { Hex } from '../../core/bytes/hex.ts';
import { addGetBatch, BATCHES_PER_MINUTE } from '../../issuer/routes/get-batch.ts';
import type { PublishedBatch } from '../../issuer/issuer.ts';
import { buildService, type Service } from '../../service/app.ts';
import { silentLogger } from '../../service/logging.ts';
import { createMetrics } from '../../service/metrics.ts';
import { fetchJsonWith } from '../../verifier/fetch-json.ts';

const ISSUER: Hex = `0x${'11'.repeat(32)}`;
const ROOT: Hex = `0x${'22'.repeat(32)}`;
const BATCH: PublishedBatch = {
  issuer: ISSUER,
  root: ROOT,
  class: 'short',
  log2Size: 6,
  sequence: 1,
  leaves: [ROOT],
};

describe('GET /batches/{root}', () => {
  it('has a limit of its own, and says when to come back', async () => {
    const app = await service();
    const codes: number[] = [];
    for (let i = 0; i < BATCHES_PER_MINUTE; i++) codes.push((await ask(app, i)).statusCode);
    expect(new Set(codes)).to.deep.equal(new Set([200]));
    const refused = await ask(app, BATCHES_PER_MINUTE);
    expect(refused.json()).to.include({ status: 429, code: 'RATE_LIMITED' });
    expect(Number(refused.headers['retry-after'])).to.be.within(1, 60);
    expect((await app.inject('/elsewhere')).statusCode).to.equal(200);
    await app.close();
  });

  it('tells an auditor to wait, who waits and goes on', async () => {
    const busy = await service();
    const later = await service();
    for (let i = 0; i < BATCHES_PER_MINUTE; i++) await ask(busy, i);
    const urls = [
      await busy.listen({ host: '127.0.0.1', port: 0 }),
      await later.listen({ host: '127.0.0.1', port: 0 }),
    ];
    const waits: number[] = [];
    const fetchJson = fetchJsonWith(fetch);
    const source = httpSource(new Map([[ISSUER, '']]), {
      // After the wait the service has forgotten what it counted.
      fetch: (path, limits) => fetchJson(`${urls[waits.length]}${path}`, limits),
      pause: async (milliseconds) => waits.push(milliseconds),
    });
    expect(await source.batch(ISSUER, ROOT)).to.deep.equal({ kind: 'found', value: BATCH });
    expect(waits).to.have.length(1);
    expect(waits[0]).to.be.within(1000, 60_000);
    await Promise.all([busy.close(), later.close()]);
  });
});

async function service(): Promise<Service> {
  const app = await buildService({
    name: 'issuer',
    description: 'one route',
    logger: silentLogger,
    metrics: createMetrics(),
    readiness: [],
    problems: {},
  });
  addGetBatch(app, { batch: () => Promise.resolve(BATCH) });
  app.get('/elsewhere', async () => 'here');
  return app;
}

async function ask(app: Service, i: number): Promise<LightMyRequestResponse> {
  return await app.inject(`/batches/0x${i.toString(16).padStart(64, '0')}`);
}
