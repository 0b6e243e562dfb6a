/**
 * The codes of eu-dcc-testdata that are signed with ES256, bear no label against them and pass here too. Where the
 * labels and we differ, test/core/foreign/exceptions.json says why. Without the corpus: none.
 */
import { Buffer } from 'node:buffer';
import { createPublicKey } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fromBase45 } from '../../../core/bytes/base45.ts';
import { fromZlib } from '../../../core/bytes/zlib.ts';
import { algorithmOf, parseSign1, signedBytesOf } from '../../../core/foreign/cose/sign1.ts';
import { HCERT_PREFIX } from '../../../core/foreign/hcert/hcert.ts';
import { parseCertificate } from '../../../core/foreign/x509/certificate.ts';
import { clockOf, readVectors, type DccVector } from '../../../test/core/foreign/support/dcc-vectors.ts';
import { trustOf, verdictWith } from '../../../test/core/foreign/support/foreign-verdict.ts';
import { corporaFolder } from '../../../test/support/corpora.ts';
import { bareSignature } from './es256.ts';
import type { Signed } from './inputs.ts';
import type { BareSignature } from './peer.ts';

const MAX_INFLATED_BYTES = 8192;
const ES256_BYTES = 64;

export interface CorpusCodes {
  readonly codes: readonly Signed[];
  /** base64 DER. */
  readonly certificates: readonly string[];
}

export async function corpusCodes(): Promise<CorpusCodes> {
  const folder = join(corporaFolder, 'eu-dcc-testdata');
  if (!existsSync(folder)) return { codes: [], certificates: [] };
  const codes: Signed[] = [];
  const certificates = new Set<string>();
  for (const vector of readVectors(folder)) {
    const signed = signedOf(vector);
    const certificate = vector.TESTCTX.CERTIFICATE;
    if (signed === undefined || certificate === undefined || !(await passes(signed, certificate))) continue;
    codes.push(signed);
    certificates.add(certificate);
  }
  return { codes, certificates: [...certificates] };
}

async function passes({ sample }: Signed, certificate: string): Promise<boolean> {
  const { outcome } = await verdictWith(
    sample.text,
    await trustOf({ hcert: [{ certificate }] }),
    sample.nowSeconds,
  );
  return outcome === 'pass';
}

function signedOf(vector: DccVector): Signed | undefined {
  const { PREFIX, TESTCTX, EXPECTEDRESULTS } = vector;
  const { EXPECTEDPICTUREDECODE: _, ...labels } = EXPECTEDRESULTS;
  const isGood = labels['EXPECTEDVERIFY'] === true && !Object.values(labels).includes(false);
  const nowSeconds = clockOf(vector);
  if (!isGood || PREFIX === undefined || nowSeconds === undefined) return undefined;
  const bare = bareOf(PREFIX, TESTCTX.CERTIFICATE ?? '');
  return bare === undefined ? undefined : { sample: { text: PREFIX, nowSeconds }, bare };
}

/** `undefined`: not ES256, or the signature of another curve under its name. */
function bareOf(text: string, certificate: string): BareSignature | undefined {
  const sign1 = parseSign1(fromZlib(fromBase45(text, HCERT_PREFIX.length), MAX_INFLATED_BYTES));
  if (algorithmOf(sign1) !== 'ES256' || sign1.signature.length !== ES256_BYTES) return undefined;
  const { spki } = parseCertificate(new Uint8Array(Buffer.from(certificate, 'base64')));
  const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  return bareSignature(signedBytesOf(sign1), sign1.signature, key);
}
