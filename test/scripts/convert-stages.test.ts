/** Where `hcl bench convert` says that the time goes. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import {
  stagesLine,
  stagesOf,
  type Mark,
  type Marked,
  type Stage,
} from '../../scripts/bench/convert-stages.ts';

function marks(all: readonly (readonly [Stage, number])[]): readonly Mark[] {
  return all.map(([stage, atMs]) => ({ stage, atMs }));
}

/** A block at 600 and one at 1,600; two batches and the spending each, seen one after the other. */
const MARKED: Marked = {
  startedMs: 100,
  source: marks([
    ['accepted', 112],
    ['staged', 120],
    ['staged', 130],
    ['seen', 640],
    ['seen', 645],
    ['answered', 650],
  ]),
  target: marks([
    ['accepted', 700],
    ['staged', 720],
    ['seen', 1_635],
    ['answered', 1_641],
  ]),
  seals: [
    { beganMs: 600, endedMs: 625 },
    { beganMs: 1_600, endedMs: 1_630 },
  ],
};

function total(stages: Readonly<Record<string, number>>): number {
  return Object.values(stages).reduce((a, b) => a + b, 0);
}

describe('the stages of a conversion', () => {
  it('add up to its whole time, and what is added to the blocks is what comes before the first and after the second', () => {
    const stages = stagesOf(MARKED);
    expect(stages).to.deep.equal({
      source: { accept: 12, stage: 18, wait: 470, seal: 25, see: 20, answer: 5 },
      target: { accept: 50, stage: 20, wait: 880, seal: 30, see: 5, answer: 6 },
      added: 12 + 18 + 30 + 5 + 6,
    });
    const sum = stages === undefined ? 0 : total({ ...stages.source }) + total({ ...stages.target });
    expect(sum).to.equal(1_641 - 100);
  });

  it('are not said where a mark is missing', () => {
    expect(stagesOf({ ...MARKED, target: MARKED.target.slice(0, -1) })).to.equal(undefined);
    expect(stagesOf({ ...MARKED, seals: [] })).to.equal(undefined);
  });

  it('are told as medians', () => {
    const stages = stagesOf(MARKED);
    expect(stagesLine(stages === undefined ? [] : [stages])).to.equal(
      'source: accept 12, stage 18, wait 470, seal 25, see 20, answer 5; ' +
        'target: accept 50, stage 20, wait 880, seal 30, see 5, answer 6',
    );
  });
});
