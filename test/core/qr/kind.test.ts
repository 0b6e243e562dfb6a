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
    ['NZCP:/1/2KCEVIQEIVVWK6JNGEASNICZAEP2KALYDZSGSZB2O5SWEOTOP', 'New Zealand COVID pass'],
    ['LT1:6BFY90R10RDWT 9O60GO0000W50JB06H', 'Swiss light certificate'],
    ['DC04DHI0TST11E3C1E3CB201FRF0FANOIR', 'French 2D-Doc'],
    ['mdoc:owBjMS4wAYIB2BhYS6QBAiABIVgg', 'ISO 18013-5 mobile document'],
    ['{"verifiableCredential":["eyJ"]}', 'SMART Health Card'],
    ['{"version":"https://schema.openattestation.com/2.0/schema.json"}', 'OpenAttestation document'],
    ['0oRDoQEmoQRCMTFUVGhpcyBpcyB0aGUgY29udGVudC5YQA==', 'COSE'],
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
