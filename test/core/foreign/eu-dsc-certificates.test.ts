/** Real document signers: read as OpenSSL reads them, and loaded into one list. */
import { Buffer } from 'node:buffer';
import { X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'mocha';
import { toHex, type Hex } from '../../../core/bytes/hex.ts';
import { parseCertificate } from '../../../core/foreign/x509/certificate.ts';
import { describeCorpus } from '../../support/corpora.ts';
import { Agreement } from './support/agreement.ts';
import { trustOf } from './support/foreign-verdict.ts';

const CORPUS = 'eu-dsc-certificates';

describeCorpus(CORPUS, (folder) => {
  const files = readdirSync(folder).filter((file) => file.endsWith('.der'));
  const certificates = files.map((file) => ({ file, der: new Uint8Array(readFileSync(join(folder, file))) }));

  it('are read as OpenSSL reads them', () => {
    const agreement = new Agreement(CORPUS);
    for (const { file, der } of certificates) {
      const ours = parseCertificate(der);
      const theirs = new X509Certificate(der);
      const spki = new Uint8Array(theirs.publicKey.export({ format: 'der', type: 'spki' }));
      const country = /^C=(.*)$/m.exec(theirs.subject)?.[1];
      agreement.count(file, 'key', toHex(ours.spki) === toHex(spki));
      agreement.count(file, 'country', ours.subject.country === country?.toUpperCase(), ours.subject.country);
      agreement.count(file, 'not before', ours.notBeforeSeconds * 1000 === Date.parse(theirs.validFrom));
      agreement.count(file, 'not after', ours.notAfterSeconds * 1000 === Date.parse(theirs.validTo));
      agreement.count(file, 'serial', signedNumber(ours.serialNumber) === numberOf(theirs.serialNumber));
      agreement.count(
        file,
        'usages',
        (ours.extensions.extendedKeyUsage ?? []).join() === (theirs.keyUsage ?? []).join(),
        (ours.extensions.extendedKeyUsage ?? []).join(),
      );
    }
    agreement.conclude('certificates read', 6 * 266, [
      'key',
      'country',
      'not before',
      'not after',
      'serial',
      'usages',
    ]);
  });

  it('make one list, each under the kid that its file is named after', async () => {
    const agreement = new Agreement(CORPUS);
    const hcert = certificates.map(({ der }) => ({ certificate: Buffer.from(der).toString('base64') }));
    const trust = await trustOf({ hcert });
    for (const { file } of certificates) {
      const kid = Buffer.from(file.slice(0, 16), 'hex').toString('base64url');
      const signers = trust.hcert?.signersByKid.get(kid);
      agreement.count(
        file,
        'kid',
        signers?.length === 1 && signers[0]?.key !== undefined,
        String(signers?.length),
      );
    }
    agreement.conclude('one list by kid', 266, ['kid']);
  });
});

/** The content of a DER INTEGER, two's complement. */
function signedNumber(content: Hex): bigint {
  return BigInt.asIntN(4 * (content.length - 2), BigInt(content));
}

function numberOf(hex: string): bigint {
  return hex.startsWith('-') ? -BigInt(`0x${hex.slice(1)}`) : BigInt(`0x${hex}`);
}
