import { describe, it } from 'mocha';
import { expect } from 'chai';
import { concatBytes } from '../../../core/bytes/concat.ts';
import { toHex } from '../../../core/bytes/hex.ts';
import { toUtf8 } from '../../../core/bytes/utf8.ts';
import type { LedgerEvent } from '../../../core/trust/ledger-event.ts';
import type { LedgerState } from '../../../core/trust/ledger-state.ts';
import { RootIndex } from '../../../core/trust/root-index.ts';
import type { RootRows } from '../../../core/trust/root-row.ts';
import { decodeSnapshot, encodeSnapshot } from '../../../core/trust/snapshot.ts';
import { StateRoot } from '../../../core/trust/state-root.ts';
import { verifyCode } from '../../../core/verify/verify.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { makeConsortium, vaccinationRecord, type Consortium } from '../../support/consortium.ts';
import { Random } from '../../support/random.ts';
import { testSeed } from '../../support/scale.ts';

function eventful(): Consortium {
  const consortium = makeConsortium({ seed: 21 });
  const { id: issuer, account, authority } = consortium.issuer;
  convert(consortium);
  consortium.anchorRandomRoots(5000);
  consortium.publishStatus(consortium.issuer, [{ index: 7, value: 'revoked' }]);
  consortium.block([
    {
      event: 'Predecessor',
      chainId: 2n ** 200n,
      genesis: toHex(new Uint8Array(32)),
      finalCheckpoint: toHex(new Uint8Array(32)),
    },
    { event: 'AuthoritySuspended', authority },
    { event: 'AuthorityReinstated', authority, effectiveFrom: consortium.nowSeconds },
    { event: 'ApproverAdded', issuer, approver: account, from: 1, until: 2 },
    {
      event: 'ActsAnchored',
      issuer,
      root: toHex(new Uint8Array(32)),
      log2Size: 6,
      sequence: 1,
      firstApprover: account,
      secondApprover: account,
    },
  ]);
  return consortium;
}

/** Policies of two authorities, and conversions of two pairs on three days. */
function convert(consortium: Consortium): void {
  const [one, two] = consortium.issuers;
  if (one === undefined || two === undefined) throw new Error('there are two issuers');
  const digest = toHex(new Uint8Array(32).fill(1));
  consortium.publishMapping({ source: one, target: two }, digest, consortium.nowSeconds + 9);
  const mapping = { source: one.authority, target: two.authority } as const;
  consortium.block([{ event: 'MappingExpedited', ...mapping, version: 1 }]);
  for (let day = 1; day <= 3; day++) {
    for (const pair of [
      { source: one, target: two },
      { source: two, target: one },
    ]) {
      const values = Array.from({ length: 8 }, (_, i) => nullifierOf(pair.source.name, 8 * day + i));
      consortium.spend(pair, values);
      consortium.acknowledge(pair, values);
    }
    consortium.advance(86_400);
  }
}

function nullifierOf(name: string, number: number): Uint8Array {
  return nodeCrypto.sha256(toUtf8(`${name} ${number}`));
}

function stateRootOf(state: LedgerState): string {
  return toHex(new StateRoot(nodeCrypto, state).root());
}

