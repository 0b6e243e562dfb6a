import { describe, it } from 'mocha';
import { expect } from 'chai';
import { StatusList } from '../../../core/status/token-status-list.ts';
import { dueChanges } from '../../../issuer/acts/due-changes.ts';
import type { HoldingAct } from '../../../issuer/acts/history.ts';
import { statusAt } from '../../../core/act/status-at.ts';
import { nextImage, NO_IMAGE } from '../../../issuer/status-image.ts';
import type { StatusImage } from '../../../issuer/status-version.ts';
import { LIST_SIZE } from '../../../issuer/list-allocator.ts';

const T = 1_671_580_800;
const REVOCATION: HoldingAct = {
  order: 1,
  number: 1,
  leaf: `0x${'11'.repeat(32)}`,
  kind: 'revoke',
  effectiveFrom: T,
};
/** Entries 0 to 29 of list 1, ten at a time. */
const PARTS = [0, 10, 20].map((first) => Float64Array.from({ length: 10 }, (_, i) => LIST_SIZE + first + i));

describe('what is due in one version', () => {
  it('is bounded, and the rest comes in the versions after it', async () => {
    let image: StatusImage = NO_IMAGE;
    const counts: number[] = [];
    for (let number = 1; ; number++) {
      const due = await dueChanges([REVOCATION], { image, atSeconds: T }, { ...WORLD, maxChanges: 10 });
      counts.push(due.changes.length);
      image = nextImage(image, { number, listCount: 1, changes: due.changes });
      if (!due.isCutShort) break;
    }
    expect(counts).to.deep.equal([10, 10, 10]);
    const list = image.get(1)?.list ?? StatusList.empty();
    const revoked = Array.from({ length: 40 }, (_, i) => list.get(i)).filter((value) => value === 'revoked');
    expect(revoked).to.have.length(30);
  });

  it('is nothing when the lists say it already', async () => {
    const all = await dueChanges([REVOCATION], { image: NO_IMAGE, atSeconds: T }, WORLD);
    const image = nextImage(NO_IMAGE, { number: 1, listCount: 1, changes: all.changes });
    const again = await dueChanges([REVOCATION], { image, atSeconds: T + 1 }, WORLD);
    expect(again).to.deep.equal({ changes: [], isCutShort: false });
  });
});

/** One act on all places. */
const WORLD: Parameters<typeof dueChanges>[2] = {
  history: { statusesAt: async (places, at) => Array.from(places, () => statusAt([REVOCATION], at)) },
  proposals: {
    async *places() {
      yield* PARTS;
    },
  },
};
