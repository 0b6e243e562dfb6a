import { describe, it } from 'mocha';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { toCanonicalJson } from '../../../core/bytes/canonical-json.ts';
import { fromUtf8, toUtf8 } from '../../../core/bytes/utf8.ts';
import { parseClaims } from '../../../core/credential/parse.ts';
import { toClaims } from '../../../core/credential/profiles.ts';
import { claimsBySchema } from '../../support/claims-schema.ts';
import { START_SECONDS } from '../../support/consortium.ts';
import { EVERY_DERIVED, EVERY_KIND } from '../../support/sample-records.ts';
import { runs, testSeed } from '../../support/scale.ts';

const options = {
  iss: 'did:web:dh.gov.hk.example',
  jti: 'AAAAAAAAAAAAAAAAAAAAAA',
  issuedAtSeconds: START_SECONDS,
  status: { idx: 5, uri: 'https://dh.gov.hk.example/status/v/1' },
  notBeforeSeconds: 7,
  expiresAtSeconds: 4_000_000_000,
};
const payloads = Object.values({ ...EVERY_KIND, ...EVERY_DERIVED }).flatMap((record) =>
  (['venue', 'travel'] as const).map((profile) => toCanonicalJson(toClaims(record, profile, options))),
);

/** What {@link parseClaims} makes of the text, `undefined` when it refuses. */
function parsed(text: string): unknown {
  try {
    return parseClaims(toUtf8(text));
  } catch {
    return undefined;
  }
}

describe('the forms of a payload', () => {
  it('agree with a general parser and JSON schemas on every mutation of good payloads', () => {
    const pieces = [
      '{',
      '}',
      '[',
      ']',
      '"',
      ':',
      ',',
      '\\',
      '0',
      '7',
      ' ',
      'A',
      'é',
      '陳',
      '\u0000',
      '|',
      '-',
      '"HK"',
      'null',
    ];
    const mutated = fc
      .tuple(
        fc.constantFrom(...payloads),
        fc.array(fc.tuple(fc.nat(), fc.constantFrom(...pieces), fc.nat(2)), { maxLength: 2 }),
      )
      .map(([payload, changes]) =>
        changes.reduce((text, [place, piece, removed]) => {
          const at = place % (text.length + 1);
          return text.slice(0, at) + piece + text.slice(at + removed);
        }, payload),
      );
    let accepted = 0;
    fc.assert(
      fc.property(mutated, (text) => {
        const claims = parsed(text);
        if (claims !== undefined) accepted++;
        expect(claims).to.deep.equal(claimsBySchema(text));
      }),
      { numRuns: runs(8_000, 500_000), seed: testSeed },
    );
    // Both ways: many mutations are still good payloads.
    expect(accepted).to.be.greaterThan(1000);
  });

  it('read as the writer wrote', () => {
    for (const payload of payloads) {
      expect(toCanonicalJson(parsed(payload))).to.equal(payload);
      expect(fromUtf8(toUtf8(payload))).to.equal(payload);
    }
  });
});
