import { Buffer } from 'node:buffer';
import { createMPT } from '@ethereumjs/mpt';
import { RLP } from '@ethereumjs/rlp';
import { encodeRlp as ethersEncodeRlp, hexlify, keccak256 as ethersKeccak256 } from 'ethers';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { describe, it } from 'mocha';
import { keccak256 } from '../../ledger/keccak.ts';
import { orderedTrieRoot } from '../../ledger/receipts-root.ts';
import { encodeRlp, toRlpNumber, type RlpItem } from '../../ledger/rlp.ts';
import { runs, testSeed } from '../support/scale.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('RLP', () => {
  it('encodes the examples of the Ethereum wiki', () => {
    const text = (value: string): Uint8Array => Buffer.from(value);
    expect(hex(encodeRlp(text('dog')))).to.equal('83646f67');
    expect(hex(encodeRlp([text('cat'), text('dog')]))).to.equal('c88363617483646f67');
    expect(hex(encodeRlp(text('')))).to.equal('80');
    expect(hex(encodeRlp([]))).to.equal('c0');
    expect(hex(encodeRlp(toRlpNumber(0)))).to.equal('80');
    expect(hex(encodeRlp(toRlpNumber(15)))).to.equal('0f');
    expect(hex(encodeRlp(toRlpNumber(1024)))).to.equal('820400');
    expect(hex(encodeRlp([[], [[]], [[], [[]]]]))).to.equal('c7c0c1c0c3c0c1c0');
    expect(
      hex(encodeRlp(text('Lorem ipsum dolor sit amet, consectetur adipisicing elit'))).slice(0, 4),
    ).to.equal('b838');
  });

  it('agrees with EthereumJS and ethers on any structure', () => {
    const { item } = fc.letrec<{ item: RlpItem }>((tie) => ({
      item: fc.oneof(
        { maxDepth: 4 },
        fc.uint8Array({ maxLength: 300 }),
        fc.array(tie('item'), { maxLength: 5 }),
      ),
    }));
    const toHexes = (value: RlpItem): unknown =>
      value instanceof Uint8Array ? hexlify(value) : value.map(toHexes);
    fc.assert(
      fc.property(item, (value) => {
        const encoded = hex(encodeRlp(value));
        expect(encoded).to.equal(hex(RLP.encode(value as Uint8Array)));
        expect(`0x${encoded}`).to.equal(ethersEncodeRlp(toHexes(value) as string));
      }),
      { numRuns: runs(300, 5_000), seed: testSeed },
    );
  });
});

describe('receipts root', () => {
  it('of no receipts is the root of the empty trie', () => {
    expect(hex(orderedTrieRoot([]))).to.equal(
      '56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421',
    );
  });

  it("is EthereumJS' trie root for every number of values around each change of shape", async () => {
    for (const size of [1, 2, 3, 15, 16, 17, 18, 127, 128, 129, 130, 255, 256, 257, 300]) {
      const values = Array.from({ length: size }, (_, i) => keccak256(Buffer.from(`${size}/${i}`)));
      expect(hex(orderedTrieRoot(values)), `${size} values`).to.equal(await rootByEthereumJs(values));
    }
  });

  it("is EthereumJS' trie root for values of any length, also those that a parent holds itself", async () => {
    const values = fc.array(fc.uint8Array({ minLength: 1, maxLength: 80 }), { minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(values, async (list) => {
        expect(hex(orderedTrieRoot(list))).to.equal(await rootByEthereumJs(list));
      }),
      { numRuns: runs(60, 1_000), seed: testSeed },
    );
  });

  it("is EthereumJS' trie root for nodes around the length of a hash", async () => {
    for (let length = 1; length <= 40; length++) {
      const values = Array.from({ length: 18 }, (_, i) => new Uint8Array(length).fill(i + 1));
      expect(hex(orderedTrieRoot(values)), `${length} bytes`).to.equal(await rootByEthereumJs(values));
    }
  });

  it('changes with any value and with their order', () => {
    const values = ['a', 'b', 'c'].map((text) => keccak256(Buffer.from(text)));
    const root = hex(orderedTrieRoot(values));
    expect(hex(orderedTrieRoot(values.toReversed()))).not.to.equal(root);
    expect(hex(orderedTrieRoot(values.slice(1)))).not.to.equal(root);
    expect(hex(orderedTrieRoot(values.with(1, Uint8Array.of(1))))).not.to.equal(root);
  });
});

describe('Keccak-256', () => {
  it('agrees with ethers', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (data) => {
        expect(`0x${hex(keccak256(data))}`).to.equal(ethersKeccak256(data));
      }),
      { numRuns: 100, seed: testSeed },
    );
  });
});

async function rootByEthereumJs(values: readonly Uint8Array[]): Promise<string> {
  const trie = await createMPT();
  for (const [index, value] of values.entries()) await trie.put(RLP.encode(index), value);
  return hex(trie.root());
}
