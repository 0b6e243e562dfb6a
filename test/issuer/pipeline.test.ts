import { describe, it } from 'mocha';
import { expect } from 'chai';
import { fromHex, toHex } from '../../core/bytes/hex.ts';
import { concatBytes } from '../../core/bytes/concat.ts';
import { commitmentOf, leafHash } from '../../core/commitment/leaf.ts';
import { merkleRoot } from '../../core/commitment/merkle.ts';
import { batchRootFromPath } from '../../core/commitment/proof.ts';
import { decodeCode } from '../../core/qr/code.ts';
import type { Issuer } from '../../issuer/issuer.ts';
import type { IssuedRow } from '../../issuer/row.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { expectRejects } from './support/rejects-code.ts';
import { issueAll, IssuerHouse, labTest, vaccination } from './support/issuer-house.ts';
import type { Fault } from './support/memory-ledger.ts';

const people = (count: number, from = 0) => Array.from({ length: count }, (_, i) => vaccination(from + i));

describe('issuing: from rows to released codes', () => {
  it('gives each record two credentials whose own proofs lead to anchored roots', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const rows = await issueAll(issuer, [...people(30), labTest(1)]);
    await issuer.settle();
    for (const row of rows) {
      expect(row.credentials.map(({ profile }) => profile)).to.deep.equal(['venue', 'travel']);
      const roots = await Promise.all(
        row.credentials.map(({ handle }) => anchoredRootOf(house, issuer, handle)),
      );
      expect(roots[0]).to.not.equal(roots[1], 'the two are never in one batch');
    }
  });

  it('keeps long-lived and short-lived credentials in batches of their own', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    await issueAll(issuer, [vaccination(1), labTest(1)]);
    await issuer.settle();
    expect(house.ledger.batches.map((batch) => batch.class).toSorted()).to.deep.equal([
      'long',
      'long',
      'short',
      'short',
    ]);
    expect(house.ledger.batches.every((batch) => batch.log2Size === 6)).to.equal(true);
  });

  it('waits for the window of a class to end, and not longer', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const [row] = await issueAll(issuer, [labTest(1)]);
    house.nowMs += 29_999;
    await issuer.pass();
    expect(house.ledger.batches).to.have.length(0);
    expect(await statesOf(issuer, row)).to.deep.equal(['anchoring', 'anchoring']);
    house.nowMs += 1;
    await issuer.pass();
    expect(house.ledger.batches).to.have.length(2);
    expect(await statesOf(issuer, row)).to.deep.equal(['released', 'released']);
  });

  it('closes a batch early at 4,096 leaves and carries the rest over', async function () {
    this.timeout(20_000);
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    await issueAll(issuer, people(4_100));
    await issuer.pass();
    expect(house.ledger.batches.map((batch) => batch.log2Size)).to.deep.equal([12, 12]);
    await issuer.settle();
    expect(house.ledger.batches.map((batch) => batch.log2Size)).to.deep.equal([12, 12, 6, 6]);
  });

  it('publishes leaf hashes from which the root follows', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    await issueAll(issuer, people(3));
    await issuer.settle();
    for (const { root, sequence } of house.ledger.batches) {
      const batch = await issuer.batch(toHex(root));
      expect(batch.sequence).to.equal(sequence);
      expect(toHex(merkleRoot(nodeCrypto, concatBytes(...batch.leaves.map(fromHex))))).to.equal(toHex(root));
    }
  });

  it('goes on issuing while the ledger is down, and catches up', async () => {
    await using house = await IssuerHouse.create();
    house.ledger.isDown = true;
    await using issuer = await house.open();
    const rows = await issueAll(issuer, people(5));
    await rejects(issuer.settle());
    expect(await statesOf(issuer, rows[0])).to.deep.equal(['anchoring', 'anchoring']);
    rows.push(...(await issueAll(issuer, people(5, 5))));
    house.ledger.isDown = false;
    await issuer.settle();
    for (const row of rows) expect(await statesOf(issuer, row)).to.deep.equal(['released', 'released']);
  });

  it('refuses new records when too many wait for the ledger', async () => {
    await using house = await IssuerHouse.create();
    house.ledger.isDown = true;
    await using issuer = await house.open({ config: { maxWaiting: 9 } });
    await issueAll(issuer, people(5));
    await expectRejects(() => issueAll(issuer, people(1, 5)), 'ISSUER_BUSY');
  });
});

