/** A document signer made for tests, and the codes that it signs. */
import { Buffer } from 'node:buffer';
import { sign } from 'node:crypto';
import type { JsonObject } from '../../../../core/bytes/strict-json.ts';
import { prepareHcert, type HcertToIssue } from '../../../../core/foreign/hcert/encode.ts';
import { nodeCrypto } from '../../../../service/node-crypto.ts';
import {
  makeAuthority,
  makeCertificate,
  type CertificateOptions,
  type TestAuthority,
} from './certificates.ts';

export const ISSUED_AT: number = Date.UTC(2022, 5, 1) / 1000;
export const JUDGED_AT: number = ISSUED_AT + 86_400;

export const DCC: JsonObject = {
  ver: '1.3.0',
  nam: { fn: 'Chan', fnt: 'CHAN', gn: 'Tai Man', gnt: 'TAI<MAN' },
  dob: '1980-01-01',
  v: [
    {
      tg: '840539006',
      vp: '1119349007',
      mp: 'EU/1/20/1528',
      ma: 'ORG-100030215',
      dn: 2,
      sd: 2,
      dt: '2022-02-10',
      co: 'PT',
      is: 'Ministry of Health',
      ci: 'URN:UVCI:01:PT:10807843F94AEE0EE5093FBC254BD813#B',
    },
  ],
};

export interface HcertSigner {
  readonly authority: TestAuthority;
  readonly signer: TestAuthority;
  /** base64 DER. */
  readonly certificate: string;
  readonly kid: Uint8Array;
  issue(changes?: Partial<HcertToIssue>): string;
}

export function makeHcertSigner(options: Partial<CertificateOptions> = {}): HcertSigner {
  const authority = makeAuthority('PT', 'CSCA Test');
  const signer = makeAuthority('PT', 'DSC Test');
  const der = makeCertificate({ subject: signer, issuer: authority, ...options });
  const kid = nodeCrypto.sha256(der).slice(0, 8);
  return {
    authority,
    signer,
    certificate: Buffer.from(der).toString('base64'),
    kid,
    issue(changes = {}) {
      const unsigned = prepareHcert({
        country: 'PT',
        issuedAtSeconds: ISSUED_AT,
        expiresAtSeconds: ISSUED_AT + 365 * 86_400,
        claimNumber: 1,
        claim: DCC,
        kid,
        ...changes,
      });
      const key = { key: signer.privateKey, dsaEncoding: 'ieee-p1363' } as const;
      return unsigned.toText(new Uint8Array(sign('sha256', unsigned.signedBytes, key)));
    },
  };
}
