import { describe, it } from 'mocha';
import { expect } from 'chai';
import { join } from 'node:path';
import { shuffledIndices, ListAllocator, LIST_SIZE } from '../../issuer/list-allocator.ts';
import { readersOf } from '../../issuer/store.ts';
import { createRandomBytes } from '../../service/clock.ts';
import { Envelope } from '../../service/envelope.ts';
import { Store, WriteBatch } from '../../service/store.ts';
import { IssuerHouse } from './support/issuer-house.ts';

const randomBytes = createRandomBytes();
const envelope = new Envelope([{ epoch: 1, key: randomBytes(32) }], randomBytes);
const dependencies = { envelope, randomBytes, publicBaseUrl: 'https://hk-dh.example' };

describe('status list entries', () => {
  it('are handed out once each, in an order that only the seed tells', () => {
    const order = shuffledIndices(randomBytes(32), LIST_SIZE);
    expect(new Set(order).size).to.equal(LIST_SIZE);
    expect(shuffledIndices(randomBytes(32), 64)).to.not.deep.equal(shuffledIndices(randomBytes(32), 64));
  });

  it('are spread evenly over the list', () => {
    const parts = new Uint32Array(16);
    for (const index of shuffledIndices(randomBytes(32), LIST_SIZE).subarray(0, 16_000))
      parts[index >> 13]!++;
    // 1,000 expected in each part; 6 standard deviations.
    for (const count of parts) expect(count).to.be.within(800, 1200);
  });

  it('come from a new list when one is used up, and are not handed out again after a restart', async () => {
    await using house = await IssuerHouse.create();
    await using store = await Store.open(join(house.folder, 'store'));
    const tables = readersOf(store);
    const seen = new Set<string>();
    for (let restart = 0; restart < 5; restart++) {
      const lists = await ListAllocator.open(tables, { ...dependencies, limit: 10 });
      for (let i = 0; i < 7; i++) {
        const { uri, idx } = lists.allocate('venue');
        seen.add(`${uri} ${idx}`);
      }
      const batch = new WriteBatch();
      lists.writeTo(batch);
      await store.commit(batch);
    }
    expect(seen.size).to.equal(35);
    expect(new Set([...seen].map((entry) => entry.split(' ')[0])).size).to.equal(4);
  });
});