describe('issuing: crashes and lost answers', () => {
  // Writes of a first settle: status version 1, then one batch for each of the two lanes.
  // Both anchors are under way at once: the second is refused where the first, whose sequence it follows, was lost.
  const faults: {
    readonly name: string;
    readonly at: readonly (Fault | undefined)[];
    readonly sentAgain: number;
  }[] = [
    { name: 'the status version is lost', at: ['lost'], sentAgain: 1 },
    { name: 'the status version lands, its answer is lost', at: ['landed'], sentAgain: 0 },
    { name: 'the first anchor is lost', at: [undefined, 'lost'], sentAgain: 2 },
    { name: 'the first anchor lands, its answer is lost', at: [undefined, 'landed'], sentAgain: 0 },
    { name: 'the second anchor is lost', at: [undefined, undefined, 'lost'], sentAgain: 1 },
    {
      name: 'the second anchor lands, its answer is lost',
      at: [undefined, undefined, 'landed'],
      sentAgain: 0,
    },
  ];
  for (const { name, at, sentAgain } of faults) {
    for (const restarts of [false, true]) {
      it(`loses nothing and does nothing twice when ${name}${restarts ? ', then the process ends' : ''}`, async () => {
        await using house = await IssuerHouse.create();
        let issuer = await house.open();
        const rows = await issueAll(issuer, people(20));
        house.ledger.faults.push(...at);
        await rejects(issuer.settle());
        if (restarts) {
          await issuer.close();
          issuer = await house.open();
        }
        await issuer.settle();
        await checkAllReleased(house, issuer, rows);
        expect(house.ledger.batches).to.have.length(2);
        expect(house.ledger.statuses).to.have.length(1);
        // Looked up before it is sent again: only what is not there is sent twice.
        expect(house.ledger.anchorCalls + house.ledger.publishCalls).to.equal(3 + sentAgain);
        await issuer.close();
      });
    }
  }

  it('finds stored leaves that no batch held when the process ended', async () => {
    await using house = await IssuerHouse.create();
    const first = await house.open();
    const rows = await issueAll(first, people(7));
    await first.close();
    await using second = await house.open();
    rows.push(...(await issueAll(second, people(7, 7))));
    await second.settle();
    await checkAllReleased(house, second, rows);
    expect(house.ledger.batches).to.have.length(2);
  });

  it('releases what was released before, after any number of restarts', async () => {
    await using house = await IssuerHouse.create();
    const rows: IssuedRow[] = [];
    for (let run = 0; run < 4; run++) {
      await using issuer = await house.open();
      rows.push(...(await issueAll(issuer, people(3, 3 * run))));
      await issuer.settle();
      await checkAllReleased(house, issuer, rows);
    }
    expect(house.ledger.batches.map((batch) => batch.sequence)).to.deep.equal([1, 2, 3, 4, 5, 6, 7, 8]);
  });
});

