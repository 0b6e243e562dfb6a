import { join } from 'node:path';
import { describe, it } from 'mocha';
import { expect } from 'chai';
import { explainVersions, type StatusHistory } from '../../../issuer/acts/explain.ts';
import { ActHistory } from '../../../issuer/acts/history.ts';
import { ProposalSealer } from '../../../issuer/acts/proposal-entry.ts';
import { Proposals } from '../../../issuer/acts/proposals.ts';
import { ListAllocator } from '../../../issuer/list-allocator.ts';
import { KeyRing } from '../../../issuer/privacy/key-ring.ts';
import { readersOf } from '../../../issuer/store.ts';
import { createRandomBytes } from '../../../service/clock.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { Store } from '../../../service/store.ts';
import { issueAll, IssuerHouse, vaccination } from '../support/issuer-house.ts';
import { act } from '../support/two-people.ts';

describe('the history that auditors are shown', () => {
  it('comes in pages that join without gap or overlap, and only as far as it is published', async () => {
    await using house = await IssuerHouse.create();
    const issuer = await house.open();
    await issueAll(
      issuer,
      Array.from({ length: 4 }, (_, n) => vaccination(n)),
    );
    await issuer.settle();
    for (const lot of ['LOT0', 'LOT1', 'LOT2', 'LOT3']) {
      await act(issuer, { by: 'lot', lot });
      await issuer.pass();
    }
    const whole = await issuer.acts.explain(0);
    expect(whole.versions.map(({ version }) => version)).to.deep.equal([1, 2, 3, 4, 5]);
    expect(whole.more).to.equal(false);
    expect((await issuer.acts.explain(5)).versions).to.deep.equal([]);
    await issuer.close();

    for (const page of [
      { versions: 2, changes: 1000 },
      // Two entries a version: each page has one, however little fits.
      { versions: 1000, changes: 1 },
    ]) {
      const pages = await pagesOf(house, page);
      expect(pages.flatMap(({ versions }) => versions)).to.deep.equal(whole.versions);
      expect(pages.map(({ more }) => more)).to.deep.equal(pages.map((_, i) => i < pages.length - 1));
      expect(pages.length).to.be.greaterThan(2);
    }
    const part = await pagesOf(house, { versions: 1000, changes: 1000 }, 3);
    expect(part.flatMap(({ versions }) => versions)).to.deep.equal(whole.versions.slice(0, 3));
  });
});

/** All pages of a closed issuer's store. */
async function pagesOf(
  house: IssuerHouse,
  page: { readonly versions: number; readonly changes: number },
  through = 5,
): Promise<readonly StatusHistory[]> {
  await using store = await Store.open(join(house.folder, 'issuer', 'store'));
  const tables = readersOf(store);
  const randomBytes = createRandomBytes();
  const folder = join(house.folder, 'issuer', 'epochs');
  const { did } = house.config();
  const { envelope } = await KeyRing.open({ store, tables, folder, did, ...house.secrets, randomBytes });
  const lists = await ListAllocator.open(tables, {
    envelope,
    randomBytes,
    publicBaseUrl: 'https://hk-dh.example',
  });
  const sealer = new ProposalSealer(house.secrets.indexKey, randomBytes);
  const proposals = await Proposals.open({ crypto: nodeCrypto, tables, sealer });
  const history = await ActHistory.open({ store, tables, proposals });
  const pages: StatusHistory[] = [];
  for (let after = 0; ; after = pages.at(-1)?.versions.at(-1)?.version ?? 0) {
    pages.push(await explainVersions({ after, through }, { tables, lists, proposals, history, page }));
    if (pages.at(-1)?.more !== true) return pages;
  }
}
