/** How many people a day a programme lets through a port. */
import type { Programme, QuotaRow } from './programme.ts';

/** The row that holds on a date of travel; `undefined` when the programme does not run there then. */
export function quotaOn({ quotas }: Programme, port: string, date: string): QuotaRow | undefined {
  let found: QuotaRow | undefined;
  for (const row of quotas) {
    if (row.port !== port || row.from > date) continue;
    if (found === undefined || row.from > found.from) found = row;
  }
  return found?.until !== undefined && found.until < date ? undefined : found;
}

/** Whether the programme runs at the port on some day. */
export function knowsPort({ quotas }: Programme, port: string): boolean {
  return quotas.some((row) => row.port === port);
}
