/**
 * The key of the issuer's ledger account, in a sealed file of its own: it anchors and signs nothing, as the signing key
 * signs and anchors nothing, so that a thief needs both files.
 *
 *   { "version": 1, "current": "0x…", "next": "0x…" }
 *
 * `next` is there while the account is being replaced: made, but not yet what the issuer writes with.
 */
import { toHex } from '../../core/bytes/hex.ts';
import type { RandomBytes } from '../../service/clock.ts';
import { Closed, Type, type TSchema } from '../../service/schema.ts';
import { Value } from 'typebox/value';
import { checkAccountKey } from './check-keys.ts';
import { KeyError } from './errors.ts';
import { readSealedFile, writeSealedFile } from './sealed-file.ts';
import type { UnlockSecret } from './unlock.ts';

export interface AccountKeys {
  /** secp256k1, `0x` hex. */
  readonly current: string;
  readonly next?: string;
}

export interface LedgerAccountFileOptions {
  readonly path: string;
  readonly secret: UnlockSecret;
  readonly randomBytes: RandomBytes;
}

const hexKey = Type.String({ pattern: '^0x[0-9a-f]{64}$' });
const AccountFile: TSchema = Closed({
  version: Type.Literal(1),
  current: hexKey,
  next: Type.Optional(hexKey),
});
const PURPOSE = 'ledger-account';
const KEY_BYTES = 32;

/** Throws what `readSealedFile` throws, `KEY_FILE_DAMAGED`, `KEY_WEAK`, `KEY_WELL_KNOWN`. */
export async function readAccountKeys({ path, secret }: LedgerAccountFileOptions): Promise<AccountKeys> {
  const value: unknown = JSON.parse(await readSealedFile(path, { purpose: PURPOSE, secret }));
  if (!Value.Check(AccountFile, value)) {
    throw new KeyError('KEY_FILE_DAMAGED', `what ${path} holds is no ledger account`);
  }
  // The schema has just been checked, and AccountKeys says the same.
  const { current, next } = value as AccountKeys;
  for (const key of [current, next]) if (key !== undefined) checkAccountKey(key);
  return next === undefined ? { current } : { current, next };
}

export async function writeAccountKeys(
  { path, secret, randomBytes }: LedgerAccountFileOptions,
  { current, next }: AccountKeys,
): Promise<void> {
  const text = JSON.stringify({ version: 1, current, ...(next === undefined ? {} : { next }) });
  await writeSealedFile(path, text, { purpose: PURPOSE, secret, randomBytes });
}

/** The key that comes after the current one; the same one until it is taken. On the disk when it resolves. */
export async function prepareNextAccount(options: LedgerAccountFileOptions): Promise<string> {
  const { current, next = toHex(options.randomBytes(KEY_BYTES)) } = await readAccountKeys(options);
  await writeAccountKeys(options, { current, next });
  return next;
}

/** The next key becomes the current one, and the former one is gone. Throws `KEY_UNKNOWN` when none was prepared. */
export async function takeNextAccount(options: LedgerAccountFileOptions): Promise<void> {
  const { next } = await readAccountKeys(options);
  if (next === undefined) throw new KeyError('KEY_UNKNOWN', 'no account was prepared to take over');
  await writeAccountKeys(options, { current: next });
}
