import { expect } from 'chai';
import { describe, it } from 'mocha';
import { Heartbeat } from '../../../verifier/workers/heartbeat.ts';

describe('heartbeat of a worker', () => {
  it('gives it up after three questions in a row without an answer, once', async () => {
    let isHung = true;
    let givenUp = 0;
    const heartbeat = new Heartbeat(
      async () => {
        if (isHung) throw new Error('no answer');
      },
      () => givenUp++,
    );
    await heartbeat.beat();
    await heartbeat.beat();
    isHung = false;
    await heartbeat.beat();
    isHung = true;
    await heartbeat.beat();
    await heartbeat.beat();
    expect(givenUp).to.equal(0);
    for (let i = 0; i < 5; i++) await heartbeat.beat();
    expect(givenUp).to.equal(1);
  });

  it('asks nothing more before the last question is over', async () => {
    let asked = 0;
    const answer = Promise.withResolvers<void>();
    const heartbeat = new Heartbeat(
      () => {
        asked++;
        return answer.promise;
      },
      () => undefined,
    );
    const first = heartbeat.beat();
    await heartbeat.beat();
    expect(asked).to.equal(1);
    answer.resolve();
    await first;
    await heartbeat.beat();
    expect(asked).to.equal(2);
  });
});
