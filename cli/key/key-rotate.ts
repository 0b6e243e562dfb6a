/**
 * `hcl key rotate`: a new signing key for an issuer that goes on issuing.
 *
 *   make → register → wait until effective → use → wait until the former key's queue is anchored → end its window
 *
 * Every step is left out when it is done already, so a rotation that was cut short goes on where it stopped.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { fromBase64url } from '../../core/bytes/base64url.ts';
import { fromJwk } from '../../core/credential/key.ts';
import type { SigningKeyStore, StoredSigningKey } from '../../issuer/keys/signing-key-store.ts';
import type { IssuerAdmin } from '../../ledger/issuer-admin.ts';
import type { ExitCode } from '../command.ts';
import { CliError } from '../errors.ts';
import type { Io } from '../io.ts';
import { issuerClient, type IssuerClient } from '../issuer-client.ts';
import { showTime } from '../page.ts';
import type { KeyJob } from './key-job.ts';
import { readKeyUses, reSignWaiting, useKey } from './key-service.ts';

export interface RotateOptions {
  /** How long the new key is good. */
  readonly days: number;
  /** How long the former key stays good after its last credential is anchored: for clocks that differ. */
  readonly overlapSeconds: number;
  /** How long to wait for the ledger. */
  readonly waitSeconds: number;
  /** Sign again what waits, instead of waiting for it. */
  readonly reSign: boolean;
  readonly json: boolean;
}

interface Rotation extends RotateOptions {
  readonly job: KeyJob;
  readonly admin: IssuerAdmin;
  readonly client: IssuerClient;
  readonly io: Io;
}

const DAY_SECONDS = 86_400;
const POLL_MS = 500;

export async function rotateKey(job: KeyJob, options: RotateOptions, io: Io): Promise<ExitCode> {
  const store = await job.store();
  const rotation = {
    ...options,
    job,
    io,
    admin: await job.admin(),
    client: await issuerClient(job.issuer, io),
  };
  const next = await nextKey(store, rotation);
  await say(rotation, `made        ${next.kid}`);
  await registerAndWait(next, rotation);
  const uses = await useKey(rotation.client, next.kid);
  await say(rotation, 'in use      from now on everything is signed with it');
  const formers = uses.filter(({ isPresent }) => !isPresent).map(({ kid }) => kid);
  if (options.reSign) await say(rotation, `signed      ${await reSignWaiting(rotation.client)} again`);
  await untilAnchored(rotation);
  const ended = await endWindows(formers, rotation);
  if (options.json) await io.out.write(`${JSON.stringify({ kid: next.kid, ended })}\n`);
  return 0;
}

/** The key of a rotation that was cut short, or a new one. */
async function nextKey(store: SigningKeyStore, rotation: Rotation): Promise<StoredSigningKey> {
  const { job, io } = rotation;
  const uses = await readKeyUses(rotation.client);
  const formers = uses.filter(({ isPresent }) => !isPresent).map(({ kid }) => kid);
  if ((await stillOpen(formers, rotation)).length > 0) return store.current;
  return (await unusedKey(store, job)) ?? (await store.add(io.nowSeconds()));
}

/** Made, and perhaps registered, by an earlier run that did not bring it into use: newer than the current, not stolen. */
async function unusedKey(store: SigningKeyStore, job: KeyJob): Promise<StoredSigningKey | undefined> {
  const at = store.keys.findIndex(({ kid }) => kid === store.current.kid);
  for (const key of store.keys.slice(at + 1)) {
    const grant = await job.reader.keyGrant(job.id, fromBase64url(key.kid));
    if (grant?.compromisedFrom === undefined) return key;
  }
  return undefined;
}

async function registerAndWait({ kid, jwk }: StoredSigningKey, rotation: Rotation): Promise<void> {
  const { admin, io, days } = rotation;
  const until = io.nowSeconds() + days * DAY_SECONDS;
  const grant = await admin.registerKey({ thumbprint: fromBase64url(kid), publicKey: fromJwk(jwk) }, until);
  await say(rotation, `registered  good from ${showTime(grant.from)} to ${showTime(grant.until)}`);
  await waitFor(rotation, async () => (await admin.reader.headTimeSeconds()) >= grant.from);
}

async function untilAnchored(rotation: Rotation): Promise<void> {
  const left = async (): Promise<number> =>
    (await readKeyUses(rotation.client))
      .filter(({ isPresent }) => !isPresent)
      .reduce((sum, { waiting }) => sum + waiting, 0);
  await waitFor(rotation, async () => (await left()) === 0);
  await say(rotation, 'anchored    all that former keys have signed');
}

async function endWindows(formers: readonly string[], rotation: Rotation): Promise<readonly string[]> {
  const open = await stillOpen(formers, rotation);
  for (const kid of open) {
    const until = await untilOf(rotation);
    await rotation.admin.endKey(fromBase64url(kid), until);
    await say(rotation, `ends        ${kid} at ${showTime(until)}`);
  }
  return open;
}

/** Those whose window has yet to be ended. A stolen one counts for nothing any more. */
async function stillOpen(kids: readonly string[], rotation: Rotation): Promise<readonly string[]> {
  const { job } = rotation;
  const open: string[] = [];
  for (const kid of kids) {
    const grant = await job.reader.keyGrant(job.id, fromBase64url(kid));
    const isOpen = grant !== undefined && grant.compromisedFrom === undefined;
    if (isOpen && grant.until > (await untilOf(rotation))) open.push(kid);
  }
  return open;
}

/** Later than the newest block, so that a batch in it lies within the window. */
async function untilOf({ job, io, overlapSeconds }: Rotation): Promise<number> {
  const newest = Math.max(await job.reader.headTimeSeconds(), io.nowSeconds());
  return newest + Math.max(1, overlapSeconds);
}

/** Throws `CLI_TIMED_OUT`: the same command goes on from there. */
async function waitFor(
  { io, waitSeconds }: Pick<Rotation, 'io' | 'waitSeconds'>,
  isDone: () => Promise<boolean>,
): Promise<void> {
  const deadline = io.nowSeconds() + waitSeconds;
  while (!(await isDone())) {
    if (io.nowSeconds() >= deadline) {
      throw new CliError(
        'CLI_TIMED_OUT',
        'the ledger was not ready in time; both keys stay good: run the same command again',
      );
    }
    await delay(POLL_MS);
  }
}

async function say({ io, json }: Pick<Rotation, 'io' | 'json'>, line: string): Promise<void> {
  await (json ? io.err : io.out).write(`  ${line}\n`);
}
