/**
 * Row → two credentials signed, stored (synced) and provable, through the issuer as it runs, on a temporary
 * folder; beside raw ES256 signing of a message of a credential's size. The ledger answers at once here: what
 * it costs is measured with the node. Then the same by stage, as a file over HTTP, and as the store grows.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Issuer } from '../../issuer/issuer.ts';
import { machineLine, median, type Figure, type Settings } from './harness.ts';
import { benchIssueFile } from './issue-file.ts';
import { benchIssueGrowth } from './issue-growth.ts';
import { benchIssueStages } from './issue-stages.ts';
import { benchRows, issueHandles, rawSigning, withIssuer } from './issuing.ts';

const RECORDS = 10_240;
const CREDENTIALS = 2 * RECORDS;
const WARM_UP_RECORDS = 8192;
const TARGET = 0.5;
const POLL_MS = 5;

export async function benchIssue(settings: Settings): Promise<readonly Figure[]> {
  return [
    await endToEnd(settings),
    ...(await benchIssueStages(settings)),
    await benchIssueFile(settings),
    ...(await benchIssueGrowth(settings)),
  ];
}

async function endToEnd({ seed, rounds }: Settings): Promise<Figure> {
  const raw: number[] = [];
  const ours: number[] = [];
  await withIssuer(async (issuer) => {
    issuer.start();
    await takeIn(issuer, 0, WARM_UP_RECORDS);
    for (let round = 0; round < Math.min(rounds, 5); round++) {
      raw.push(rawSigning());
      ours.push(await issuing(issuer, WARM_UP_RECORDS + round * RECORDS));
    }
  });
  const [rate, limit] = [median(ours), median(raw)];
  return {
    bench: 'issue',
    unit: 'credentials/s',
    median: rate,
    limit,
    ratio: rate / limit,
    target: `≥ ${TARGET} × raw sign`,
    met: rate / limit >= TARGET,
    n: CREDENTIALS * ours.length,
    seed,
    machine: machineLine(),
    note: 'row → signed, stored with sync, in an anchored batch; ledger in memory',
  };
}

/** Credentials a second, from the first row to the last release. */
async function issuing(issuer: Issuer, first: number): Promise<number> {
  const startedAt = performance.now();
  await takeIn(issuer, first, RECORDS);
  return CREDENTIALS / ((performance.now() - startedAt) / 1000);
}

/** Issues and waits until every credential of the rows is released. */
async function takeIn(issuer: Issuer, first: number, count: number): Promise<void> {
  const handles = await issueHandles(issuer, benchRows(first, count));
  for (const handle of handles.slice(-4)) {
    while ((await issuer.credential(handle)).state !== 'released') await delay(POLL_MS);
  }
}
