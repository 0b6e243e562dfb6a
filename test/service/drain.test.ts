import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { buildService, type Service } from '../../service/app.ts';
import { silentLogger } from '../../service/logging.ts';
import { createMetrics } from '../../service/metrics.ts';

/** Longer than the other one takes to stop, also where the machine is busy. */
const LONG_MS = 4000;

async function listening(unreadyMs: number): Promise<Service> {
  const app = await buildService({
    name: 'drained',
    description: 'a service for tests',
    logger: silentLogger,
    metrics: createMetrics(),
    readiness: [],
    problems: {},
    limits: { maxEventLoopDelayMs: 0 },
    unreadyMs,
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  return app;
}

describe('a service that is told to stop', function () {
  this.timeout(20_000);

  it('says that it is not ready, and answers, for as long as it is set to', async () => {
    await using patient = await listening(LONG_MS);
    await using other = await listening(0);
    const stopped = patient.drain();
    await other.drain();
    expect(other.server.listening).to.equal(false);
    expect(patient.server.listening).to.equal(true);
    // It listens on a port.
    const { port } = patient.server.address() as AddressInfo;
    const ready = await fetch(`http://127.0.0.1:${port}/health/ready`);
    expect(ready.status).to.equal(503);
    expect(await ready.json()).to.deep.equal({ status: 'unready', failing: ['running'] });
    await stopped;
    expect(patient.server.listening).to.equal(false);
  });
});
