/** The services over HTTP, as any client would use them. */
import { setTimeout as delay } from 'node:timers/promises';
import { toShown, type PostedBatch } from '../../cli/acts/client.ts';
import { readActBatch } from '../../core/act/batch.ts';
import { fromHex } from '../../core/bytes/hex.ts';
import type { Verdict } from '../../core/verify/verdict.ts';
import type { ActView } from '../../issuer/acts/acts.ts';
import type { ActRequest } from '../../issuer/acts/propose.ts';
import { approveActs } from '../../ledger/act-approval.ts';
import type { Deployment } from '../../ledger/deployment.ts';
import { issuerIdOf } from '../../ledger/identifiers.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import type { DemoIssuer } from './consortium.ts';

export interface IssuedRow {
  readonly row: number;
  readonly recordId: string;
  readonly duplicate: boolean;
  readonly credentials: readonly { readonly profile: 'venue' | 'travel'; readonly handle: string }[];
}

export interface RefusedRow {
  readonly row: number;
  readonly problems: readonly { readonly field: string; readonly code: string; readonly reason: string }[];
}

const RELEASE_DEADLINE_MS = 60_000;
const POLL_MS = 200;
const BUSY = 503;
const BUSY_PAUSE_MS = 1_000;
const BUSY_DEADLINE_MS = 60_000;

/** Posts a file of records; answers row by row, as the issuer does. */
export async function postRecords(
  issuer: DemoIssuer,
  mediaType: string,
  body: Uint8Array<ArrayBuffer>,
): Promise<readonly (IssuedRow | RefusedRow)[]> {
  const answer = await call(issuer, 'POST', '/records', { 'content-type': mediaType }, body);
  return ((await answer.json()) as { rows: (IssuedRow | RefusedRow)[] }).rows; // the route's response schema
}

/** The code of a credential, as soon as it is released. */
export async function releasedCode(issuer: DemoIssuer, handle: string): Promise<string> {
  for (const deadline = Date.now() + RELEASE_DEADLINE_MS; ; await delay(POLL_MS)) {
    const answer = await call(issuer, 'GET', `/credentials/${handle}`);
    const { code } = (await answer.json()) as { code?: string }; // the route's response schema
    if (code !== undefined) return code;
    if (Date.now() > deadline)
      throw new Error(`${issuer.member.name} has not released a credential for a minute`);
  }
}

/** Revokes as two people do: one act proposed, shown, and signed with the key of each. Again: nothing new. */
export async function revoke(
  issuer: DemoIssuer,
  deployment: Deployment,
  act: Pick<ActRequest, 'reason' | 'legalBasis' | 'notice'> & { readonly handle: string },
): Promise<void> {
  const { did, keys } = issuer.member;
  const place = { deployment, issuer: issuerIdOf(did) };
  const { handle, ...terms } = act;
  const body = { kind: 'revoke', ...terms, target: { by: 'credential', handle } };
  // Both answers are of the routes' response schemas.
  const { id, state } = (await post(issuer, '/acts', body, { 'idempotency-key': handle })) as ActView;
  if (state !== 'proposed' && state !== 'approving') return;
  const batch = (await post(issuer, '/acts/batches', { acts: [id], replace: true })) as PostedBatch;
  readActBatch(nodeCrypto, toShown(batch));
  for (const key of keys.approvers) {
    const { signature } = approveActs(key, place, { ...batch, root: fromHex(batch.root) });
    await post(issuer, `/acts/batches/${batch.root}/approvals`, { signature });
  }
}

export async function verify(verifierUrl: string, code: string): Promise<Verdict> {
  const ask = (): Promise<Response> =>
    fetch(`${verifierUrl}/verify`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code }),
    });
  let answer = await ask();
  for (const deadline = Date.now() + BUSY_DEADLINE_MS; answer.status === BUSY && Date.now() < deadline;) {
    await delay(BUSY_PAUSE_MS);
    answer = await ask();
  }
  if (!answer.ok) throw new Error(`the verifier answered ${answer.status}`);
  const { verdicts } = (await answer.json()) as { verdicts: readonly Verdict[] }; // the route's response schema
  const [verdict] = verdicts;
  if (verdict === undefined) throw new Error('the verifier gave no verdict');
  return verdict;
}

/** Asks again until the verifier's knowledge has caught up, or a minute has passed. */
export async function verifyUntil(
  verifierUrl: string,
  code: string,
  isExpected: (verdict: Verdict) => boolean,
): Promise<Verdict> {
  for (const deadline = Date.now() + RELEASE_DEADLINE_MS; ; await delay(POLL_MS)) {
    const verdict = await verify(verifierUrl, code);
    if (isExpected(verdict) || Date.now() > deadline) return verdict;
  }
}

async function post(
  issuer: DemoIssuer,
  path: string,
  body: object,
  headers: Record<string, string> = {},
): Promise<unknown> {
  const json = { 'content-type': 'application/json', ...headers };
  return (await call(issuer, 'POST', path, json, JSON.stringify(body))).json();
}

async function call(
  { member, url }: DemoIssuer,
  method: 'GET' | 'POST',
  path: string,
  headers: Record<string, string> = {},
  body?: string | Uint8Array<ArrayBuffer>,
): Promise<Response> {
  const authorization = `Bearer ${member.keys.issuer.operatorToken}`;
  for (const deadline = Date.now() + BUSY_DEADLINE_MS; ; await delay(BUSY_PAUSE_MS)) {
    const answer = await fetch(url + path, {
      method,
      headers: { authorization, ...headers },
      ...(body === undefined ? {} : { body }),
    });
    if (answer.ok) return answer;
    await answer.body?.cancel();
    // Refused before anything was done: the machine is behind.
    if (answer.status === BUSY && Date.now() < deadline) continue;
    throw new Error(`${member.name} answered ${answer.status} to ${method} ${path.split('/')[1]}`);
  }
}
