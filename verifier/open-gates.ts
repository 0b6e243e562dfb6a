/** What gates need beside verdicts, opened as the settings say: the key of decisions, and the devices. */
import { join } from 'node:path';
import { createRandomBytes } from '../service/clock.ts';
import { ConfigError } from '../service/config.ts';
import { readSecretFile } from '../service/files.ts';
import { nodeCrypto } from '../service/node-crypto.ts';
import { readNoteKey } from '../service/note-key.ts';
import type { VerifierAppOptions } from './app.ts';
import type { VerifierConfig } from './config.ts';
import { Devices } from './devices/devices.ts';

const MIN_TOKEN_CHARACTERS = 32;

/** Throws a `NoteKeyError`, `FILE_READABLE_BY_OTHERS`, `CONFIG_INVALID`, and what the store throws. */
export async function openGates(
  { dataFolder, operatorTokenFile, turnstileKeyFile }: VerifierConfig,
  nowSeconds: () => number,
): Promise<Pick<VerifierAppOptions, 'turnstile' | 'enrolment'>> {
  const signer = turnstileKeyFile && (await readNoteKey({ name: 'turnstile', path: turnstileKeyFile }));
  const operatorToken = operatorTokenFile && (await readToken(operatorTokenFile));
  const deps = { crypto: nodeCrypto, randomBytes: createRandomBytes(), nowSeconds };
  return {
    ...(signer ? { turnstile: { signer, nowSeconds } } : {}),
    ...(operatorToken
      ? { enrolment: { devices: await Devices.open(join(dataFolder, 'devices'), deps), operatorToken } }
      : {}),
  };
}

async function readToken(path: string): Promise<string> {
  const token = (await readSecretFile(path)).trim();
  if (token.length < MIN_TOKEN_CHARACTERS) {
    const reason = `the token in HCL_VERIFIER_OPERATOR_TOKEN has fewer than ${MIN_TOKEN_CHARACTERS} characters`;
    throw new ConfigError('CONFIG_INVALID', reason);
  }
  return token;
}
