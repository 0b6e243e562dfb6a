import { describe, it } from 'mocha';
import { expect } from 'chai';
import { concatBytes } from '../../../core/bytes/concat.ts';
import { toHex } from '../../../core/bytes/hex.ts';
import { decodeSnapshot, encodeSnapshot } from '../../../core/trust/snapshot.ts';
import { verifyCode } from '../../../core/verify/verify.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { makeConsortium, vaccinationRecord, type Consortium } from '../../support/consortium.ts';
import { Random } from '../../support/random.ts';
import { testSeed } from '../../support/scale.ts';

function eventful(): Consortium {
  const consortium = makeConsortium({ seed: 21 });
  const { id: issuer, account, authority } = consortium.issuer;
  consortium.anchorRandomRoots(5000);
  consortium.publishStatus(consortium.issuer, [{ index: 7, value: 'revoked' }]);
  consortium.block([
    {
      event: 'Predecessor',
      chainId: 2n ** 200n,
      genesis: toHex(new Uint8Array(32)),
      finalCheckpoint: '0x00',
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
    state.apply({ ...consortium.state.head, number: consortium.state.head.number + 1, events: [] });
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
    const body = concatBytes(
      new TextEncoder().encode('HCLS1\0'),
      Uint8Array.of(0, 0, 0, 2),
      new TextEncoder().encode('{}'),
    );
    expect(() => decodeSnapshot(nodeCrypto, concatBytes(body, nodeCrypto.sha256(body))))
      .to.throw()
      .with.property('code', 'SNAPSHOT_INVALID');
  });
});
