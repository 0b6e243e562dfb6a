/**
 * Where an issuer's keys are, from the environment: sealed files in a folder, and the signing key either among them or in
 * a hardware module. Only names of files are settings; what opens them is never in the environment, which others can see.
 */
import { readEnv, ConfigError, type Environment } from '../../service/config.ts';

/** Everything in sealed files, or the signing key in a module. */
export type SigningKeyPlace =
  | { readonly kind: 'file' }
  | {
      readonly kind: 'pkcs11';
      readonly modulePath: string;
      readonly tokenLabel: string;
      readonly keyLabel: string;
      readonly pinFile: string;
      readonly sessions: number;
    };

export interface KeySettings {
  /** Holds the three sealed files. */
  readonly folder: string;
  readonly unlock: { readonly kind: 'key-file' | 'passphrase-file'; readonly path: string };
  readonly signing: SigningKeyPlace;
}

const DEFAULT_SESSIONS = 8;
const MAX_SESSIONS = 256;

/** Reads `HCL_ISSUER_KEYS…` and `HCL_ISSUER_PKCS11_…`; throws `CONFIG_MISSING` or `CONFIG_INVALID` with the variable's name. */
export function readKeySettings(environment: Environment): KeySettings {
  const env = readEnv(environment, 'HCL_ISSUER_');
  const keyFile = env.optionalText('KEYS_UNLOCK_FILE');
  const passphraseFile = env.optionalText('KEYS_PASSPHRASE_FILE');
  if (keyFile !== undefined && passphraseFile !== undefined) {
    throw new ConfigError(
      'CONFIG_INVALID',
      'HCL_ISSUER_KEYS_UNLOCK_FILE and HCL_ISSUER_KEYS_PASSPHRASE_FILE are both set: one of them opens the keys',
    );
  }
  const unlock: KeySettings['unlock'] =
    passphraseFile === undefined
      ? { kind: 'key-file', path: env.text('KEYS_UNLOCK_FILE') }
      : { kind: 'passphrase-file', path: passphraseFile };
  const signing: SigningKeyPlace =
    env.optionalText('PKCS11_MODULE') === undefined ? { kind: 'file' } : readModule(env);
  return Object.freeze({ folder: env.text('KEYS'), unlock, signing });
}

function readModule(env: ReturnType<typeof readEnv>): SigningKeyPlace {
  return {
    kind: 'pkcs11',
    modulePath: env.text('PKCS11_MODULE'),
    tokenLabel: env.text('PKCS11_TOKEN'),
    keyLabel: env.text('PKCS11_KEY'),
    pinFile: env.text('PKCS11_PIN_FILE'),
    sessions: env.integer('PKCS11_SESSIONS', { fallback: DEFAULT_SESSIONS, min: 1, max: MAX_SESSIONS }),
  };
}
