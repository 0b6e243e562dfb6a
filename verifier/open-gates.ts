/** What gates need beside verdicts, opened as the settings say: the key of decisions, and the devices. */
import { join } from 'node:path';
import { createRandomBytes } from '../service/clock.ts';
import { ConfigError } from '../service/config.ts';
import { readSecretFile } from '../service/files.ts';
import { nodeCrypto } from '../service/node-crypto.ts';
import { readNoteKey } from '../service/note-key.ts';
import type { VerifierAppOptions } from './app.ts';
import type { VerifierConfig } from './config.ts';
import { Devices, type DeviceDesk } from './devices/devices.ts';

/** With the devices as they were opened. */
export interface Gates<Desk extends DeviceDesk> extends Pick<VerifierAppOptions, 'turnstile'> {
  readonly enrolment?: { readonly devices: Desk; readonly operatorToken: string };
}

const MIN_TOKEN_CHARACTERS = 32;

/**
 * Throws a `NoteKeyError`, `FILE_READABLE_BY_OTHERS`, `CONFIG_INVALID`, and what `devices` throws.
 *
 * @param devices opens them; not asked where none can be enrolled
 */
export async function openGates<Desk extends DeviceDesk>(
  { operatorTokenFile, turnstileKeyFile }: VerifierConfig,
  nowSeconds: () => number,
  devices: () => Promise<Desk>,
): Promise<Gates<Desk>> {
  const signer = turnstileKeyFile && (await readNoteKey({ name: 'turnstile', path: turnstileKeyFile }));
  const operatorToken = operatorTokenFile && (await readToken(operatorTokenFile));
  return {
    ...(signer ? { turnstile: { signer, nowSeconds } } : {}),
    ...(operatorToken ? { enrolment: { devices: await devices(), operatorToken } } : {}),
  };
}

/** Those that the store holds. Throws what it throws when another process has it. */
export function openDevices({ dataFolder }: VerifierConfig, nowSeconds: () => number): Promise<Devices> {
  const deps = { crypto: nodeCrypto, randomBytes: createRandomBytes(), nowSeconds };
  return Devices.open(join(dataFolder, 'devices'), deps);
}

async function readToken(path: string): Promise<string> {
  const token = (await readSecretFile(path)).trim();
  if (token.length < MIN_TOKEN_CHARACTERS) {
    const reason = `the token in HCL_VERIFIER_OPERATOR_TOKEN has fewer than ${MIN_TOKEN_CHARACTERS} characters`;
    throw new ConfigError('CONFIG_INVALID', reason);
  }
  return token;
}
