/**
 * A state that the disk did not take was never published: the next one is made as if it had not been tried. Once the
 * index names it, it is published, whatever else the disk does not take.
 */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { PublishedLedger } from './support/published-ledger.ts';

const HOUR = 3600;

describe('a publisher whose disk is full when a full bundle is due', () => {
  it('names a delta to the full bundle as soon as the disk has room', async () => {
    await using published = await PublishedLedger.open();
    const { consortium, folder } = published;
    const letPass = (seconds: number): void => {
      consortium.advance(seconds);
      consortium.publishStatus(consortium.issuer, []);
    };
    const first = await published.publish();
    const putIndex = folder.putIndex.bind(folder);
    folder.putIndex = () => Promise.reject(new Error('the disk is full'));
    letPass(HOUR);
    expect((await Promise.allSettled([published.publish()]))[0].status).to.equal('rejected');
    folder.putIndex = putIndex;
    for (const seconds of [60, 600]) {
      letPass(seconds);
      const { full, deltas } = await published.publish();
      expect(full.size).to.be.above(first.full.size);
      expect(deltas.map(({ from }) => from)).to.include(full.size);
    }
  });
});

describe('a publisher whose disk is full when the index is written', () => {
  for (const part of ['putDelta', 'sweep'] as const) {
    it(`has published, and says what is missing: ${part}`, async () => {
      await using published = await PublishedLedger.open();
      await published.publishAtNextHour();
      const { folder } = published;
      Object.assign(folder, { [part]: () => Promise.reject(new Error('the disk is full')) });
      const { size } = await published.publishAfter(60);
      expect((await folder.index())?.size).to.equal(size);
      expect(published.warnings).to.deep.equal([
        'a bundle is published; what leads on to it is not all written yet',
      ]);
    });
  }

  it('warns of nothing while there is room', async () => {
    await using published = await PublishedLedger.open();
    await published.publishAtNextHour();
    await published.publishAfter(60);
    expect(published.warnings).to.deep.equal([]);
  });
});
