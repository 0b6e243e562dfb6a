/**
 * The rules that a checkpoint says it asks, against the ledger: `policies[].rules[]` of its `GET /state`, of which id,
 * version, jurisdiction and digest are read. What it says of the ledger itself is not believed.
 */
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import type { Hex } from '../core/bytes/hex.ts';
import { HclError } from '../core/errors.ts';
import { registeredAt } from '../core/policy/ledger-registry.ts';
import type { LedgerState } from '../core/trust/ledger-state.ts';
import { policyIdOf } from '../ledger/policy-id.ts';
import type { CheckpointReport } from './report.ts';
import type { FetchDocument } from './source.ts';

const LIMITS = { maxBytes: 1024 * 1024, timeoutMs: 10_000 };

const rule = Type.Object({
  id: Type.String({ maxLength: 200 }),
  version: Type.Integer(),
  jurisdiction: Type.String({ maxLength: 10 }),
  digest: Type.Unsafe<Hex>(Type.String({ pattern: '^0x[0-9a-f]{64}$' })),
});
const checkpointState = Compile(
  Type.Object({ policies: Type.Array(Type.Object({ rules: Type.Array(rule) })) }),
);

/**
 * Rejects never: a checkpoint that does not answer is told as such, and so is a history that led to no state, by which
 * none can be judged. @param url its address, without a trailing slash
 */
export async function auditCheckpoint(
  url: string,
  {
    fetch,
    state,
  }: { readonly fetch: FetchDocument; readonly state: Pick<LedgerState, 'policies' | 'trust'> | undefined },
  atSeconds: number,
): Promise<CheckpointReport> {
  if (state === undefined)
    return { url, problem: 'the history of the ledger does not hold together', rules: [] };
  const asked = await rulesOf(url, fetch);
  if (typeof asked === 'string') return { url, problem: asked, rules: [] };
  const rules = asked.map((one) => {
    const names = { ...one, id: policyIdOf(one.id) };
    return { ...one, registration: registeredAt(names, atSeconds, state).registration };
  });
  return { url, rules };
}

/** Rules that nobody has registered are told, and no difference: nobody has said anything else. */
export function isAtOdds(checkpoint: CheckpointReport | undefined): boolean {
  if (checkpoint === undefined) return false;
  const { problem, rules } = checkpoint;
  return (
    problem !== undefined ||
    rules.some(({ registration }) => registration === 'other' || registration === 'withdrawn')
  );
}

/** Each once, though several of its policies may ask it; or why it cannot be said. */
async function rulesOf(
  url: string,
  fetch: FetchDocument,
): Promise<readonly Type.Static<typeof rule>[] | string> {
  let said: unknown;
  try {
    said = await fetch(`${url}/state`, LIMITS);
  } catch (error) {
    if (!(error instanceof HclError)) throw error;
    return `${error.message} (${error.code})`;
  }
  if (!checkpointState.Check(said)) return 'what it answers is not the state of a checkpoint';
  const rules = said.policies.flatMap((policy) => policy.rules);
  return [...new Map(rules.map((one) => [`${one.jurisdiction} ${one.id} ${one.digest}`, one])).values()];
}
