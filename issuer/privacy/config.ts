/** Settings of privacy. Each variable: docs/configuration.md. */
import { CREDENTIAL_TYPES, type CredentialType } from '../../core/credential/credential-type.ts';
import type { EnvironmentReader } from '../../service/config.ts';
import { DEFAULT_RETENTION_DAYS, type RetentionDays } from './retention.ts';

export interface PrivacyConfig {
  /** Folder of the epochs' keys: not where the store is copied to. Default: `epochs` in the data folder. */
  readonly epochFolder?: string;
  /** How long after an erasure its epoch may live on, so that erasures share a turn. */
  readonly turnAfterMs: number;
  readonly retentionDays: RetentionDays;
}

const HOUR_MS = 3_600_000;
const MAX_DAYS = 36_500;

export const PRIVACY_DEFAULTS: PrivacyConfig = {
  turnAfterMs: 12 * HOUR_MS,
  retentionDays: DEFAULT_RETENTION_DAYS,
};

/** `KEEP_TEST_DAYS` and so on; 0 = until somebody asks. */
export function readPrivacyConfig(env: EnvironmentReader): PrivacyConfig {
  const days = (type: CredentialType): number | undefined => {
    const fallback = DEFAULT_RETENTION_DAYS[type] ?? 0;
    const set = env.integer(`KEEP_${type.toUpperCase()}_DAYS`, { fallback, min: 0, max: MAX_DAYS });
    return set === 0 ? undefined : set;
  };
  const epochFolder = env.optionalText('EPOCH_FOLDER');
  return {
    ...(epochFolder === undefined ? {} : { epochFolder }),
    // Erased means dead within a day: the turn begins early enough to be through by then.
    turnAfterMs: env.integer('EPOCH_HOURS', { fallback: 12, min: 0, max: 20 }) * HOUR_MS,
    // One entry for each type.
    retentionDays: Object.fromEntries(CREDENTIAL_TYPES.map((type) => [type, days(type)])) as RetentionDays,
  };
}
