/**
 * The demonstration's keys: made once from the operating system's randomness, kept in `keys/`, one file a
 * secret, readable by the owner only; an issuer's own are sealed (`issuer/keys/issuer-keys.ts`). In a real
 * consortium each of these lies with its owner and nowhere else.
 */
import { Buffer } from 'node:buffer';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileKeyStore } from '../../issuer/keys/file-key-store.ts';
import { keyFilesIn, openOrCreateIssuerKeys } from '../../issuer/keys/issuer-keys.ts';
import type { KeyStorePort } from '../../issuer/keys/ports.ts';
import { createUnlockFile, readUnlock } from '../../issuer/keys/unlock.ts';
import type { IssuerSecrets } from '../../issuer/secrets.ts';
import { makePrivateFolder, readSecretFile, writeFileAtomically } from '../../service/files.ts';

/** secp256k1 private keys are `0x` and 64 hex digits. */
export interface MemberKeys {
  /** One of the owners of the Safe that governs the ledger. */
  readonly governor: string;
  readonly authorityAdmin: string;
  readonly issuerAdmin: string;
  readonly approvers: readonly string[];
  /** Ed25519, 32 bytes (RFC 8032): the public half. */
  readonly checkpointPublicKey: Uint8Array;
  /** Where its private half lies. */
  readonly checkpointKeyFile: string;
  /** What the issuer service itself holds. */
  readonly issuer: IssuerSecrets;
  /** Where it takes its next signing key from. */
  readonly keyStore: KeyStorePort;
  /** The operator token alone, for the command line. */
  readonly operatorTokenFile: string;
  readonly auditorTokenFile: string;
  /** Where the keys of `approvers` lie. */
  readonly approverKeyFiles: readonly string[];
}

/** Keys of the ledger itself. */
export interface LedgerKeys {
  readonly sealer: string;
  /** Creates the contracts and hands in what the governors have signed; has no power. */
  readonly deployer: string;
}

export async function ledgerKeys(folder: string): Promise<LedgerKeys> {
  const own = join(folder, 'ledger');
  await makePrivateFolder(own);
  return {
    sealer: await secret(join(own, 'sealer.key'), newHexKey),
    deployer: await secret(join(own, 'deployer.key'), newHexKey),
  };
}

export async function memberKeys(folder: string, name: string): Promise<MemberKeys> {
  const own = join(folder, name.toLowerCase());
  await makePrivateFolder(own);
  // The demonstration's one concession: what unlocks the keys lies beside them.
  const unlock = await createUnlockFile(join(own, 'unlock.key'), (length) => randomBytes(length));
  const sealed = join(own, 'issuer');
  const { secrets: issuer } = await openOrCreateIssuerKeys({
    folder: sealed,
    unlock,
    plainFile: join(own, 'issuer-secrets.json'),
    randomBytes: (length) => randomBytes(length),
    nowSeconds: () => Math.floor(Date.now() / 1000),
  });
  const { signing } = keyFilesIn(sealed, {
    secret: await readUnlock(unlock),
    randomBytes: (length) => randomBytes(length),
  });
  const operatorTokenFile = join(own, 'operator.token');
  await writeFileAtomically(operatorTokenFile, `${issuer.operatorToken}\n`);
  const auditorTokenFile = join(own, 'auditor.token');
  await writeFileAtomically(auditorTokenFile, `${issuer.auditorToken ?? ''}\n`);
  const approverKeyFiles = [join(own, 'approver-1.key'), join(own, 'approver-2.key')];
  const checkpointKeyFile = join(own, 'checkpoint-key.jwk.json');
  const checkpointPublicKey = await noteKey(checkpointKeyFile);
  return {
    governor: await secret(join(own, 'governor.key'), newHexKey),
    authorityAdmin: await secret(join(own, 'authority-admin.key'), newHexKey),
    issuerAdmin: await secret(join(own, 'issuer-admin.key'), newHexKey),
    approvers: await Promise.all(approverKeyFiles.map((file) => secret(file, newHexKey))),
    checkpointPublicKey,
    checkpointKeyFile,
    issuer,
    keyStore: fileKeyStore(signing),
    operatorTokenFile,
    auditorTokenFile,
    approverKeyFiles,
  };
}

/** Makes an Ed25519 key unless it is there; its public half, 32 bytes. */
export async function noteKey(file: string): Promise<Uint8Array> {
  const { x = '' } = JSON.parse(await secret(file, newNoteKey)) as { x?: string };
  return Buffer.from(x, 'base64url');
}

function newHexKey(): string {
  return `0x${randomBytes(32).toString('hex')}`;
}

function newNoteKey(): string {
  return JSON.stringify(generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }));
}

async function secret(file: string, create: () => string): Promise<string> {
  if (!existsSync(file)) await writeFileAtomically(file, `${create()}\n`);
  return (await readSecretFile(file)).trim();
}
