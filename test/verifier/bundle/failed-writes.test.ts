/** A state that the disk did not take was never published: the next one is made as if it had not been tried. */
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