describe('issuing: store against ledger', () => {
  it('refuses to start when the ledger knows more batches than the store: an old backup', async () => {
    await using house = await IssuerHouse.create();
    await issuedOnce(house);
    house.ledger.batches.push({ ...house.ledger.batches[0]!, root: new Uint8Array(32).fill(9), sequence: 3 });
    await expectRejects(() => house.open(), 'ISSUER_STORE_BEHIND');
  });

  it('refuses to start when another root stands at its sequence', async () => {
    await using house = await IssuerHouse.create();
    await issuedOnce(house);
    house.ledger.batches[1] = { ...house.ledger.batches[1]!, root: new Uint8Array(32).fill(9) };
    await expectRejects(() => house.open(), 'ISSUER_LEDGER_CONFLICT');
  });

  it('refuses to start when its root stands at another sequence', async () => {
    await using house = await IssuerHouse.create();
    await issuedOnce(house);
    house.ledger.batches[1] = { ...house.ledger.batches[1]!, sequence: 7 };
    await expectRejects(() => house.open(), 'ISSUER_LEDGER_CONFLICT');
  });

  it('refuses to start when the ledger has forgotten a final batch', async () => {
    await using house = await IssuerHouse.create();
    await issuedOnce(house);
    house.ledger.batches.length = 0;
    await expectRejects(() => house.open(), 'ISSUER_LEDGER_CONFLICT');
  });

  it('refuses to start when the ledger holds another status version', async () => {
    await using house = await IssuerHouse.create();
    await issuedOnce(house);
    house.ledger.statuses[0] = { ...house.ledger.statuses[0]!, listsRoot: toHex(new Uint8Array(32)) };
    await expectRejects(() => house.open(), 'ISSUER_LEDGER_CONFLICT');
  });

  it('stops for good when a second writer takes its sequence', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    await issuer.settle();
    await issueAll(issuer, people(1));
    house.ledger.batches.push({
      root: new Uint8Array(32).fill(9),
      timeSeconds: 1,
      log2Size: 6,
      class: 'long',
      sequence: 1,
      account: house.ledger.account,
    });
    await expectRejects(() => issuer.settle(), 'ISSUER_LEDGER_CONFLICT');
    expect(issuer.isOpen).to.equal(false);
    await expectRejects(() => issueAll(issuer, people(1, 1)), 'ISSUER_HALTED');
    await expectRejects(() => issuer.settle(), 'ISSUER_HALTED');
  });

  it('refuses a folder that another process, or another issuer, has', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    await expectRejects(() => house.open(), 'STORE_LOCKED');
    await issuer.close();
    await expectRejects(
      () => house.open({ config: { did: 'did:web:other.example' } }),
      'ISSUER_STORE_OF_ANOTHER',
    );
  });
});

async function issuedOnce(house: IssuerHouse): Promise<void> {
  await using issuer = await house.open();
  await issueAll(issuer, people(2));
  await issuer.settle();
}

async function checkAllReleased(
  house: IssuerHouse,
  issuer: Issuer,
  rows: readonly IssuedRow[],
): Promise<void> {
  const handles = rows.flatMap((row) => row.credentials.map(({ handle }) => handle));
  expect(new Set(handles).size).to.equal(rows.length * 2);
  for (const handle of handles) await anchoredRootOf(house, issuer, handle);
}

/** Checks the code's proof against the ledger, by nothing but the code; returns its root. */
async function anchoredRootOf(house: IssuerHouse, issuer: Issuer, handle: string): Promise<string> {
  const { headerBytes, payloadBytes, index, path } = decodeCode(await issuer.code(handle));
  const leaf = leafHash(nodeCrypto, commitmentOf(nodeCrypto, headerBytes, payloadBytes));
  const root = toHex(batchRootFromPath(nodeCrypto, { leafHash: leaf, index, path }));
  const anchored = house.ledger.batches.filter((batch) => toHex(batch.root) === root);
  expect(anchored).to.have.length(1);
  expect(path.length).to.equal(32 * anchored[0]!.log2Size);
  return root;
}

async function statesOf(issuer: Issuer, row: IssuedRow | undefined): Promise<readonly string[]> {
  return (await issuer.record(row?.recordId ?? '')).credentials.map(({ state }) => state);
}

async function rejects(promise: Promise<unknown>): Promise<void> {
  const outcome = await promise.then(
    () => 'resolved',
    () => 'rejected',
  );
  expect(outcome).to.equal('rejected');
}
