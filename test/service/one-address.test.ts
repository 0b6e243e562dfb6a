import { expect } from 'chai';
import { describe, it } from 'mocha';
import { buildService } from '../../service/app.ts';
import { silentLogger } from '../../service/logging.ts';
import { createMetrics } from '../../service/metrics.ts';
import { oneAddress } from '../../service/one-address.ts';

describe('the address of a service', () => {
  it('is one, where a name has two, and one server listens on it', async () => {
    const host = await oneAddress('localhost', async () => ({ address: '127.0.0.1' }));
    const app = await buildService({
      name: 'one',
      description: 'a service for tests',
      logger: silentLogger,
      metrics: createMetrics(),
      readiness: [],
      problems: {},
    });
    await app.listen({ host, port: 0 });
    expect(app.addresses()).to.have.length(1);
    await app.close();
  });

  it('is what the settings say, where they name one', async () => {
    const nobody = (): Promise<never> => Promise.reject(new Error('asks nobody'));
    for (const host of ['127.0.0.1', '::1', '0.0.0.0']) expect(await oneAddress(host, nobody)).to.equal(host);
  });
});
