import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { recogniseKind } from '../../../core/qr/kind.ts';
import { describeCorpus } from '../../support/corpora.ts';

describe('foreign kinds', () => {
  const kinds: readonly (readonly [text: string, kind: string | undefined])[] = [
    ['HC1:6BFOXN%TSMAHN', 'EU Digital COVID Certificate or WHO HCERT'],
    [
      'shc:/567629095243206034602924374044603122295953265460346029254077280433602870286471674522280928',
      'SMART Health Card',
    ],
    ['shlink:/eyJ1cmwiOiJodHRwczovL2V4YW1wbGUub3JnIn0', 'SMART Health Link'],
    ['https://viewer.example/#shlink:/eyJ1cmwiOiJodHRwczovL2V4YW1wbGUub3JnIn0', 'SMART Health Link'],
    ['{"data":{"hdr":{"t":"icao.vacc","v":1,"is":"AUS"}}}', 'ICAO VDS-NC'],
    ['[{"data": {"hdr": {"is":"JPN", "t" : "icao.test"}}}]', 'ICAO VDS-NC'],
    ['HKSARG|VAC|1|1|ABC|A123', 'Hong Kong vaccination record'],
    ['HKSARG|MEC|1|1|ABC|A123', 'Hong Kong medical exemption certificate'],
    ['NL2:ABC', 'Dutch domestic code'],
    ['PK\u0003\u0004\u0014\u0000', 'DIVOC certificate'],
    ['openid4vp://?client_id=x', 'OpenID4VP request'],
    ['eyJhbGciOiJFUzI1NiJ9.e30.AAAA', 'JWT'],
    ['eyJhbGciOiJFUzI1NiJ9.e30.AAAA~WyJzYWx0Il0~', 'SD-JWT'],
    ['https://example.org/', 'web link'],
    ['', undefined],
    ['hello', undefined],
    ['{"data":{}}', undefined],
    ['eyJhbGci', undefined],
  ];
  for (const [text, kind] of kinds) {
    it(`${JSON.stringify(text.slice(0, 40))} is ${kind ?? 'unknown'}`, () =>
      expect(recogniseKind(text)).to.equal(kind));
  }

  it('takes no longer for a long text', () => {
    for (const start of ['{', '[[[[', 'https://a', 'eyJ', 'eyJa.a.', '{"t"', '{"t" : ']) {
      for (const filler of [' ', '"t"', 'a', '{', '"t" ']) {
        expect(recogniseKind(start + filler.repeat(500_000))).to.be.oneOf([undefined, 'web link', 'JWT']);
      }
    }
  });

  describeCorpus('vds-nc', (folder) => {
    it('a real Australian seal is ICAO VDS-NC', () => {
      const text = readFileSync(join(folder, 'kde', 'single-vaccine.txt'), 'utf8');
      expect(recogniseKind(text)).to.equal('ICAO VDS-NC');
    });
  });
});
