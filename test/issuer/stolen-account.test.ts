import { describe, it } from 'mocha';
import { expect } from 'chai';
import { fromHex, toHex, type Hex } from '../../core/bytes/hex.ts';
import { statusListsRoot } from '../../core/status/list-digest.ts';
import type { Issuer } from '../../issuer/issuer.ts';
import type { AnchorPort } from '../../issuer/ports.ts';
import type { IssuedRow } from '../../issuer/row.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { issueAll, IssuerHouse, vaccination } from './support/issuer-house.ts';
import { act } from './support/two-people.ts';
import { expectRejects } from './support/rejects-code.ts';

const OLD: Hex = '0x01';
const NEW: Hex = '0x02';
const DAY_S = 86_400;

const people = (count: number, from = 0) => Array.from({ length: count }, (_, i) => vaccination(from + i));

describe('stolen ledger account', () => {
  it('can stop the issuer; a new account sets it going again, with nothing lost and nothing twice', async () => {
    await using house = await IssuerHouse.create();
    const first = await house.open();
    const rows = await issueAll(first, people(5));
    await first.settle();
    rows.push(...(await issueAll(first, people(5, 5))));
    thiefAnchors(house, 1);
    await expectRejects(() => first.settle(), 'ISSUER_LEDGER_CONFLICT');
    await first.close();
    await expectRejects(() => house.open(), 'ISSUER_LEDGER_CONFLICT');

    house.ledger.account = NEW;
    thiefAnchors(house, 2); // not marked yet
    await using second = await house.open();
    await second.settle();
    rows.push(...(await issueAll(second, people(5, 10))));
    await second.settle();
    await checkReleased(second, rows);
    expect(house.ledger.batches.map(({ account }) => account)).to.deep.equal([
      ...Array.from({ length: 5 }, () => OLD),
      ...Array.from({ length: 4 }, () => NEW),
    ]);
    await checkServed(house, second);
  });

  it('stops a start with a status version that is not ours, and a new account publishes the next', async () => {
    await using house = await IssuerHouse.create();
    const first = await house.open();
    const [row] = await issueAll(first, people(1));
    await first.settle();
    thiefPublishes(house);
    await first.close();
    await expectRejects(() => house.open(), 'ISSUER_STORE_BEHIND');

    house.ledger.account = NEW;
    thiefPublishes(house);
    for (let restart = 0; restart < 2; restart++) {
      await using issuer = await house.open();
      await issuer.settle();
      expect(house.ledger.statuses.map(({ account }) => account)).to.deep.equal([OLD, OLD, OLD, NEW]);
      await checkStatus(house, issuer);
    }
    await using last = await house.open();
    await act(last, { by: 'record', recordId: row?.recordId ?? '' });
    await last.settle();
    await checkStatus(house, last);
    expect((await last.statusManifest()).version).to.equal(5);
  });

  it('does not keep an act from being stored, and published later', async () => {
    await using house = await IssuerHouse.create();
    const first = await house.open();
    const [row, other] = await issueAll(first, people(2));
    await first.settle();
    thiefPublishes(house);
    await expectRejects(() => first.pass(), 'ISSUER_STORE_BEHIND');
    const { id, state } = await act(first, { by: 'record', recordId: row?.recordId ?? '' });
    expect(state).to.equal('approved');
    await expectRejects(() => issueAll(first, people(1, 2)), 'ISSUER_HALTED');
    await first.close();

    house.ledger.account = NEW;
    await using second = await house.open();
    expect((await second.acts.show(id)).state).to.equal('approved');
    await second.settle();
    expect((await second.acts.show(id)).state).to.equal('anchored');
    const valueOf = async (issued: typeof row): Promise<string> =>
      (await second.statusOf(issued?.credentials[0]?.handle ?? '')).value;
    expect(await valueOf(row)).to.equal('revoked');
    expect(await valueOf(other)).to.equal('valid');
    await checkStatus(house, second);
  });

  it('cannot hold a staged version back by taking its number', async () => {
    await using house = await IssuerHouse.create();
    const first = await house.open();
    const [row] = await issueAll(first, people(1));
    await first.settle();
    const { id } = await act(first, { by: 'record', recordId: row?.recordId ?? '' });
    // The acts reach the ledger, the version that they explain does not.
    house.ledger.faults.push(undefined, 'lost');
    await first.pass().catch(() => undefined);
    thiefPublishes(house);
    await expectRejects(() => first.pass(), 'ISSUER_LEDGER_CONFLICT');
    await first.close();

    house.ledger.account = NEW;
    for (let restart = 0; restart < 2; restart++) {
      await using issuer = await house.open();
      await issuer.settle();
      expect(house.ledger.statuses.map(({ version }) => version)).to.deep.equal([1, 2, 3]);
      expect((await issuer.acts.show(id)).state).to.equal('anchored');
      const { value } = await issuer.statusOf(row?.credentials[0]?.handle ?? '');
      expect(value).to.equal('revoked');
      await checkStatus(house, issuer);
    }
  });

  it('counts a version that landed unanswered, and publishes over what came after it', async () => {
    await using house = await IssuerHouse.create();
    house.ledger.account = NEW;
    const first = await house.open();
    house.ledger.faults.push('landed');
    await first.pass().catch(() => undefined);
    await first.close();
    thiefPublishes(house);
    await using second = await house.open();
    await second.pass();
    expect(house.ledger.statuses.map(({ account }) => account)).to.deep.equal([NEW, OLD, NEW]);
    await checkStatus(house, second);
  });

  for (const log2Size of [6, 12]) {
    it(`cannot hold a batch back by anchoring its root as one of 2^${log2Size} leaves`, async () => {
      await using house = await IssuerHouse.create();
      const roots: Uint8Array[] = [];
      const anchor: AnchorPort['anchor'] = async ({ root }) => {
        roots.push(root);
        throw new Error('no answer, nothing written');
      };
      const first = await house.open({ ports: { ledger: { ...house.ledger.ledger, anchor } } });
      const rows = await issueAll(first, people(3));
      await first.settle().catch(() => undefined);
      await first.close();
      const [root] = roots;
      if (root === undefined) throw new Error('a batch was sent');
      house.ledger.anchorAs(OLD, { root, log2Size, class: 'long', expectedSequence: 1 });

      house.ledger.account = NEW;
      await using second = await house.open();
      await second.settle();
      await checkReleased(second, rows);
      expect(house.ledger.batches.map(({ account }) => account)).to.deep.equal([OLD, NEW, NEW]);
      await expectRejects(() => second.batch(toHex(root)), 'BATCH_NOT_FOUND');
      await checkServed(house, second);
    });
  }

  it('goes on when somebody anchors just before it, in the next pass', async () => {
    await using house = await IssuerHouse.create();
    house.ledger.account = NEW;
    const port = house.ledger.ledger;
    let isRaced = false;
    const anchor: typeof port.anchor = async (batch) => {
      if (!isRaced) thiefAnchors(house, 1);
      isRaced = true;
      return await port.anchor(batch);
    };
    await using issuer = await house.open({ ports: { ledger: { ...port, anchor } } });
    const rows = await issueAll(issuer, people(1));
    expect(await issuer.settle().catch((error: Error) => error.message)).to.equal('BatchAnchorWrongSequence');
    await issuer.settle();
    await checkReleased(issuer, rows);
    expect(house.ledger.batches.map(({ account }) => account)).to.deep.equal([OLD, NEW, NEW]);
  });

  it('leaves a copy of the store that the new account has outgrown as refused as before', async () => {
    await using house = await IssuerHouse.create();
    await (await house.open()).close();
    house.ledger.account = NEW;
    house.ledger.anchorAs(NEW, { root: rootOf(1), log2Size: 6, class: 'long', expectedSequence: 1 });
    await expectRejects(() => house.open(), 'ISSUER_STORE_BEHIND');
    house.ledger.batches.length = 0;
    thiefPublishes(house, NEW);
    await expectRejects(() => house.open(), 'ISSUER_STORE_BEHIND');
  });
});

