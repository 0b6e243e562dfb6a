/**
 * `localhost` has two addresses on most machines. The framework would open a second server for the other one, that knows
 * nothing of the front door and that no drain waits for; so a service listens on the one that the system names first.
 */
import { lookup as systemLookup } from 'node:dns/promises';

export async function oneAddress(
  host: string,
  lookup: (host: string) => Promise<{ readonly address: string }> = systemLookup,
): Promise<string> {
  return host === 'localhost' ? (await lookup(host)).address : host;
}
