/** Waits for credentials to be released: batched, anchored, and provable. */
import { setTimeout as delay } from 'node:timers/promises';
import type { HeldCredential } from '../issuer/release.ts';
import type { IssuedCredential, IssuedRow } from '../issuer/row.ts';
import type { IssuerClient } from './issuer-client.ts';

/** A credential and, once it is released, its code. */
export interface ReleasedCredential extends IssuedCredential {
  readonly code?: string;
}

export interface ReleaseOptions {
  /** Unix seconds; what is not released by then is given without its code. */
  readonly deadlineSeconds: number;
  readonly nowSeconds: () => number;
}

const POLL_MS = 500;

/** The credentials of a row, as soon as all of them are released or the deadline has come. */
export async function releasedCredentials(
  row: IssuedRow,
  client: IssuerClient,
  options: ReleaseOptions,
): Promise<readonly ReleasedCredential[]> {
  const released: ReleasedCredential[] = [];
  for (const credential of row.credentials)
    released.push(await releasedCredential(credential, client, options));
  return released;
}

/** As {@link releasedCredentials}, of one. */
export async function releasedCredential(
  { profile, handle }: Pick<IssuedCredential, 'profile' | 'handle'>,
  client: IssuerClient,
  { deadlineSeconds, nowSeconds }: ReleaseOptions,
): Promise<ReleasedCredential> {
  for (;;) {
    const answer = await client({ method: 'GET', path: `/credentials/${handle}` });
    const { state, code } = answer.json() as HeldCredential; // the route's response schema
    if (code !== undefined) return { profile, handle, state, code };
    if (nowSeconds() >= deadlineSeconds) return { profile, handle, state };
    await delay(POLL_MS);
  }
}
