/**
 * Settings of a verifier: the environment is read here and nowhere else. Each variable: docs/configuration.md. The
 * demonstration's start script builds them itself.
 */
import { readFileSync } from 'node:fs';
import { MIN_SHORT_DAYS } from '../core/bundle/accept-bundle.ts';
import { parseDeployment, type Deployment } from '../ledger/deployment.ts';
import { ConfigError, readEnv, type Environment } from '../service/config.ts';
import { DEFAULT_UNREADY_MS } from '../service/drain.ts';
import type { FetchLimits } from './fetch-json.ts';
import { UNREGISTERED, type Unregistered } from './registered-policies.ts';

export interface PinnedIssuer {
  readonly did: string;
  /** Base address of its service, without a trailing slash. */
  readonly url: string;
}

/** What is published for devices, and how. */
export interface BundleConfig {
  readonly folder: string;
  readonly keyFile: string;
  readonly keyName: string;
  /** Base addresses, without a trailing slash. */
  readonly witnessUrls: readonly string[];
  readonly everySeconds: number;
  readonly shortDays: number;
}

export interface VerifierConfig {
  readonly dataFolder: string;
  readonly deployment: Deployment;
  readonly rpcUrls: readonly string[];
  readonly issuers: readonly PinnedIssuer[];
  readonly host: string;
  readonly port: number;
  /** Of the built pages; absent: no pages. */
  readonly pagesFolder?: string;
  readonly pollMs: number;
  readonly readySeconds: number;
  /** Names of policies, or paths of files; the first counts unless a request names another. */
  readonly policies: readonly string[];
  /** What becomes of rules that the ledger says nothing of. */
  readonly unregistered: Unregistered;
  /** The operator's list of signers of other systems' codes. */
  readonly trustFile?: string;
  /** Pause between two looks at these files. */
  readonly filesMs: number;
  /** Bounds of one status manifest. */
  readonly manifestLimits: FetchLimits;
  /** A code that two gates see within this time is an alarm; 0: never. */
  readonly twoGatesSeconds: number;
  /** Told to stop, it says that it is not ready, and answers, for as long. */
  readonly unreadyMs: number;
  /** Processes that answer, beside this one, which then only follows the ledger; 0: this one does both. */
  readonly workers: number;
  /** Requests for verdicts that are taken; absent: as many as come. */
  readonly requestsPerSecond?: number;
  /** Of an Ed25519 key that signs decisions; absent: no turnstile is answered. */
  readonly turnstileKeyFile?: string;
  /** Of the operator's bearer token; absent: no device can be enrolled. */
  readonly operatorTokenFile?: string;
  /** Absent: no bundles are published. */
  readonly bundle?: BundleConfig;
}

/** What a verifier does unless told otherwise; safe for one machine. */
export const VERIFIER_DEFAULTS: Readonly<
  Pick<
    VerifierConfig,
    | 'host'
    | 'port'
    | 'pollMs'
    | 'readySeconds'
    | 'policies'
    | 'unregistered'
    | 'filesMs'
    | 'manifestLimits'
    | 'twoGatesSeconds'
    | 'unreadyMs'
    | 'workers'
  >
> = {
  host: '127.0.0.1',
  port: 4100,
  pollMs: 1000,
  readySeconds: 60,
  policies: ['base'],
  unregistered: 'tell',
  filesMs: 10_000,
  // A list of 2^17 entries is at most 44 kB of token.
  manifestLimits: { maxBytes: 16 * 1024 * 1024, timeoutMs: 10_000 },
  twoGatesSeconds: 60,
  unreadyMs: DEFAULT_UNREADY_MS,
  workers: 0,
};

