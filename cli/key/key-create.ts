/** `hcl key create`: all keys of a new issuer, sealed where it is to work; nobody needs a ledger for it. */
import { join } from 'node:path';
import type { Hex } from '../../core/bytes/hex.ts';
import { isThere, openOrCreateIssuerKeys } from '../../issuer/keys/issuer-keys.ts';
import { createUnlockFile } from '../../issuer/keys/unlock.ts';
import { addressOfKey } from '../../ledger/identifiers.ts';
import { createRandomBytes } from '../../service/clock.ts';
import { makePrivateFolder, writeFileAtomically } from '../../service/files.ts';
import type { ExitCode } from '../command.ts';
import { required } from '../command.ts';
import { usageError } from '../errors.ts';
import { resolvePath, type Io } from '../io.ts';
import { fieldLines } from '../page.ts';
import { readPassphrase, type KeyPlaces } from './key-job.ts';

/** What the issuer's admin registers: public, to be read aloud from the screen. */
interface Created {
  readonly kid: string;
  readonly x: string;
  readonly y: string;
  readonly account: Hex;
}

/** @param places `keys` and one of `unlock` and `passphrase`. Throws `CLI_USAGE` when something lies there already. */
export async function createKeys(
  places: KeyPlaces & { readonly tokens: string | undefined },
  json: boolean,
  io: Io,
): Promise<ExitCode> {
  const folder = resolvePath(io, required(places.keys, '--keys'));
  const tokens = resolvePath(io, required(places.tokens, '--tokens'));
  if (await isThere(folder)) throw usageError(`${folder} is there already: keys are made once`);
  const randomBytes = createRandomBytes();
  const { secrets, signing } = await openOrCreateIssuerKeys({
    folder,
    unlock:
      places.passphrase === undefined
        ? await createUnlockFile(resolvePath(io, required(places.unlock, '--unlock')), randomBytes)
        : await readPassphrase(places.passphrase, io),
    randomBytes,
    nowSeconds: io.nowSeconds,
  });
  await makePrivateFolder(tokens);
  await writeFileAtomically(join(tokens, 'operator.token'), `${secrets.operatorToken}\n`);
  // Keys that are made have one.
  await writeFileAtomically(join(tokens, 'auditor.token'), `${secrets.auditorToken ?? ''}\n`);

  const { kid, jwk } = signing.current;
  const account = addressOfKey(secrets.ledgerAccountKey);
  const created: Created = { kid, x: jwk.x, y: jwk.y, account };
  await io.out.write(json ? `${JSON.stringify(created)}\n` : createdPage(created, io));
  return 0;
}

function createdPage({ kid, x, y, account }: Created, io: Io): string {
  return fieldLines(io.out, [
    { label: 'Signing key', value: kid },
    { label: 'x', value: x },
    { label: 'y', value: y },
    { label: 'Ledger account', value: account },
  ]);
}
