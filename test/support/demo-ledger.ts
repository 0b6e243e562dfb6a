/** The demonstration's ledger with its members and mappings, for services that a test starts on it. */
import { join } from 'node:path';
import type { Deployment } from '../../ledger/deployment.ts';
import { demoMappings } from '../../scripts/demo/demo-day.ts';
import {
  deployOnce,
  foundTrust,
  startDemoNode,
  withKeys,
  type Member,
} from '../../scripts/demo/found-ledger.ts';
import { foundMappings } from '../../scripts/demo/found-mappings.ts';
import { ledgerKeys } from '../../scripts/demo/keys.ts';
import { DEMO_MEMBERS } from '../../scripts/demo/members.ts';

export interface DemoLedger {
  /** Of its node. */
  readonly url: string;
  readonly deployment: Deployment;
  readonly members: readonly Member[];
}

/** In `folder`, the deployment in `deployment.json`; it ends with `stack`. */
export async function foundDemoLedger(folder: string, stack: AsyncDisposableStack): Promise<DemoLedger> {
  const keys = await ledgerKeys(join(folder, 'keys'));
  const members = await Promise.all(DEMO_MEMBERS.map((member) => withKeys(member, join(folder, 'keys'))));
  const { close, url } = await startDemoNode(join(folder, 'ledger'), 0, keys, members);
  stack.defer(close);
  const deployment = await deployOnce(join(folder, 'deployment.json'), url, keys, members);
  await foundTrust(url, deployment, keys, members);
  await foundMappings(url, deployment, { authorities: members, mappings: demoMappings() });
  return { url, deployment, members };
}