/** Throws `CONFIG_MISSING` and `CONFIG_INVALID` with the variable's name, `LEDGER_DEPLOYMENT_INVALID`. */
export function readConfig(environment: Environment): VerifierConfig {
  const env = readEnv(environment, 'HCL_VERIFIER_');
  const pagesFolder = env.optionalText('PAGES');
  return Object.freeze({
    dataFolder: env.text('DATA'),
    deployment: readDeployment(env.text('DEPLOYMENT')),
    rpcUrls: env
      .text('RPC')
      .split(',')
      .map((url) => toHttpUrl(url, 'RPC')),
    issuers: (env.optionalText('ISSUERS') ?? '').split(',').filter(Boolean).map(toPinnedIssuer),
    host: env.text('HOST', VERIFIER_DEFAULTS.host),
    port: env.integer('PORT', { fallback: VERIFIER_DEFAULTS.port, min: 0, max: 65_535 }),
    ...(pagesFolder === undefined ? {} : { pagesFolder }),
    pollMs: env.integer('POLL_MS', { fallback: VERIFIER_DEFAULTS.pollMs, min: 50, max: 3_600_000 }),
    readySeconds: env.integer('READY_SECONDS', {
      fallback: VERIFIER_DEFAULTS.readySeconds,
      min: 1,
      max: 86_400,
    }),
    policies: toNames(env.text('POLICIES', VERIFIER_DEFAULTS.policies.join(','))),
    unregistered: env.oneOf('UNREGISTERED_POLICIES', UNREGISTERED, VERIFIER_DEFAULTS.unregistered),
    ...requestLimit(env.integer('REQUESTS_PER_SECOND', { fallback: 0, min: 0, max: 1_000_000 })),
    ...optionalPath('trustFile', env.optionalText('TRUST')),
    ...optionalPath('turnstileKeyFile', env.optionalText('TURNSTILE_KEY')),
    ...optionalPath('operatorTokenFile', env.optionalText('OPERATOR_TOKEN')),
    filesMs: 1000 * env.integer('FILES_SECONDS', { fallback: 10, min: 1, max: 86_400 }),
    manifestLimits: VERIFIER_DEFAULTS.manifestLimits,
    twoGatesSeconds: env.integer('TWO_GATES_SECONDS', {
      fallback: VERIFIER_DEFAULTS.twoGatesSeconds,
      min: 0,
      max: 3600,
    }),
    unreadyMs: env.integer('UNREADY_MS', { fallback: VERIFIER_DEFAULTS.unreadyMs, min: 0, max: 300_000 }),
    workers: env.integer('WORKERS', { fallback: VERIFIER_DEFAULTS.workers, min: 0, max: 64 }),
    ...readBundleConfig(env),
  });
}

function toNames(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.includes('')) {
    throw new ConfigError('CONFIG_INVALID', 'HCL_VERIFIER_POLICIES must be names or files, comma separated');
  }
  return names;
}

function requestLimit(perSecond: number): Pick<VerifierConfig, 'requestsPerSecond'> {
  return perSecond === 0 ? {} : { requestsPerSecond: perSecond };
}

function optionalPath(
  name: 'trustFile' | 'turnstileKeyFile' | 'operatorTokenFile',
  path: string | undefined,
): Pick<VerifierConfig, typeof name> {
  return path === undefined ? {} : { [name]: path };
}

function readBundleConfig(env: ReturnType<typeof readEnv>): Pick<VerifierConfig, 'bundle'> {
  const folder = env.optionalText('BUNDLES');
  if (folder === undefined) return {};
  return {
    bundle: {
      folder,
      keyFile: env.text('BUNDLE_KEY'),
      keyName: env.text('BUNDLE_NAME'),
      witnessUrls: env
        .text('WITNESSES')
        .split(',')
        .map((url) => toHttpUrl(url, 'WITNESSES')),
      everySeconds: env.integer('BUNDLE_SECONDS', { fallback: 60, min: 1, max: 86_400 }),
      shortDays: env.integer('BUNDLE_DAYS', { fallback: 30, min: MIN_SHORT_DAYS, max: 366 }),
    },
  };
}

/** `did:web:health.example=https://issuer.example` */
function toPinnedIssuer(text: string): PinnedIssuer {
  const [did, url, ...rest] = text.split('=');
  if (did?.startsWith('did:') !== true || url === undefined || rest.length > 0) {
    throw new ConfigError('CONFIG_INVALID', 'HCL_VERIFIER_ISSUERS must be did=url pairs');
  }
  return { did, url: toHttpUrl(url, 'ISSUERS') };
}

function toHttpUrl(text: string, name: string): string {
  const url = URL.parse(text.trim());
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new ConfigError('CONFIG_INVALID', `HCL_VERIFIER_${name} must hold http or https URLs`);
  }
  return url.href.replace(/\/$/, '');
}

function readDeployment(path: string): Deployment {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new ConfigError('CONFIG_INVALID', 'HCL_VERIFIER_DEPLOYMENT must name a file that can be read', {
      cause,
    });
  }
  return parseDeployment(text);
}
