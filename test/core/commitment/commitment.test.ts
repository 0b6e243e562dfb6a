import { createHash } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { concatBytes } from '../../../core/bytes/concat.ts';
import { toUtf8 } from '../../../core/bytes/utf8.ts';
import { COMMITMENT_BYTES, commitmentOf } from '../../../core/commitment/leaf.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';

const sha256 = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash('sha256').update(bytes).digest());

describe('commitment', () => {
  it('is the domain, the hash of the header and the hash of the payload: 75 bytes', () => {
    const [header, payload] = [toUtf8('{"alg":"ES256"}'), toUtf8('{"iat":0}')];
    const expected = concatBytes(toUtf8('hcl/leaf/1\0'), sha256(header), sha256(payload));
    expect(COMMITMENT_BYTES).to.equal(75);
    expect(commitmentOf(nodeCrypto, header, payload)).to.deep.equal(expected);
  });

  it('depends on where the header ends', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 2 }), fc.nat(), fc.nat(), (bytes, first, second) => {
        const [a, b] = [first % bytes.length, second % bytes.length];
        fc.pre(a !== b);
        const at = (end: number): Uint8Array =>
          commitmentOf(nodeCrypto, bytes.subarray(0, end), bytes.subarray(end));
        expect(at(a)).to.not.deep.equal(at(b));
      }),
    );
  });
});
