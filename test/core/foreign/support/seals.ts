/** Visible digital seals made for tests: an authority, its signer, and what that signs. */
import { Buffer } from 'node:buffer';
import { sign } from 'node:crypto';
import { toCanonicalJson } from '../../../../core/bytes/canonical-json.ts';
import type { JsonObject } from '../../../../core/bytes/strict-json.ts';
import { toUtf8 } from '../../../../core/bytes/utf8.ts';
import type { Verdict } from '../../../../core/verify/verdict.ts';
import { makeAuthority, makeCertificate, USAGE, type TestAuthority } from './certificates.ts';
import { trustOf, verdictWith } from './foreign-verdict.ts';

export const JUDGED_AT: number = Date.UTC(2022, 5, 1) / 1000;

export const csca: TestAuthority = makeAuthority('AU', 'CSCA');
export const signer: TestAuthority = makeAuthority('AU', 'Seal Signer');
const cscaCertificate = makeCertificate({ subject: csca, issuer: csca, isAuthority: true });
export const signerCertificate: Uint8Array = makeCertificate({
  subject: signer,
  issuer: csca,
  serial: 5,
  usages: [USAGE.icaoVds],
});

export const TEST_DATA: JsonObject = {
  hdr: { t: 'icao.test', v: 1, is: 'AUS' },
  msg: {
    utci: 'U1',
    pid: { n: 'CHAN  TAI MAN', dob: '1980-01-01', i: 'K1' },
    sp: { spn: 'Lab', ctr: 'AUS' },
    dat: { sc: '2022-05-31T08:00:00+10:00', ri: '2022-05-31T12:00:00+10:00' },
    tr: { tc: 'molecular(PCR)', r: 'Negative' },
  },
};

export function seal(
  data: JsonObject = TEST_DATA,
  certificate: Uint8Array = signerCertificate,
  alg = 'ES256',
): string {
  const key = { key: signer.privateKey, dsaEncoding: 'ieee-p1363' } as const;
  const sigvl = sign('sha256', toUtf8(toCanonicalJson(data)), key).toString('base64url');
  return JSON.stringify({ data, sig: { alg, sigvl, cer: Buffer.from(certificate).toString('base64url') } });
}

/** With the authority pinned, and these lists of it. */
export async function verdictOnSeal(text: string, revocations: readonly Uint8Array[] = []): Promise<Verdict> {
  const trust = await trustOf({
    vdsnc: [{ certificate: Buffer.from(cscaCertificate).toString('base64') }],
    vdsncRevocations: revocations.map((crl) => ({ crl: Buffer.from(crl).toString('base64') })),
  });
  return verdictWith(text, trust, JUDGED_AT);
}
