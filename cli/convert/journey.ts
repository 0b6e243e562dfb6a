/** Who converts, from where to where, and what they wish. */
import type { ConsortiumIssuer } from '../consortium-file.ts';
import type { Io } from '../io.ts';
import type { HolderDevice } from './holder.ts';

export interface Journey {
  readonly device: HolderDevice;
  readonly source: ConsortiumIssuer;
  readonly target: ConsortiumIssuer;
  /** Whose public addresses the device knows. */
  readonly issuers: readonly ConsortiumIssuer[];
  /** In which refusals are told. */
  readonly language: string;
  readonly port: string | undefined;
  /** `YYYY-MM-DD`. */
  readonly plannedOn: string | undefined;
  readonly booking: string | undefined;
  /** Nothing but the result is written. */
  readonly isQuiet: boolean;
  readonly io: Io;
}