describe('a snapshot', () => {
  it('gives back the same knowledge and the same bytes', async () => {
    const consortium = eventful();
    const [code] = await consortium.issueCodes([vaccinationRecord()], { isFullBatch: true });
    const bytes = encodeSnapshot(nodeCrypto, consortium);
    const { state, statusLists } = decodeSnapshot(nodeCrypto, bytes);
    expect(encodeSnapshot(nodeCrypto, { state, statusLists })).to.deep.equal(bytes);
    expect(state.trust.history).to.deep.equal(consortium.state.trust.history);
    expect([...state.roots.anchors()]).to.deep.equal([...consortium.state.roots.anchors()]);
    expect(state.head).to.deep.equal(consortium.state.head);
    expect(state.lastChange).to.deep.equal(consortium.state.lastChange);
    expect(state.acts).to.deep.equal(consortium.state.acts);
    expect(stateRootOf(state)).to.equal(stateRootOf(consortium.state));
    expect(state.policies.history).to.deep.equal(consortium.state.policies.history);
    expect([...state.conversions.pairs()]).to.deep.equal([...consortium.state.conversions.pairs()]);
    const text = code?.text ?? '';
    const verdict = await verifyCode(text, consortium.context({ state, statusLists }));
    expect(verdict).to.deep.equal(await verifyCode(text, consortium.context()));
    expect(verdict).to.include({ outcome: 'pass' });
  });

  it('goes on where the state went on', () => {
    const consortium = eventful();
    const { state } = decodeSnapshot(nodeCrypto, encodeSnapshot(nodeCrypto, consortium));
    expect(state.roots.lastSequenceOf(consortium.issuer.id)).to.equal(5000);
    expect(() => state.apply({ ...consortium.state.head, events: [] }))
      .to.throw()
      .with.property('code', 'LEDGER_STATE_OUT_OF_ORDER');
    // What follows is the same for both, and neither page nor table is shared between them.
    const { id, account } = consortium.issuer;
    const events = Array.from({ length: 4000 }, (_, i): LedgerEvent => ({
      event: 'BatchAnchored',
      issuer: id,
      root: toHex(nodeCrypto.sha256(Uint8Array.of(i >> 8, i))),
      log2Size: 6,
      class: 0,
      sequence: 5001 + i,
      account,
    }));
    for (const each of [state, consortium.state]) {
      const { number, hash, timeSeconds } = each.head;
      each.apply({ number: number + 1, hash, timeSeconds, events });
    }
    expect([...state.roots.anchors()]).to.deep.equal([...consortium.state.roots.anchors()]);
    expect(state.roots.find(nodeCrypto.sha256(Uint8Array.of(0, 7)))).to.have.lengthOf(1);
    expect(encodeSnapshot(nodeCrypto, { ...consortium, state })).to.deep.equal(
      encodeSnapshot(nodeCrypto, consortium),
    );
  });

  it('keeps the nullifiers of the last days, which are in no section', () => {
    const consortium = eventful();
    const [one, two] = consortium.issuers;
    if (one === undefined || two === undefined) throw new Error('there are two issuers');
    const { state } = decodeSnapshot(nodeCrypto, encodeSnapshot(nodeCrypto, consortium));
    for (const number of [8, 15, 16, 31]) {
      expect(state.conversions.isSpent(one.id, two.id, nullifierOf(one.name, number))).to.equal(true);
      expect(state.conversions.isSpent(two.id, one.id, nullifierOf(one.name, number))).to.equal(false);
    }
    expect(state.conversions.isSpent(one.id, two.id, nullifierOf(one.name, 7))).to.equal(false);
    // And forgets them when their time has come, as the state does that was never written down.
    for (const each of [state, consortium.state]) {
      const { number, hash, timeSeconds } = each.head;
      each.apply({ number: number + 1, hash, timeSeconds: timeSeconds + 6 * 86_400, events: [] });
      expect(each.conversions.isSpent(one.id, two.id, nullifierOf(one.name, 8))).to.equal(false);
      expect(each.conversions.isSpent(one.id, two.id, nullifierOf(one.name, 16))).to.equal(true);
    }
  });

  it('is read wherever its bytes lie in memory', () => {
    const bytes = encodeSnapshot(nodeCrypto, eventful());
    for (const shift of [1, 2, 3]) {
      const moved = concatBytes(new Uint8Array(shift), bytes).subarray(shift);
      const { state } = decodeSnapshot(nodeCrypto, moved);
      expect(state.roots.size).to.equal(5000);
    }
  });

  it('is refused when its rows are not those of an index, digests or not', () => {
    const rows = eventful().state.roots.rows;
    const [page] = rows.pages;
    if (page === undefined) throw new Error('there are rows');
    const nobody = page.with(9, 0xffff_0000);
    const gap = page.with(9, (page[9] ?? 0) + 1);
    const bad: readonly RootRows[] = [
      { ...rows, pages: [nobody, ...rows.pages.slice(1)] },
      { ...rows, pages: [gap, ...rows.pages.slice(1)] },
      { ...rows, pages: rows.pages.slice(1) },
      { ...rows, pages: rows.pages.toReversed() },
      { ...rows, size: rows.size - 1 },
      { ...rows, pages: rows.pages.map((each) => each.subarray(1)) },
      { ...rows, authors: [] },
      { ...rows, authors: [...rows.authors, ...rows.authors] },
    ];
    for (const each of bad) {
      expect(() => RootIndex.restore(each))
        .to.throw()
        .with.property('code', 'LEDGER_STATE_INCONSISTENT');
    }
  });

  it('is refused when a byte of it changed or is missing', () => {
    const bytes = encodeSnapshot(nodeCrypto, makeConsortium({ seed: 21 }));
    const random = new Random(testSeed);
    const damaged = Array.from({ length: 200 }, () => {
      const at = random.below(bytes.length);
      return bytes.with(at, (bytes[at] ?? 0) ^ (1 + random.below(255)));
    });
    const cut = [0, 1, 9, 40, bytes.length - 1].map((length) => bytes.subarray(0, length));
    for (const bad of [...damaged, ...cut, concatBytes(bytes, Uint8Array.of(0))]) {
      expect(() => decodeSnapshot(nodeCrypto, bad))
        .to.throw()
        .with.property('code', 'SNAPSHOT_INVALID');
    }
  });

  it('is refused when its parts do not hold together, digest or not', () => {
    const bodies = ['{}', '{"roots":1e15,"sets":[]}', '{"roots":-1,"sets":[]}', '{"roots":0,"sets":[]}'].map(
      (json) =>
        concatBytes(
          toUtf8('HCLS3\0\0\0'),
          Uint8Array.of(0, 0, 0, json.length),
          toUtf8(json.padEnd(24, '\0')),
        ),
    );
    for (const body of bodies) {
      const digest = nodeCrypto.sha256(nodeCrypto.sha256(body));
      expect(() => decodeSnapshot(nodeCrypto, concatBytes(body, digest)))
        .to.throw()
        .with.property('code', 'SNAPSHOT_INVALID');
    }
  });
});
