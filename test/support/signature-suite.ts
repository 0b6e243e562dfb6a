/** What every implementation of the port's second half must do: Wycheproof's vectors, kind by kind. */
import { Buffer } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Crypto, SignatureAlgorithm } from '../../core/crypto.ts';
import { DER, derNode } from '../../core/bytes/der.ts';
import { isSignedBy } from '../../core/foreign/x509/issued-by.ts';
import { describeCorpus } from './corpora.ts';
import { expectThrows } from './throws-code.ts';

interface Group {
  readonly publicKeyDer?: string;
  readonly publicKeyAsn?: string;
  readonly tests: readonly {
    readonly tcId: number;
    readonly comment: string;
    readonly msg: string;
    readonly sig: string;
    readonly result: 'valid' | 'invalid';
  }[];
}

const FILES: readonly (readonly [
  file: string,
  algorithm: SignatureAlgorithm,
  valid: number,
  invalid: number,
])[] = [
  ['ecdsa_secp256k1_sha256_test.json', 'ES256K', 168, 308],
  ['ecdsa_secp384r1_sha384_test.json', 'ES384', 194, 310],
  ['ed25519_test.json', 'EdDSA', 88, 63],
  ['rsa_pss_2048_sha256_mgf1_32_test.json', 'PS256', 63, 45],
];

const RSA_ENCRYPTION = derNode(DER.SEQUENCE, bytes('06092a864886f70d0101010500'));

export function describeSignatures(name: string, crypto: Crypto): void {
  describe(`Crypto port, other systems' signatures: ${name}`, () => {
    describeCorpus('wycheproof', (folder) => {
      for (const [file, algorithm, valid, invalid] of FILES) {
        const path = join(folder, 'testvectors_v1', file);
        const { testGroups } = JSON.parse(readFileSync(path, 'utf8')) as {
          readonly testGroups: readonly Group[];
        };
        it(`${algorithm}: ${valid} valid and ${invalid} invalid signatures are so`, async () => {
          const seen = { valid: 0, invalid: 0 };
          for (const group of testGroups) {
            const key = crypto.importSpki(spkiOf(group));
            for (const { tcId, comment, msg, sig, result } of group.tests) {
              // ECDSA is in DER here, as in certificates.
              const signed = { signedBytes: bytes(msg), signature: bytes(sig), algorithm };
              const isGood = await isSignedBy(crypto, signed, key);
              expect(isGood, `${tcId}: ${comment}`).to.equal(result === 'valid');
              seen[result]++;
            }
          }
          expect(seen).to.deep.equal({ valid, invalid });
        });
      }
    });

    const refused: Readonly<Record<string, string>> = {
      nothing: '',
      'half a key': '3059301306072a8648ce3d0201',
      'a point that is on no curve': `3059301306072a8648ce3d020106082a8648ce3d03010703420004${'11'.repeat(64)}`,
      'RSA of 512 bits':
        '305c300d06092a864886f70d0101010500034b003048024100c8a2069182394a2ab7c3f4190c15589c56a2d4bc42dca675b34cc950e24663048441e8aa593b2bc59e198b8c257e882120c623368a5d94e3f4d4b2b5e4d2b3450203010001',
      'X25519, which signs nothing': `302a300506032b656e032100${'09'.padEnd(64, '0')}`,
    };
    for (const [why, hex] of Object.entries(refused)) {
      it(`does not import ${why}`, () =>
        expectThrows(() => crypto.importSpki(bytes(hex)), 'CRYPTO_INVALID_KEY'));
    }

    it('checks nothing with a key of another kind', async () => {
      const key = crypto.importSpki(
        bytes(`302a300506032b6570032100d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a`),
      );
      const signature = bytes(
        'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
      );
      // RFC 8032 §7.1, test 1: the empty message.
      expect(await crypto.verify('EdDSA', key, new Uint8Array(0), signature)).to.equal(true);
      for (const algorithm of ['ES256', 'ES256K', 'PS256', 'RS256'] as const) {
        expect(await crypto.verify(algorithm, key, new Uint8Array(0), signature), algorithm).to.equal(false);
      }
    });
  });
}

function spkiOf({ publicKeyDer, publicKeyAsn }: Group): Uint8Array {
  if (publicKeyDer !== undefined) return bytes(publicKeyDer);
  return derNode(
    DER.SEQUENCE,
    RSA_ENCRYPTION,
    derNode(DER.BIT_STRING, Uint8Array.of(0), bytes(publicKeyAsn ?? '')),
  );
}

function bytes(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, 'hex'));
}
