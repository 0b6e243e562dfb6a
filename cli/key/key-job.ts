/**
 * What every `hcl key` command works with: the issuer, its key files and its admin on the ledger. In the demonstration all
 * keys of a member lie in `<data>/keys/<name>/`; in earnest each has its own place, and the options name it.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { keyFilesIn } from '../../issuer/keys/issuer-keys.ts';
import { SigningKeyStore } from '../../issuer/keys/signing-key-store.ts';
import { readKeyFile } from '../../issuer/keys/key-file.ts';
import { readUnlock, type Unlock } from '../../issuer/keys/unlock.ts';
import { parseDeployment, type Deployment } from '../../ledger/deployment.ts';
import { issuerIdOf } from '../../ledger/identifiers.ts';
import { IssuerAdmin } from '../../ledger/issuer-admin.ts';
import { LedgerRpc } from '../../ledger/rpc.ts';
import { Sender } from '../../ledger/sender.ts';
import { TrustReader } from '../../ledger/trust-reader.ts';
import type { Hex } from '../../core/bytes/hex.ts';
import { createRandomBytes } from '../../service/clock.ts';
import { issuerByName, readConsortiumFile, type ConsortiumIssuer } from '../consortium-file.ts';
import { dataFolderOf, resolvePath, type Io } from '../io.ts';

export interface KeyPlaces {
  readonly keys?: string | undefined;
  readonly unlock?: string | undefined;
  readonly passphrase?: string | undefined;
  readonly adminKey?: string | undefined;
}

export type KeyFiles = ReturnType<typeof keyFilesIn>;

export interface KeyJob extends Disposable {
  readonly issuer: ConsortiumIssuer;
  /** The issuer as the ledger names it. */
  readonly id: Hex;
  readonly deployment: Deployment;
  readonly reader: TrustReader;
  /** Opens nothing yet. */
  files(): Promise<KeyFiles>;
  store(): Promise<SigningKeyStore>;
  admin(): Promise<IssuerAdmin>;
}

/** Throws `CLI_NOT_STARTED`, `CLI_FILE_INVALID`, `CLI_USAGE`; its methods throw any `KeyError`. */
export async function openKeyJob(name: string, places: KeyPlaces, io: Io): Promise<KeyJob> {
  const dataFolder = dataFolderOf(io);
  const consortium = await readConsortiumFile(dataFolder);
  const issuer = issuerByName(consortium, name);
  const deployment = parseDeployment(await readFile(consortium.deployment, 'utf8'));
  const own = join(dataFolder, 'keys', name.toLowerCase());
  const at = (given: string | undefined, usual: string): string =>
    given === undefined ? join(own, usual) : resolvePath(io, given);
  const rpc = new LedgerRpc({ url: consortium.rpcUrl });
  const id = issuerIdOf(issuer.did);
  const files = async (): Promise<KeyFiles> => {
    const secret = await readUnlock(await unlockOf(places, at(places.unlock, 'unlock.key'), io));
    return keyFilesIn(at(places.keys, 'issuer'), { secret, randomBytes: createRandomBytes() });
  };
  return {
    issuer,
    id,
    deployment,
    reader: new TrustReader({ rpc, deployment }),
    files,
    store: async () => await SigningKeyStore.open((await files()).signing),
    admin: async () => {
      const privateKey = (await readKeyFile(at(places.adminKey, 'issuer-admin.key'))).trim();
      const sender = new Sender({ rpc, privateKey, chainId: deployment.chainId });
      return new IssuerAdmin({ rpc, sender, deployment, issuer: id });
    },
    [Symbol.dispose]: () => rpc[Symbol.dispose](),
  };
}

async function unlockOf({ passphrase }: KeyPlaces, keyFile: string, io: Io): Promise<Unlock> {
  return passphrase === undefined
    ? { kind: 'key-file', path: keyFile }
    : await readPassphrase(passphrase, io);
}

/** @param file holds the passphrase and nothing else */
export async function readPassphrase(file: string, io: Io): Promise<Unlock> {
  const text = await readKeyFile(resolvePath(io, file));
  return { kind: 'passphrase', passphrase: text.replace(/\r?\n$/, '') };
}
