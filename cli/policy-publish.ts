/** `hcl policy publish` and `withdraw`: a policy's next version on the ledger, by the authority whose rules they are. */
import { fromHex } from '../core/bytes/hex.ts';
import type { ExitCode } from './command.ts';
import { usageError } from './errors.ts';
import type { Io } from './io.ts';
import { showTime } from './page.ts';
import type { PolicyRegistration } from './policy-registration.ts';

export interface PublishOptions {
  /** Unix seconds; absent: as soon as the ledger allows, and the policy itself begins. */
  readonly from: number | undefined;
  readonly json: boolean;
}

/** Until the transaction is in a block. */
const MARGIN_SECONDS = 30;

/** The same content is published once, however often this is asked. */
export async function publishPolicy(
  registration: PolicyRegistration,
  { from, json }: PublishOptions,
  io: Io,
): Promise<ExitCode> {
  const { names, now, source } = registration;
  const { fromSeconds } = source.policy;
  if (from !== undefined && from < fromSeconds) {
    throw usageError(`--from is before the policy itself begins, ${showTime(fromSeconds)}`);
  }
  const published = await registration.act(async ({ id: authority, name }, client) => {
    const last = await client.policy(authority, names.id);
    if (last?.digest === names.digest) return { authority: name, ...last, isNew: false };
    const soonest = now.seconds + (await client.leadTimeSeconds()) + MARGIN_SECONDS;
    const effectiveFrom = from ?? Math.max(soonest, fromSeconds);
    const version = (last?.version ?? 0) + 1;
    const digest = fromHex(names.digest);
    await client.publish({ authority, policy: names.id, version, digest, effectiveFrom });
    return { authority: name, version, effectiveFrom, isNew: true };
  });
  const { authority, effectiveFrom, isNew, version } = published;
  const what = `${source.name} is version ${version} of ${authority}, in force from ${showTime(effectiveFrom)}`;
  await io.out.write(
    json
      ? `${JSON.stringify({ name: source.name, authority, version, digest: names.digest, effectiveFrom, isNew })}\n`
      : `  ${what}${isNew ? '' : ', as it was before'}\n`,
  );
  return 0;
}

/** Whichever version is the last under its id; at once unless `from` says when. */
export async function withdrawPolicy(
  registration: PolicyRegistration,
  { from, json }: PublishOptions,
  io: Io,
): Promise<ExitCode> {
  const { names, source, state } = registration;
  const { id } = source.policy;
  const authority = await registration.act(async ({ id: owner, name }, client) => {
    const published = state.policies
      .policyVersions(owner, names.id)
      .findLast(({ digest }) => digest !== undefined);
    if (published === undefined) throw usageError(`${name} has published nothing under ${id}`);
    const ended = { version: published.version, ...(from === undefined ? {} : { effectiveFrom: from }) };
    await client.withdraw(owner, names.id, ended);
    return name;
  });
  const when = from === undefined ? 'from now on' : `from ${showTime(from)} on`;
  await io.out.write(
    json
      ? `${JSON.stringify({ id, authority, withdrawnFrom: from ?? null })}\n`
      : `  ${authority} has withdrawn ${id} ${when}\n`,
  );
  return 0;
}
