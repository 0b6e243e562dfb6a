/**
 * What an issuer's store and its operators need, in a sealed file: none of it signs or anchors.
 *
 *   { "version": 1, "keyEncryption": [{ "epoch": 1, "key": "…" }], "indexKey": "…", "batchSeed": "…",
 *     "operatorToken": "…", "auditorToken": "…" }
 */
import { Value } from 'typebox/value';
import { fromBase64url, toBase64url } from '../../core/bytes/base64url.ts';
import type { RandomBytes } from '../../service/clock.ts';
import { Closed, Type, type TSchema } from '../../service/schema.ts';
import type { IssuerSecrets } from '../secrets.ts';
import { KeyError } from './errors.ts';
import { readSealedFile, writeSealedFile } from './sealed-file.ts';
import type { UnlockSecret } from './unlock.ts';

export interface StoreSecrets extends Omit<IssuerSecrets, 'signingKey' | 'ledgerAccountKey'> {
  /** Opens the history of acts to an auditor, and nothing else. */
  readonly auditorToken?: string;
}

export interface StoreSecretsFileOptions {
  readonly path: string;
  readonly secret: UnlockSecret;
  readonly randomBytes: RandomBytes;
}

interface StoreSecretsText {
  readonly version: 1;
  readonly keyEncryption: readonly { readonly epoch: number; readonly key: string }[];
  readonly indexKey: string;
  readonly batchSeed: string;
  readonly operatorToken: string;
  readonly auditorToken?: string;
}

const key = Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' });
const StoreSecretsFile: TSchema = Closed({
  version: Type.Literal(1),
  keyEncryption: Type.Array(Closed({ epoch: Type.Integer({ minimum: 1 }), key }), { minItems: 1 }),
  indexKey: key,
  batchSeed: key,
  operatorToken: Type.String({ minLength: 32 }),
  auditorToken: Type.Optional(Type.String({ minLength: 32 })),
});
const PURPOSE = 'store-secrets';

/** Throws what `readSealedFile` throws, `KEY_FILE_DAMAGED`, and `KEY_SHARED` when an auditor's token is an operator's. */
export async function readStoreSecrets({ path, secret }: StoreSecretsFileOptions): Promise<StoreSecrets> {
  const value: unknown = JSON.parse(await readSealedFile(path, { purpose: PURPOSE, secret }));
  if (!Value.Check(StoreSecretsFile, value)) throw noSecrets(path);
  // The schema says what StoreSecretsText says.
  const text = value as StoreSecretsText;
  const [first, ...others] = text.keyEncryption.map((entry) => ({
    epoch: entry.epoch,
    key: fromBase64url(entry.key),
  }));
  if (first === undefined) throw noSecrets(path);
  const { operatorToken, auditorToken } = text;
  if (auditorToken === operatorToken) {
    throw new KeyError('KEY_SHARED', 'operators and auditors have one token: make one of its own for each');
  }
  return {
    keyEncryption: [first, ...others],
    indexKey: fromBase64url(text.indexKey),
    batchSeed: fromBase64url(text.batchSeed),
    operatorToken,
    ...(auditorToken === undefined ? {} : { auditorToken }),
  };
}

export async function writeStoreSecrets(
  { path, secret, randomBytes }: StoreSecretsFileOptions,
  { keyEncryption, indexKey, batchSeed, operatorToken, auditorToken }: StoreSecrets,
): Promise<void> {
  const text: StoreSecretsText = {
    version: 1,
    keyEncryption: keyEncryption.map((entry) => ({ epoch: entry.epoch, key: toBase64url(entry.key) })),
    indexKey: toBase64url(indexKey),
    batchSeed: toBase64url(batchSeed),
    operatorToken,
    ...(auditorToken === undefined ? {} : { auditorToken }),
  };
  await writeSealedFile(path, JSON.stringify(text), { purpose: PURPOSE, secret, randomBytes });
}

function noSecrets(path: string): KeyError {
  return new KeyError('KEY_FILE_DAMAGED', `what ${path} holds are no secrets of a store`);
}
