/** Nobody waits for a worker that does not come up: whoever asks meanwhile is told so. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import cluster from 'node:cluster';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { expect } from 'chai';
import { after, afterEach, before, describe, it } from 'mocha';
import { makeLoadWorld, NO_LEDGER, type LoadWorld } from '../../../scripts/bench/load-world.ts';
import { silentLogger } from '../../../service/logging.ts';
import { VERIFIER_DEFAULTS } from '../../../verifier/config.ts';
import { startVerifier, type StartedVerifier } from '../../../verifier/server.ts';
import { freePort } from '../../../verifier/workers/free-port.ts';
import { testSeed } from '../../support/scale.ts';
import { until } from '../../support/until.ts';

const PROGRAM = new URL('support/obeying-worker.ts', import.meta.url);

describe('a verifier whose only worker does not come up', function () {
  this.timeout(120_000);
  let folder: string;
  let neverUp: string;
  let world: LoadWorld;
  let url: string;
  let started: StartedVerifier | undefined;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hcl-stand-in-'));
    neverUp = join(folder, 'never-up');
    world = await makeLoadWorld(join(folder, 'data'), { codes: 1, roots: 1 }, testSeed);
    process.env['HCL_TEST_NEVER_UP'] = neverUp;
    process.env['HCL_TEST_NOW_SECONDS'] = String(world.nowSeconds);
  });
  afterEach(async () => {
    await started?.close();
    started = undefined;
    await rm(neverUp, { force: true });
  });
  after(async () => {
    delete process.env['HCL_TEST_NEVER_UP'];
    delete process.env['HCL_TEST_NOW_SECONDS'];
    await rm(folder, { recursive: true });
  });

  async function start(startMs: number): Promise<StartedVerifier> {
    const port = await freePort('127.0.0.1');
    url = `http://127.0.0.1:${port}`;
    return await startVerifier(
      {
        ...VERIFIER_DEFAULTS,
        dataFolder: world.folder,
        deployment: NO_LEDGER,
        rpcUrls: ['http://127.0.0.1:1'],
        issuers: [],
        port,
        workers: 1,
        unreadyMs: 0,
      },
      {
        logger: silentLogger,
        // It goes on: after a while another worker is tried.
        nowSeconds: () => world.nowSeconds + Math.floor(performance.now() / 1000),
        workerProgram: PROGRAM,
        workerPatience: { startMs },
      },
    );
  }

  /** What is answered, or `undefined` while nobody listens. */
  async function answerTo(path: string, body?: string): Promise<Response | undefined> {
    const asked = {
      headers: { 'content-type': 'application/json', connection: 'close' },
      ...(body === undefined ? {} : { method: 'POST', body }),
    };
    return await fetch(`${url}${path}`, asked).catch(() => undefined);
  }

  async function expectRefused(): Promise<void> {
    const refused = await until(async () => {
      const answer = await answerTo('/verify', world.bodies[0]);
      return answer?.status === 503 ? answer : undefined;
    });
    expect(refused.headers.get('content-type')).to.equal('application/problem+json');
    expect(refused.headers.get('retry-after')).to.equal('1');
    expect(await refused.json()).to.include({ code: 'SERVICE_OVERLOADED', status: 503 });
    expect((await answerTo('/health/ready'))?.status).to.equal(503);
    expect((await answerTo('/health/live'))?.status).to.equal(200);
  }

  /** As it would be ended after a minute. */
  async function endWhoIsComing(): Promise<void> {
    const coming = await until(() => {
      const workers = Object.values(cluster.workers ?? {}).flatMap((worker) => worker ?? []);
      return workers.length > 0 && workers;
    });
    for (const worker of coming) worker.process.kill('SIGKILL');
  }

  async function expectEnded(starting: Promise<unknown>): Promise<void> {
    expect(await starting.catch((error: unknown) => error)).to.include({ code: 'VERIFIER_WORKER_ENDED' });
    expect(await answerTo('/health/live')).to.equal(undefined);
  }

  it('refuses while it starts, and then fails with a code and leaves the port', async () => {
    await writeFile(neverUp, '');
    const ended = expectEnded(start(60_000));
    await until(() => url !== undefined);
    await expectRefused();
    await endWhoIsComing();
    await ended;
  });

  it('fails with a code and leaves the port where it takes too long', async () => {
    await writeFile(neverUp, '');
    await expectEnded(start(100));
  });

  it('fails with a code and leaves the port where there can be no process', async () => {
    cluster.setupPrimary({ cwd: join(folder, 'nowhere') });
    try {
      await expectEnded(start(60_000));
    } finally {
      cluster.setupPrimary({ cwd: process.cwd() });
    }
  });

  it('refuses when the one that was up has ended, until the next one is up', async () => {
    started = await start(60_000);
    expect((await answerTo('/verify', world.bodies[0]))?.status).to.equal(200);
    await writeFile(neverUp, '');
    for (const pid of started.workerPids()) process.kill(pid, 'SIGKILL');
    await expectRefused();
    await rm(neverUp);
    await endWhoIsComing();
    await until(async () => (await answerTo('/verify', world.bodies[0]))?.status === 200);
  });
});
