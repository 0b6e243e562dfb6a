/** What the target's part has at hand besides. */
import type { QuotaPort, StatusPort } from '../decision-ports.ts';
import type { ConversionHouse } from '../house.ts';
import type { TargetEntry } from './entry.ts';

export interface TargetHouse extends ConversionHouse<TargetEntry> {
  readonly status: StatusPort;
  readonly quota: QuotaPort;
}
