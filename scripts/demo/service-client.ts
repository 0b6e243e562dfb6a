/** The services over HTTP, as any client would use them. */
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Verdict } from '../../core/verify/verdict.ts';
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

/** Posts a file of records; answers row by row, as the issuer does. */
export async function postRecords(
  issuer: DemoIssuer,
  file: string,
): Promise<readonly (IssuedRow | RefusedRow)[]> {
  const body = await readFile(file);
  const answer = await call(
    issuer,
    'POST',
    '/records',
    { 'content-type': issuer.member.seedMediaType },
    body,
  );
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

export async function revoke(issuer: DemoIssuer, handle: string, reason: string): Promise<void> {
  await call(
    issuer,
    'POST',
    '/revocations',
    { 'content-type': 'application/json' },
    JSON.stringify({ handle, reason }),
  );
}

export async function verify(verifierUrl: string, code: string): Promise<Verdict> {
  const answer = await fetch(`${verifierUrl}/verify`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code }),
  });
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

async function call(
  { member, url }: DemoIssuer,
  method: 'GET' | 'POST',
  path: string,
  headers: Record<string, string> = {},
  body?: string | Uint8Array<ArrayBuffer>,
): Promise<Response> {
  const authorization = `Bearer ${member.keys.issuer.operatorToken}`;
  const answer = await fetch(url + path, {
    method,
    headers: { authorization, ...headers },
    ...(body === undefined ? {} : { body }),
  });
  if (!answer.ok)
    throw new Error(`${member.name} answered ${answer.status} to ${method} ${path.split('/')[1]}`);
  return answer;
}
