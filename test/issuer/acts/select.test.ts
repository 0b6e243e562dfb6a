import { describe, it } from 'mocha';
import { expect } from 'chai';
import { selectPlaces, type SelectDependencies } from '../../../issuer/acts/select.ts';
import { expectRejects } from '../support/rejects-code.ts';

const ACT = { by: 'act', act: 'A'.repeat(22) } as const;

describe('what a selector finds', () => {
  it('is bounded: more is refused, not cut off', async () => {
    expect([...(await selectPlaces(ACT, world(3, 3000)))]).to.deep.equal([1, 2, 3]);
    expect(await selectPlaces(ACT, world(3000, 3000))).to.have.length(3000);
    await expectRejects(() => selectPlaces(ACT, world(3001, 3000)), 'ACT_TOO_LARGE');
  });

  it('is in ascending order, whatever order it is found in', async () => {
    const deps = { ...world(0, 10), proposals: proposalsWith([Float64Array.of(9, 2), Float64Array.of(5)]) };
    expect([...(await selectPlaces(ACT, deps))]).to.deep.equal([2, 5, 9]);
  });
});

/** An act that concerns places 1 … count. */
function world(count: number, maxPlaces: number): SelectDependencies {
  const places = Float64Array.from({ length: count }, (_, i) => i + 1);
  const deps: Pick<SelectDependencies, 'history' | 'proposals' | 'maxPlaces'> = {
    history: { orderOf: () => 1 },
    proposals: proposalsWith([places]),
    maxPlaces,
  };
  // To find what an act concerned takes no records.
  return deps as SelectDependencies;
}

function proposalsWith(parts: readonly Float64Array[]): SelectDependencies['proposals'] {
  return {
    numberOf: async () => 1,
    async *places() {
      yield* parts;
    },
  };
}
