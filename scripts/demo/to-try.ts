/** What the demonstration invites to try of quotas and conversions, as it prints it: a test runs these very lines. */
import { join } from 'node:path';
import { toDate } from '../../core/policy/civil-day.ts';
import { today } from '../../booking/window.ts';

/** Stands for what the command before it has printed. */
export const REFERENCE = 'REFERENCE';

/** A place of Return2HK for today, and the conversion that uses it, as arguments of `hcl`. */
export function bookingLines(folder: string, nowSeconds: number): readonly string[] {
  const traveller = join(folder, 'traveller');
  const slot = `--programme RETURN2HK --port HZMB --date ${toDate(today(nowSeconds))}`;
  const way = '--from MO-SSM --to HK-DH --port HZMB';
  return [
    'booking quotas --issuer HK-DH --programme RETURN2HK',
    `convert specimen --out ${traveller}`,
    `booking book --issuer HK-DH ${slot} --party ${join(traveller, 'party.json')}`,
    `booking confirm ${REFERENCE} --issuer HK-DH`,
    `convert ${way} --key ${join(traveller, 'key.jwk')} --booking ${REFERENCE}`,
    `booking show ${REFERENCE} --issuer HK-DH`,
  ];
}
