/**
 * Whom the operator trusts to sign codes of other systems, as a value. Nothing is ever added because a code says so.
 * A member that is absent: no list for that system is loaded.
 */
import type { DivocTrust } from './divoc/trust.ts';
import type { HkTrust } from './hk/trust.ts';
import type { CredentialTrust } from './jose/trust.ts';
import type { HcertTrust } from './hcert/trust.ts';
import type { ListLife } from './list-life.ts';
import type { ShcTrust } from './shc/trust.ts';
import type { VdsncTrust } from './vdsnc/trust.ts';

export interface ForeignTrust {
  /** Of the file as a whole: `validUntil`. */
  readonly life?: ListLife;
  readonly hcert?: HcertTrust;
  readonly shc?: ShcTrust;
  readonly vdsnc?: VdsncTrust;
  readonly jwt?: CredentialTrust;
  readonly hk?: HkTrust;
  readonly divoc?: DivocTrust;
}