function rootOf(n: number): Uint8Array {
  return new Uint8Array(32).fill(0xf0 + n);
}

function thiefAnchors({ ledger }: IssuerHouse, count: number): void {
  for (let i = 0; i < count; i++) {
    const expectedSequence = ledger.batches.length + 1;
    ledger.anchorAs(OLD, { root: rootOf(expectedSequence), log2Size: 6, class: 'long', expectedSequence });
  }
}

function thiefPublishes({ ledger }: IssuerHouse, account: Hex = OLD): void {
  const version = ledger.statuses.length + 1;
  const nextUpdate = ledger.timeSeconds + 365 * DAY_S;
  ledger.publishAs(account, { version, listsRoot: rootOf(version), actsDigest: rootOf(0), nextUpdate });
}

async function statesOf(issuer: Issuer, row: IssuedRow | undefined): Promise<readonly string[]> {
  return (await issuer.record(row?.recordId ?? '')).credentials.map(({ state }) => state);
}

async function checkReleased(issuer: Issuer, rows: readonly IssuedRow[]): Promise<void> {
  for (const row of rows) expect(await statesOf(issuer, row)).to.deep.equal(['released', 'released']);
}

/** What the issuer serves of each of its own batches says the ledger's sequence; of the thief's it serves none. */
async function checkServed({ ledger }: IssuerHouse, issuer: Issuer): Promise<void> {
  for (const { root, sequence } of ledger.batches) {
    const served = await issuer.batch(toHex(root)).catch(() => undefined);
    expect(served?.sequence).to.be.oneOf([sequence, undefined]);
  }
}

/** Verifiers believe what the issuer serves only when it is the version on the ledger. */
async function checkStatus({ ledger }: IssuerHouse, issuer: Issuer): Promise<void> {
  const { version, listsRoot, nextUpdate, lists } = await issuer.statusManifest();
  expect(ledger.statuses.at(-1)).to.deep.include({ version, listsRoot, nextUpdate });
  const digests = lists.map(({ uri, digest }) => ({ uri, digest: fromHex(digest) }));
  expect(toHex(statusListsRoot(nodeCrypto, digests))).to.equal(listsRoot);
}
