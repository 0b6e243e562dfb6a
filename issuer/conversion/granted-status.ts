/** Our own health codes that follow from converted ones: issued through the one door for derived records. */
import { toHex } from '../../core/bytes/hex.ts';
import type { StatusRecord } from '../../core/record/derived.ts';
import { ConversionError } from '../../core/conversion/errors.ts';
import type { Clock, RandomBytes } from '../../service/clock.ts';
import type { RecordIssuer } from '../issue.ts';
import type { StatusPort } from './decision-ports.ts';
import { toRfc3339 } from './times.ts';

export interface GrantedStatusDependencies {
  readonly records: Pick<RecordIssuer, 'issueDerived'>;
  readonly jurisdiction: string;
  readonly now: Clock;
  readonly randomBytes: RandomBytes;
}

const INBOUND = 'hcl|inbound-surveillance';

export function grantedStatus({
  records,
  jurisdiction,
  now,
  randomBytes,
}: GrantedStatusDependencies): StatusPort {
  return {
    ownColour: () => Promise.resolve(undefined),
    async issue(grant, addTo) {
      const { subject, holderKey, scheme, state, ruleId, ruleVersion, validUntilSeconds } = grant;
      const record: StatusRecord = {
        type: 'status',
        subject,
        holderKey,
        scheme,
        state,
        ruleId,
        ruleVersion,
        ...(state === 'green' ? {} : { ground: INBOUND }),
        since: toRfc3339(Math.floor(now() / 1000)),
        change: toHex(randomBytes(16)).slice(2),
        validUntil: toRfc3339(validUntilSeconds),
        country: jurisdiction,
      };
      const [result] = await records.issueDerived([record], {
        addTo: (batch, [recordId]) => {
          if (recordId !== undefined) addTo(batch, recordId);
        },
      });
      if (result === undefined || 'problems' in result)
        throw new ConversionError('CONVERSION_CODE_NOT_VALID');
    },
  };
}
