/** `hcl policy list`: the policies that we ship, when they held and for whom. */
import { nodeCrypto } from '../service/node-crypto.ts';
import type { ExitCode } from './command.ts';
import type { Io } from './io.ts';
import { tableLines } from './page.ts';
import { digestOf, shippedSources } from './policy-sources.ts';
import { showLocal } from './policy-times.ts';

export async function listPolicies(json: boolean, io: Io): Promise<ExitCode> {
  const sources = await shippedSources();
  if (json) {
    for (const { cases, name, policy } of sources) {
      const { id, version } = policy;
      const { effective, jurisdiction, scope, title, topic } = policy.json;
      const digest = digestOf(nodeCrypto, policy);
      const line = {
        name,
        id,
        version,
        topic,
        title,
        jurisdiction,
        effective,
        scope,
        digest,
        cases: cases.length,
      };
      await io.out.write(`${JSON.stringify(line)}\n`);
    }
    return 0;
  }
  const rows = sources.map(({ name, policy }) => [
    name,
    showLocal(policy.fromSeconds, policy.offsetSeconds).slice(0, 10),
    policy.untilSeconds === undefined
      ? 'open'
      : showLocal(policy.untilSeconds, policy.offsetSeconds).slice(0, 10),
    showPlaces(policy.scope.places),
    digestOf(nodeCrypto, policy).slice(0, 10),
  ]);
  await io.out.write(tableLines(io.out, ['policy', 'from', 'until', 'for', 'digest'], rows));
  return 0;
}

/** `port:SZB port:HZMB` → `port:SZB HZMB`. */
function showPlaces(places: readonly string[]): string {
  return places
    .map((place, at) => {
      const [kind, name] = place.split(':');
      return at > 0 && name !== undefined && places[at - 1]?.startsWith(`${kind}:`) === true ? name : place;
    })
    .join(' ');
}
