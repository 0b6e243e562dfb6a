/** `hcl policy status`: what the ledger has under a policy's id, beside what the policy says. */
import type { Hex } from '../core/bytes/hex.ts';
import type { PolicyVersion } from '../core/trust/policy-list.ts';
import type { Registration } from '../core/verify/policy-rules.ts';
import type { ExitCode } from './command.ts';
import type { Io } from './io.ts';
import { fieldLines, printable, showTime, tableLines } from './page.ts';
import type { PolicyRegistration } from './policy-registration.ts';

const WORDS: Readonly<Record<Registration, string>> = {
  registered: 'in force, with this content',
  unregistered: 'nothing under this id, or nothing yet',
  other: 'another content is in force: checkpoints do not ask these rules',
  withdrawn: 'withdrawn: checkpoints do not ask these rules',
  unknown: 'nothing is known of the ledger',
};

interface Listed extends PolicyVersion {
  readonly authority: string;
}

export async function showStatus(
  { authorities, names, now, source, state }: PolicyRegistration,
  json: boolean,
  io: Io,
): Promise<ExitCode> {
  const { id, jurisdiction, version } = source.policy;
  const versions: readonly Listed[] = authorities.flatMap(({ id: owner, name }) =>
    state.policies.policyVersions(owner, names.id).map((one) => ({ authority: name, ...one })),
  );
  const { registration } = now;
  if (json) {
    const { digest } = names;
    const line = { name: source.name, id, version, jurisdiction, digest, registration, versions };
    await io.out.write(`${JSON.stringify(line)}\n`);
    return 0;
  }
  await io.out.write(
    fieldLines(io.out, [
      { label: 'Policy', value: `${source.name} (${jurisdiction}), digest ${short(names.digest)}` },
      { label: 'On the ledger', value: WORDS[registration] },
    ]),
  );
  if (versions.length === 0) return 0;
  const rows = versions.map((one) => [
    printable(one.authority),
    String(one.version),
    one.digest === undefined ? 'withdrawn' : short(one.digest),
    showTime(one.effectiveFrom),
    one.digest === names.digest ? 'this content' : '',
  ]);
  await io.out.write(`\n${tableLines(io.out, ['authority', 'version', 'digest', 'from', ''], rows, [1])}`);
  return 0;
}

function short(digest: Hex): string {
  return `${digest.slice(0, 10)}…`;
}
