import { describe, it } from 'mocha';
import { expect } from 'chai';
import { signToken } from '../../../core/credential/jwt.ts';
import {
  kidOfStatusToken,
  readStatusToken,
  signStatusToken,
  type StatusToken,
} from '../../../core/status/status-token.ts';
import { StatusList } from '../../../core/status/token-status-list.ts';
import { makeConsortium } from '../../support/consortium.ts';

const consortium = makeConsortium({ seed: 41 });
const { key } = consortium.issuer;
const token: StatusToken = {
  uri: 'https://dh.gov.hk.example/status/v/1',
  version: 3,
  issuedAtSeconds: 100,
  expiresAtSeconds: 200,
  ttlSeconds: 50,
  list: StatusList.empty().withAll([{ index: 9, value: 'suspended' }]),
};

function codeOf(run: () => unknown): unknown {
  try {
    run();
    return undefined;
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error;
  }
}

describe('a status list token', () => {
  it('gives back the list with its version, and names its key', async () => {
    const text = await signStatusToken(token, key);
    expect(kidOfStatusToken(text)).to.equal(key.kid);
    const { list, ...rest } = readStatusToken(text, key.publicKey);
    const { list: expected, ...others } = token;
    expect(rest).to.deep.equal(others);
    expect(list.bytes).to.deep.equal(expected.bytes);
    expect([list.get(8), list.get(9)]).to.deep.equal(['valid', 'suspended']);
  });

  it('under another key is refused', async () => {
    const text = await signStatusToken(token, key);
    expect(codeOf(() => readStatusToken(text, consortium.makeKey().publicKey))).to.equal(
      'STATUS_TOKEN_SIGNATURE',
    );
  });

  it('of another type, with other members or without a list is refused, though it is signed', async () => {
    const status_list = { bits: 2, lst: 'eNoDAAAAAAE' };
    const claims = { exp: 1, iat: 1, status_list, sub: 'x', ttl: 1, version: 1 };
    const bad: readonly (readonly [payload: unknown, typ: string])[] = [
      [claims, 'jwt'],
      [{ ...claims, extra: 1 }, 'statuslist+jwt'],
      [{ ...claims, version: -1 }, 'statuslist+jwt'],
      [{ ...claims, version: 2 ** 53 }, 'statuslist+jwt'],
      [{ ...claims, status_list: { ...status_list, bits: 1 } }, 'statuslist+jwt'],
      [{ ...claims, status_list: { ...status_list, lst: '!' } }, 'statuslist+jwt'],
      [{ ...claims, status_list: { ...status_list, lst: 'AAAA' } }, 'statuslist+jwt'],
    ];
    for (const [payload, typ] of bad) {
      const { jws } = await signToken(payload, typ, key);
      expect(
        codeOf(() => readStatusToken(jws, key.publicKey)),
        JSON.stringify(payload),
      ).to.equal('STATUS_TOKEN_MALFORMED');
    }
  });

  it('that is none is refused', () => {
    for (const text of ['', 'x', 'a.b', 'a.b.c', 'e30.e30.e30', 'e30.e30.e30.e30']) {
      expect(
        codeOf(() => readStatusToken(text, key.publicKey)),
        text,
      ).to.equal('STATUS_TOKEN_MALFORMED');
      expect(
        codeOf(() => kidOfStatusToken(text)),
        text,
      ).to.equal('STATUS_TOKEN_MALFORMED');
    }
  });
});
