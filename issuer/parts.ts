/** The parts of an issuer: what they are made from, and what there is when they are. */
import type { Crypto } from '../core/crypto.ts';
import type { Clock, RandomBytes } from '../service/clock.ts';
import type { Log } from '../service/logging.ts';
import type { Store } from '../service/store.ts';
import type { Acts } from './acts/acts.ts';
import type { Background } from './background.ts';
import type { Batches } from './batches.ts';
import type { Bookings } from './bookings.ts';
import type { IssuerConfig } from './config.ts';
import type { Conversion } from './conversion/conversion.ts';
import type { ConversionPort } from './conversion/ports.ts';
import type { ForeignCodes } from './foreign/foreign-codes.ts';
import type { Imports } from './foreign/imports.ts';
import type { ForeignPublication } from './foreign/publication.ts';
import type { Gate } from './gate.ts';
import type { RecordIssuer } from './issue.ts';
import type { ColourActs } from './health/colour-acts.ts';
import type { Health } from './health/health.ts';
import type { IdempotencyKeys } from './idempotency.ts';
import type { KeyRotation } from './keys/key-rotation.ts';
import type { KeyRegistryPort, KeyStorePort } from './keys/ports.ts';
import type { PresentKey, SigningDesk } from './keys/signing-desk.ts';
import type { Lanes } from './lanes.ts';
import type { IssuerMetrics } from './metrics.ts';
import type { Privacy } from './privacy/privacy.ts';
import type { AnchorPort, StatusPort } from './ports.ts';
import type { Receipts } from './receipts.ts';
import type { Release } from './release.ts';
import type { WorkingSecrets } from './secrets.ts';
import type { Status } from './status.ts';
import type { StatusPublication } from './status-publication.ts';

/** Disposed with the issuer: whatever is asked of the ledger then is rejected. */
export interface IssuerPorts extends Partial<Disposable> {
  readonly crypto: Crypto;
  readonly ledger: AnchorPort;
  readonly status: StatusPort;
  readonly now: Clock;
  readonly randomBytes: RandomBytes;
  readonly log?: Log;
  /** To change the signing key from while running. */
  readonly keyStore?: KeyStorePort;
  /** To ask whether a signing key is good on the ledger. */
  readonly registry?: KeyRegistryPort;
  /** To convert codes; absent: none are. */
  readonly conversion?: ConversionPort;
}

/** All that works on one opened store. */
export interface Parts {
  readonly store: Store;
  readonly finisher: SigningDesk;
  readonly key: PresentKey;
  readonly metrics: IssuerMetrics;
  readonly gate: Gate;
  readonly records: RecordIssuer;
  readonly keys: IdempotencyKeys;
  readonly receipts: Receipts;
  readonly lanes: Lanes;
  readonly batches: Batches;
  readonly release: Release;
  readonly acts: Acts;
  readonly status: Status;
  readonly publication: StatusPublication;
  readonly background: Background;
  readonly rotation: KeyRotation;
  readonly privacy: Privacy;
  readonly foreign: ForeignCodes;
  readonly imports: Imports;
  readonly foreignPublication: ForeignPublication;
  /** Absent without a port to convert through. */
  readonly conversion: Conversion | undefined;
  readonly health: Health;
  readonly colourActs: ColourActs;
  readonly bookings: Bookings;
}

export interface Opening {
  readonly config: IssuerConfig;
  readonly secrets: WorkingSecrets;
  readonly ports: IssuerPorts;
  readonly metrics: IssuerMetrics;
  readonly onFailure: () => void;
}
