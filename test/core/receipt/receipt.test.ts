import { generateKeyPairSync } from 'node:crypto';
import { describe, it } from 'mocha';
import { expect } from 'chai';
import { concatBytes } from '../../../core/bytes/concat.ts';
import { toBase64url } from '../../../core/bytes/base64url.ts';
import { toHex } from '../../../core/bytes/hex.ts';
import { buildTree } from '../../../core/commitment/merkle.ts';
import { checkReceipt, type LeafPath } from '../../../core/receipt/inclusion.ts';
import {
  kidOfReceipt,
  MAX_RECEIPT_RECORDS,
  parseReceipt,
  readReceipt,
  signReceipt,
  type Receipt,
} from '../../../core/receipt/receipt.ts';
import { issuerKeyOf } from '../../../issuer/signing.ts';
import type { PrivateJwk } from '../../../issuer/secrets.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { expectThrows } from '../../support/throws-code.ts';

const key = newKey();
const leaf = (n: number): Uint8Array => nodeCrypto.sha256(Uint8Array.of(n));
const RECEIPT: Receipt = {
  issuer: 'did:web:hk-dh.example',
  issuedAtSeconds: 1_671_611_400,
  anchoredBySeconds: 1_671_696_000,
  records: [
    { id: 'AAAAAAAAAAAAAAAAAAAAAA', leaves: [leaf(0), leaf(1)] },
    { id: 'BBBBBBBBBBBBBBBBBBBBBA', leaves: [leaf(2), leaf(3)] },
  ],
};

describe('receipt', () => {
  it('says again what was signed, and names its key', async () => {
    const text = await signReceipt(RECEIPT, key);
    expect(readReceipt(text, key.publicKey)).to.deep.equal(RECEIPT);
    expect(kidOfReceipt(text)).to.equal(key.kid);
  });

  it('of another key, or with one character changed, is none', async () => {
    const text = await signReceipt(RECEIPT, key);
    expectThrows(() => readReceipt(text, newKey().publicKey), 'RECEIPT_SIGNATURE');
    const later = { ...RECEIPT, anchoredBySeconds: RECEIPT.anchoredBySeconds + 1 };
    const [header, , signature] = text.split('.');
    const [, payload] = (await signReceipt(later, key)).split('.');
    expectThrows(
      () => readReceipt([header, payload, signature].join('.'), key.publicKey),
      'RECEIPT_SIGNATURE',
    );
  });

  it('covers two leaves for each record, and some records', async () => {
    const wrong: readonly Receipt['records'][] = [
      [],
      [{ id: 'x', leaves: [leaf(0)] }],
      [{ id: 'x', leaves: [leaf(0), leaf(1), leaf(2)] }],
      [{ id: '', leaves: [leaf(0), leaf(1)] }],
      [{ id: 'x', leaves: [leaf(0), leaf(1).subarray(1)] }],
      Array.from({ length: MAX_RECEIPT_RECORDS + 1 }, () => ({ id: 'x', leaves: [leaf(0), leaf(1)] })),
    ];
    for (const records of wrong) {
      const text = await signReceipt({ ...RECEIPT, records }, key);
      expectThrows(() => parseReceipt(text), 'RECEIPT_MALFORMED');
    }
  });

  it('is told from other tokens of the same key', async () => {
    const text = await signReceipt(RECEIPT, key);
    const payload = text.split('.')[1] ?? '';
    const wrong = [
      '',
      'x',
      text.replace('.', ''),
      [header({ alg: 'ES256', kid: key.kid, typ: 'statuslist+jwt' }), payload, 'AA'].join('.'),
      [header({ alg: 'none', kid: key.kid, typ: 'hcl-receipt+jwt' }), payload, 'AA'].join('.'),
      [header({ alg: 'ES256', typ: 'hcl-receipt+jwt' }), payload, 'AA'].join('.'),
    ];
    for (const other of wrong) expectThrows(() => kidOfReceipt(other), 'RECEIPT_MALFORMED');
  });
});

describe('the promise of a receipt', () => {
  const tree = buildTree(nodeCrypto, concatBytes(leaf(2), leaf(0), leaf(3), leaf(1)));
  const places = new Map([2, 0, 3, 1].map((n, index) => [toHex(leaf(n)), { index, path: tree.path(index) }]));
  const pathOf = (leafHash: Uint8Array): LeafPath | undefined => places.get(toHex(leafHash));
  const inTime = RECEIPT.anchoredBySeconds;
  const anchoredAt =
    (seconds: number) =>
    (root: Uint8Array): number | undefined =>
      toHex(root) === toHex(tree.root) ? seconds : undefined;

  it('is kept when every leaf is in a root anchored in time', () => {
    expect(check({})).to.deep.equal({ state: 'kept', proven: 4, missing: [] });
  });

  it('is late when a root was anchored after the promised time', () => {
    expect(check({ anchoredAt: anchoredAt(inTime + 1) })).to.include({ state: 'late', proven: 4 });
  });

  for (const [what, evidence] of Object.entries({
    'nobody gave a path': {
      pathOf: (hash: Uint8Array) => (toHex(hash) === toHex(leaf(3)) ? undefined : pathOf(hash)),
    },
    'its path leads to another root': {
      pathOf: swapped(3, ({ index, path }) => ({ index, path: path.map((byte) => byte ^ 1) })),
    },
    'its path is that of another leaf': { pathOf: swapped(3, () => places.get(toHex(leaf(2)))) },
    'its path is no path': { pathOf: swapped(3, ({ index }) => ({ index, path: new Uint8Array(31) })) },
    'its place lies outside of the tree': { pathOf: swapped(3, ({ path }) => ({ index: 4, path })) },
  })) {
    it(`is pending until its time, and broken after, when of one leaf ${what}`, () => {
      const missing = [toHex(leaf(3))];
      expect(check({ ...evidence, nowSeconds: inTime })).to.deep.equal({
        state: 'pending',
        proven: 3,
        missing,
      });
      expect(check({ ...evidence, nowSeconds: inTime + 1 })).to.deep.equal({
        state: 'broken',
        proven: 3,
        missing,
      });
    });
  }

  it('is not kept by a root that the ledger does not show', () => {
    expect(check({ anchoredAt: () => undefined })).to.include({ state: 'broken', proven: 0 });
  });

  function check(changes: Partial<Parameters<typeof checkReceipt>[2]>): ReturnType<typeof checkReceipt> {
    const evidence = { pathOf, anchoredAt: anchoredAt(inTime), nowSeconds: inTime + 100, ...changes };
    return checkReceipt(nodeCrypto, RECEIPT, evidence);
  }

  function swapped(n: number, change: (place: LeafPath) => LeafPath | undefined) {
    return (hash: Uint8Array): LeafPath | undefined => {
      const place = pathOf(hash);
      return place !== undefined && toHex(hash) === toHex(leaf(n)) ? change(place) : place;
    };
  }
});

function header(value: object): string {
  return toBase64url(new TextEncoder().encode(JSON.stringify(value)));
}

function newKey(): ReturnType<typeof issuerKeyOf> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  // A P-256 private key has exactly these members.
  return issuerKeyOf(nodeCrypto, privateKey.export({ format: 'jwk' }) as unknown as PrivateJwk);
}
