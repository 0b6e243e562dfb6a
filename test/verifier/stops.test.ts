/** A verifier as a process of its own is told to stop (SIGTERM) while a crowd that keeps its connections goes on sending. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { LoadProcess } from '../../scripts/bench/load-process.ts';
import { makeLoadWorld, type LoadWorld } from '../../scripts/bench/load-world.ts';
import { runs, testSeed } from '../support/scale.ts';
import { sendUntilNobodyListens } from './support/kept-clients.ts';

const STOPS = runs(5, 100);
const CLIENTS = runs(8, 32);
/** Of the crowd, before the first stop; each of the next ones comes a little later. */
const FIRST_STOP_AFTER_ANSWERS = 64;
const LATER_ANSWERS = 17;

describe('a verifier that is told to stop under load', function () {
  this.timeout(60_000 + STOPS * 30_000);
  let folder: string;
  let world: LoadWorld;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hcl-stops-'));
    // Each start reads the same program.
    process.env['NODE_COMPILE_CACHE'] = join(folder, 'compiled');
    world = await makeLoadWorld(join(folder, 'data'), { codes: 1, roots: 1 }, testSeed);
  });
  after(async () => {
    delete process.env['NODE_COMPILE_CACHE'];
    await rm(folder, { recursive: true });
  });

  it(`answers every request that reached it, in ${STOPS} stops`, async () => {
    const [body = ''] = world.bodies;
    const statuses = new Set<number>();
    for (let stop = 0; stop < STOPS; stop++) {
      await using server = await LoadProcess.start(world);
      const { url } = server;
      let answers = 0;
      const onAnswer = (): void => {
        if (++answers === FIRST_STOP_AFTER_ANSWERS + stop * LATER_ANSWERS) server.terminate();
      };
      const { answered, droppedKept, droppedNew } = await sendUntilNobodyListens({
        url,
        clients: CLIENTS,
        body,
        onAnswer,
      });
      expect(droppedKept, `stop ${stop}`).to.deep.equal([]);
      expect(droppedNew, `stop ${stop}`).to.deep.equal([]);
      for (const status of answered.keys()) statuses.add(status);
    }
    // Whoever is told to come again (503) was not dropped.
    expect([200, 503]).to.include.members([...statuses]);
    expect(statuses).to.include(200);
  });
});
