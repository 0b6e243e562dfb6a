/**
 * The demonstration's keys: made once from the operating system's randomness, kept in `keys/`, one file a
 * secret, readable by the owner only. Real deployments keep each of these where its owner decides.
 */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makePrivateFolder, readSecretFile, writeFileAtomically } from '../../service/files.ts';

export interface MemberKeys {
  /** secp256k1 private keys, `0x` hex. */
  readonly authorityAdmin: string;
  readonly issuerAdmin: string;
  readonly account: string;
  readonly approvers: readonly [string, string];
  /** Ed25519 private JWK. */
  readonly checkpointKey: string;
  /** P-256 private JWK. */
  readonly signingKey: string;
  readonly keyEncryptionKey: string;
  readonly batchSecret: string;
  readonly operatorToken: string;
  readonly operatorTokenFile: string;
}

/** Keys of the ledger itself. */
export interface LedgerKeys {
  readonly sealer: string;
  readonly governor: string;
}

export async function ledgerKeys(folder: string): Promise<LedgerKeys> {
  return {
    sealer: await secret(folder, 'ledger/sealer.key', newHexKey),
    governor: await secret(folder, 'ledger/governor.key', newHexKey),
  };
}

export async function memberKeys(folder: string, name: string): Promise<MemberKeys> {
  const own = (file: string): string => `${name.toLowerCase()}/${file}`;
  return {
    authorityAdmin: await secret(folder, own('authority-admin.key'), newHexKey),
    issuerAdmin: await secret(folder, own('issuer-admin.key'), newHexKey),
    account: await secret(folder, own('ledger-account.key'), newHexKey),
    approvers: [
      await secret(folder, own('approver-1.key'), newHexKey),
      await secret(folder, own('approver-2.key'), newHexKey),
    ],
    checkpointKey: await secret(folder, own('checkpoint-key.jwk.json'), newCheckpointKey),
    signingKey: await secret(folder, own('signing-key.jwk.json'), newSigningKey),
    keyEncryptionKey: await secret(folder, own('key-encryption.key'), newHexKey),
    batchSecret: await secret(folder, own('batch-secret.key'), newHexKey),
    operatorToken: await secret(folder, own('operator.token'), () => randomBytes(32).toString('base64url')),
    operatorTokenFile: join(folder, own('operator.token')),
  };
}

function newHexKey(): string {
  return `0x${randomBytes(32).toString('hex')}`;
}

function newCheckpointKey(): string {
  return JSON.stringify(generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }));
}

/** 32 bytes (RFC 8032). */
export function checkpointPublicKey({ checkpointKey }: MemberKeys): Uint8Array {
  const { x = '' } = JSON.parse(checkpointKey) as { x?: string }; // written by newCheckpointKey
  return Buffer.from(x, 'base64url');
}

export function newSigningKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return JSON.stringify(privateKey.export({ format: 'jwk' }));
}

async function secret(folder: string, name: string, create: () => string): Promise<string> {
  const file = join(folder, name);
  if (!existsSync(file)) {
    await makePrivateFolder(dirname(file));
    await writeFileAtomically(file, `${create()}\n`);
  }
  return (await readSecretFile(file)).trim();
}
