import { expect } from 'chai';
import { describe, it } from 'mocha';
import { Pace } from '../../../web/checkpoint/knowledge/pace.ts';

const NOW = 1_795_622_400;
const HOUR = 3600;

describe('when the page asks by itself for what is new', () => {
  it('is at once as long as it knows nothing, then when the pace is over', () => {
    const pace = new Pace();
    pace.everySeconds = 4 * HOUR;
    expect(pace.isDue(NOW)).to.equal(true);
    pace.asked(NOW);
    pace.learned(NOW);
    expect(pace.isDue(NOW + 4 * HOUR - 1)).to.equal(false);
    expect(pace.isLate(NOW + 4 * HOUR - 1)).to.equal(false);
    expect(pace.isDue(NOW + 4 * HOUR)).to.equal(true);
  });

  it('is soon again where there was no answer, but not every minute', () => {
    const pace = new Pace();
    pace.asked(NOW);
    expect(pace.isDue(NOW + 299)).to.equal(false);
    expect(pace.isLate(NOW + 299), 'where somebody looks again').to.equal(true);
    expect(pace.isDue(NOW + 300)).to.equal(true);
  });

  it('is every minute where the operator says so', () => {
    const pace = new Pace();
    pace.everySeconds = 60;
    pace.asked(NOW);
    pace.learned(NOW);
    expect([59, 60].map((seconds) => pace.isDue(NOW + seconds))).to.deep.equal([false, true]);
  });

  it('does not wait for a clock that was set back', () => {
    const pace = new Pace();
    pace.asked(NOW);
    pace.learned(NOW);
    expect(pace.isDue(NOW - 1)).to.equal(true);
  });

  it('asks for an hour’s first state, and for the latest where that would not do', () => {
    const pace = new Pace();
    const lines = [60, HOUR, HOUR + 60, 24 * HOUR].map((seconds) => {
      pace.everySeconds = seconds;
      return pace.line;
    });
    expect(lines).to.deep.equal(['deltas', 'deltas', 'hours', 'hours']);
  });
});
