/**
 * The secrets of an issuer, apart from its settings. They lie in sealed files (`keys/issuer-keys.ts`); earlier releases
 * kept them plain, in one file of mode 0600, which is still read:
 *
 *   { "version": 1, "signingKey": JWK, "keyEncryption": [{ "epoch": 1, "key": "<32 bytes, base64url>" }],
 *     "indexKey": "…", "batchSeed": "…", "operatorToken": "…", "ledgerAccountKey": "0x…", "auditorToken"?: "…" }
 */
import { generateKeyPairSync } from 'node:crypto';
import { access } from 'node:fs/promises';
import { fromBase64url, toBase64url } from '../core/bytes/base64url.ts';
import { toHex } from '../core/bytes/hex.ts';
import type { P256Jwk } from '../core/credential/key.ts';
import type { RandomBytes } from '../service/clock.ts';
import type { KeyEncryptionKey } from '../service/envelope.ts';
import { readSecretFile, writeFileAtomically } from '../service/files.ts';
import { Closed, Type, type TSchema } from '../service/schema.ts';
import { Value } from 'typebox/value';
import { IssuerError } from './errors.ts';
import type { Es256Signer } from './signer-port.ts';

export interface PrivateJwk extends P256Jwk {
  readonly d: string;
}

export interface IssuerSecrets {
  /** P-256, signs credentials and status lists. */
  readonly signingKey: PrivateJwk;
  /** Wrap the data keys of the records; the highest epoch seals. */
  readonly keyEncryption: readonly [KeyEncryptionKey, ...KeyEncryptionKey[]];
  /** 32 bytes: handles, records and record ids under a keyed hash, so that the store cannot be guessed through. */
  readonly indexKey: Uint8Array;
  /** 32 bytes: the seeds of all batches' padding come from it. */
  readonly batchSeed: Uint8Array;
  readonly operatorToken: string;
  /** secp256k1, 32 bytes as `0x` hex: the issuer's account on the ledger. */
  readonly ledgerAccountKey: string;
  /** Opens the history of acts to an auditor, and nothing else; without it only the operator reads it. */
  readonly auditorToken?: string;
}

/** Where the signing key is: here, or with somebody who signs for us. */
export type SigningSource = PrivateJwk | Es256Signer;

/** What a running issuer needs; the signing key may lie elsewhere. */
export interface WorkingSecrets extends Omit<IssuerSecrets, 'signingKey'> {
  readonly signingKey: SigningSource;
}

const key = Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' });
const SecretsFile: TSchema = Closed({
  version: Type.Literal(1),
  signingKey: Closed({ kty: Type.Literal('EC'), crv: Type.Literal('P-256'), x: key, y: key, d: key }),
  keyEncryption: Type.Array(Closed({ epoch: Type.Integer({ minimum: 1 }), key }), { minItems: 1 }),
  indexKey: key,
  batchSeed: key,
  operatorToken: Type.String({ minLength: 32 }),
  ledgerAccountKey: Type.String({ pattern: '^0x[0-9a-f]{64}$' }),
  auditorToken: Type.Optional(Type.String({ minLength: 32 })),
});

interface SecretsText {
  readonly version: 1;
  readonly signingKey: PrivateJwk;
  readonly keyEncryption: readonly { readonly epoch: number; readonly key: string }[];
  readonly indexKey: string;
  readonly batchSeed: string;
  readonly operatorToken: string;
  readonly ledgerAccountKey: string;
  readonly auditorToken?: string;
}

export function createSecrets(randomBytes: RandomBytes): IssuerSecrets {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    // A P-256 private key has exactly these members.
    signingKey: privateKey.export({ format: 'jwk' }) as unknown as PrivateJwk,
    keyEncryption: [{ epoch: 1, key: randomBytes(32) }],
    indexKey: randomBytes(32),
    batchSeed: randomBytes(32),
    operatorToken: toBase64url(randomBytes(32)),
    ledgerAccountKey: toHex(randomBytes(32)),
    auditorToken: toBase64url(randomBytes(32)),
  };
}

export async function writeSecrets(path: string, secrets: IssuerSecrets): Promise<void> {
  const text: SecretsText = {
    version: 1,
    signingKey: secrets.signingKey,
    keyEncryption: secrets.keyEncryption.map(({ epoch, key }) => ({ epoch, key: toBase64url(key) })),
    indexKey: toBase64url(secrets.indexKey),
    batchSeed: toBase64url(secrets.batchSeed),
    operatorToken: secrets.operatorToken,
    ledgerAccountKey: secrets.ledgerAccountKey,
    ...(secrets.auditorToken === undefined ? {} : { auditorToken: secrets.auditorToken }),
  };
  await writeFileAtomically(path, `${JSON.stringify(text, null, 2)}\n`);
}

/** Throws `FILE_READABLE_BY_OTHERS`, or `ISSUER_SECRET_INVALID` without saying what stood there. */
export async function readSecrets(path: string): Promise<IssuerSecrets> {
  const text = parseSecrets(await readSecretFile(path));
  const [first, ...others] = text.keyEncryption.map(({ epoch, key }) => ({ epoch, key: fromBase64url(key) }));
  if (first === undefined) throw invalid();
  return {
    signingKey: text.signingKey,
    keyEncryption: [first, ...others],
    indexKey: fromBase64url(text.indexKey),
    batchSeed: fromBase64url(text.batchSeed),
    operatorToken: text.operatorToken,
    ledgerAccountKey: text.ledgerAccountKey,
    ...(text.auditorToken === undefined ? {} : { auditorToken: text.auditorToken }),
  };
}

/** For the demonstration: the secrets at `path`, made there when absent. */
export async function readOrCreateSecrets(path: string, randomBytes: RandomBytes): Promise<IssuerSecrets> {
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  if (!isThere) await writeSecrets(path, createSecrets(randomBytes));
  return await readSecrets(path);
}

function parseSecrets(text: string): SecretsText {
  try {
    const value: unknown = JSON.parse(text);
    // The schema has just been checked, and SecretsText says the same.
    if (Value.Check(SecretsFile, value)) return value as SecretsText;
  } catch {
    // A syntax error quotes the text, so it goes no further.
  }
  throw invalid();
}

function invalid(): IssuerError {
  return new IssuerError('ISSUER_SECRET_INVALID', 'the file of secrets is not in its format');
}
