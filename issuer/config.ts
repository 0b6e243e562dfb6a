/** Settings of an issuer: the environment is read here and nowhere else. Each variable: docs/configuration.md. */
import type { BatchClass } from '../core/credential/credential-type.ts';
import type { Mapping } from '../core/conversion/mapping.ts';
import type { Policy } from '../core/policy/policy.ts';
import { readBudgetConfig, type BudgetConfig } from './budget/rules.ts';
import { readEnv, ConfigError, type Environment } from '../service/config.ts';
import type { LogLevel } from '../service/logging.ts';
import { readPrivacyConfig, type PrivacyConfig } from './privacy/config.ts';

export interface IssuerConfig {
  /** `did:web:hk-dh.example`. */
  readonly did: string;
  readonly name: string;
  /** ISO 3166-1 alpha-2. */
  readonly jurisdiction: string;
  /** Folder of the store; created 0700. */
  readonly dataFolder: string;
  /** Base of the status lists' addresses, for ever part of every credential: `https://hk-dh.example`. */
  readonly publicBaseUrl: string;
  /** How long a credential waits for company in its batch. */
  readonly windowMs: Readonly<Record<BatchClass, number>>;
  readonly status: {
    /** How long a published status counts as fresh; a new version is published after half of it. */
    readonly freshForSeconds: number;
  };
  /** Records that may wait for the ledger before new ones are refused. */
  readonly maxWaiting: number;
  readonly http: {
    readonly host: string;
    /** 0 = any free port. */
    readonly port: number;
    readonly maxFileBytes: number;
  };
  readonly logLevel: LogLevel;
  /** Absent: none, which is announced at start. */
  readonly budget?: BudgetConfig;
  /** Default: `PRIVACY_DEFAULTS`. */
  readonly privacy?: PrivacyConfig;
  /** PEM file of document signer certificates for the signing keys; absent: each key signs its own. */
  readonly documentSigners?: string;
  /** File of the programmes whose places can be booked; absent: those of 2020 to 2023. */
  readonly bookingProgrammes?: string;
  /** File of signers whose codes are taken over, as `hcl verify --trust` reads it; absent: nobody's. */
  readonly foreignTrust?: string;
  /** What gives colours; default: the policies that we ship, each in its time. */
  readonly healthPolicies?: readonly Policy[];
  /** What becomes of codes of elsewhere, and of ours there; default: the mappings that we ship. */
  readonly mappings?: readonly Mapping[];
}

export const ISSUER_DEFAULTS = {
  windowMs: { short: 30_000, long: 600_000 },
  freshForSeconds: 86_400,
  maxWaiting: 1_000_000,
  host: '127.0.0.1',
  port: 7101,
  maxFileBytes: 1_073_741_824,
} as const;

const DAY_MS = 86_400_000;

/** Reads `HCL_ISSUER_*`; throws `CONFIG_MISSING` or `CONFIG_INVALID` with the variable's name. */
export function readIssuerConfig(environment: Environment): IssuerConfig {
  const env = readEnv(environment, 'HCL_ISSUER_');
  const defaults = ISSUER_DEFAULTS;
  const documentSigners = env.optionalText('DOCUMENT_SIGNERS');
  const foreignTrust = env.optionalText('FOREIGN_TRUST');
  const bookingProgrammes = env.optionalText('BOOKING_PROGRAMMES');
  const window = (name: string, fallback: number): number =>
    env.integer(name, { fallback, min: 100, max: DAY_MS });
  return toIssuerConfig({
    did: env.text('DID'),
    name: env.text('NAME'),
    jurisdiction: env.text('JURISDICTION'),
    dataFolder: env.text('DATA'),
    publicBaseUrl: env.url('PUBLIC_URL'),
    windowMs: {
      short: window('WINDOW_SHORT_MS', defaults.windowMs.short),
      long: window('WINDOW_LONG_MS', defaults.windowMs.long),
    },
    status: {
      freshForSeconds: env.integer('STATUS_FRESH_S', {
        fallback: defaults.freshForSeconds,
        min: 60,
        max: 604_800,
      }),
    },
    maxWaiting: env.integer('MAX_WAITING', { fallback: defaults.maxWaiting, min: 4_096, max: 100_000_000 }),
    http: {
      host: env.text('HOST', defaults.host),
      port: env.integer('PORT', { fallback: defaults.port, min: 0, max: 65_535 }),
      maxFileBytes: env.integer('MAX_FILE_BYTES', { fallback: defaults.maxFileBytes, min: 1_024, max: 1e12 }),
    },
    privacy: readPrivacyConfig(env),
    logLevel: env.oneOf('LOG_LEVEL', ['error', 'warn', 'info', 'debug', 'silent'], 'info'),
    budget: readBudgetConfig(env),
    ...(documentSigners === undefined ? {} : { documentSigners }),
    ...(foreignTrust === undefined ? {} : { foreignTrust }),
    ...(bookingProgrammes === undefined ? {} : { bookingProgrammes }),
  });
}

/** Checks what a type cannot say, and freezes. */
export function toIssuerConfig(config: IssuerConfig): IssuerConfig {
  if (!/^did:web:[A-Za-z0-9.:%-]+$/.test(config.did)) {
    throw new ConfigError('CONFIG_INVALID', 'HCL_ISSUER_DID must be a did:web');
  }
  if (!/^[A-Z]{2}$/.test(config.jurisdiction)) {
    throw new ConfigError('CONFIG_INVALID', 'HCL_ISSUER_JURISDICTION must be two capital letters');
  }
  const { windowMs, status, http } = config;
  return Object.freeze({
    ...config,
    windowMs: Object.freeze({ ...windowMs }),
    status: Object.freeze({ ...status }),
    http: Object.freeze({ ...http }),
  });
}
