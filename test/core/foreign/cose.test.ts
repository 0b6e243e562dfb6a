/** The COSE working group's examples: each COSE_Sign1 is good or bad as it says, every other message is refused by name. */
import { Buffer } from 'node:buffer';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'mocha';
import { HclError } from '../../../core/errors.ts';
import { algorithmOf, parseSign1, signedBytesOf } from '../../../core/foreign/cose/sign1.ts';
import { jwkOf } from '../../../core/foreign/jose/jwk.ts';
import { TrustEntry } from '../../../core/foreign/trust-entry.ts';
import { parseCertificate } from '../../../core/foreign/x509/certificate.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { describeCorpus } from '../../support/corpora.ts';
import { Agreement } from './support/agreement.ts';

const CORPUS = 'cose';

interface Example {
  readonly fail?: boolean;
  readonly input: {
    readonly sign0?: { readonly key: Readonly<Record<string, string>>; readonly external?: string };
  };
  readonly output: { readonly cbor: string };
}

describeCorpus(CORPUS, (folder) => {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted();

  it('a COSE_Sign1 is good just where it should be, other messages are no code', async () => {
    const agreement = new Agreement(CORPUS);
    for (const file of files.filter((file) => file.endsWith('.json'))) {
      const { fail = false, input, output } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Example;
      const found = await outcomeOf(bytes(output.cbor), input.sign0);
      const expected = input.sign0 === undefined ? 'CODE_MALFORMED' : fail ? 'bad' : 'good';
      agreement.count(file, 'message', found === expected, found);
    }
    agreement.conclude('messages', 34, ['message']);
  });

  it('the certificates of the examples are read', () => {
    const agreement = new Agreement(CORPUS);
    for (const file of files.filter((file) => file.endsWith('.der'))) {
      const { spki } = parseCertificate(new Uint8Array(readFileSync(join(folder, file))));
      agreement.count(file, 'certificate', nodeCrypto.importSpki(spki).kind === 'P-256');
    }
    agreement.conclude('certificates', 2, ['certificate']);
  });
});

async function outcomeOf(message: Uint8Array, sign0: Example['input']['sign0']): Promise<string> {
  try {
    const sign1 = parseSign1(message);
    const { key = {}, external = '' } = sign0 ?? {};
    const { spki } = jwkOf(new TrustEntry('key', publicJwk(key)));
    const signedBytes = signedBytesOf(sign1, bytes(external));
    const imported = nodeCrypto.importSpki(spki);
    return (await nodeCrypto.verify(algorithmOf(sign1), imported, signedBytes, sign1.signature))
      ? 'good'
      : 'bad';
  } catch (error) {
    if (error instanceof HclError) return error.code;
    throw error;
  }
}

function publicJwk(key: Readonly<Record<string, string>>): Record<string, string> {
  const coordinate = (name: string): string =>
    key[name] ?? Buffer.from(key[`${name}_hex`] ?? '', 'hex').toString('base64url');
  const { kty = '', crv = '' } = key;
  return { kty, crv, x: coordinate('x'), ...(kty === 'OKP' ? {} : { y: coordinate('y') }) };
}

function bytes(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, 'hex'));
}
