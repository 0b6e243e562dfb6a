/** EU Digital COVID Certificates made by our own encoder, and good ones of the member states' test data. */
import { Buffer } from 'node:buffer';
import type { JsonObject } from '../../../core/bytes/strict-json.ts';
import { prepareHcert } from '../../../core/foreign/hcert/encode.ts';
import { toDcc } from '../../../core/foreign/hcert/from-record.ts';
import type { UnsignedCode } from '../../../core/foreign/unsigned-code.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import {
  makeAuthority,
  makeCertificate,
  type TestAuthority,
} from '../../../test/core/foreign/support/certificates.ts';
import { benchRecord } from '../world.ts';
import { corpusCodes } from './hc1-corpus.ts';
import { bareSignature, signEs256 } from './es256.ts';
import { DAY, JUDGED_AT, toInputs, type Signed } from './inputs.ts';
import type { InputOptions, Inputs } from './peer.ts';

export async function hc1Inputs({ codes }: InputOptions): Promise<Inputs> {
  const signer = new DocumentSigner();
  const corpus = await corpusCodes();
  const own = Array.from({ length: codes }, (_, i) => signer.issue(claimOf(i)));
  return toInputs(
    [...own, ...corpus.codes],
    {
      tampered: signer.issue(claimOf(0), { signed: claimOf(1) }),
      stranger: signer.issue(claimOf(0), { key: makeAuthority('HK', 'DSC Bench') }),
      expired: signer.issue(claimOf(0), { expiresAtSeconds: JUDGED_AT - DAY }),
      malformed: signer.issue({ ...claimOf(0), dob: '1980-13-01' }),
    },
    { hcert: [signer.certificate, ...corpus.certificates].map((certificate) => ({ certificate })) },
  );
}

function claimOf(i: number): JsonObject {
  return toDcc(benchRecord(i), { name: 'HK-DH', certificateId: `URN:UVCI:01:HK:BENCH${i}` });
}

interface Changes {
  readonly key?: TestAuthority;
  readonly expiresAtSeconds?: number;
  /** What is signed in place of the claim. */
  readonly signed?: JsonObject;
}

class DocumentSigner {
  readonly #own = makeAuthority('HK', 'DSC Bench');
  readonly #der = makeCertificate({ subject: this.#own, issuer: makeAuthority('HK', 'CSCA Bench') });

  /** base64 DER. */
  get certificate(): string {
    return Buffer.from(this.#der).toString('base64');
  }

  issue(claim: JsonObject, changes: Changes = {}): Signed {
    const { key = this.#own, expiresAtSeconds = JUDGED_AT + 365 * DAY, signed = claim } = changes;
    const unsigned = this.#prepare(claim, expiresAtSeconds);
    const signature = signEs256(this.#prepare(signed, expiresAtSeconds).signedBytes, key.privateKey);
    return {
      sample: { text: unsigned.toText(signature), nowSeconds: JUDGED_AT },
      bare: bareSignature(unsigned.signedBytes, signature, this.#own.publicKey),
    };
  }

  #prepare(claim: JsonObject, expiresAtSeconds: number): UnsignedCode {
    return prepareHcert({
      country: 'HK',
      issuedAtSeconds: JUDGED_AT - 400 * DAY,
      expiresAtSeconds,
      claimNumber: 1,
      claim,
      kid: nodeCrypto.sha256(this.#der).slice(0, 8),
    });
  }
}
