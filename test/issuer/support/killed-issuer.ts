/**
 * An issuer as a process of its own, to be killed, stopped or traced: the service as it runs, on HTTP. Argument:
 * {@link IssuerProcessOptions} as JSON. It loads, waits for a line on its input, opens, and prints its address, or
 * `refused CODE` and ends. `HCL_FAULT=NAME:N` kills it at the N-th passing of a fault point (`fault-points.ts`).
 */
import { flushCompileCache } from 'node:module';
import { createInterface } from 'node:readline';
import { once } from 'node:events';
import { HclError } from '../../../core/errors.ts';
import type { Hex } from '../../../core/bytes/hex.ts';
import { toIssuerConfig, type IssuerConfig } from '../../../issuer/config.ts';
import type { IssuerPorts } from '../../../issuer/parts.ts';
import { connectLedger } from '../../../issuer/ledger-ports.ts';
import { readSecrets } from '../../../issuer/secrets.ts';
import { startIssuer, type StartedIssuer } from '../../../issuer/server.ts';
import type { Deployment } from '../../../ledger/deployment.ts';
import { demoHealthPolicies } from '../../../scripts/demo/demo-day.ts';
import { createRandomBytes } from '../../../service/clock.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { setFaultPoint } from './fault-points.ts';
import { portsAt } from './ledger-server.ts';

export interface IssuerProcessOptions {
  readonly config: IssuerConfig;
  readonly secretsFile: string;
  /** With the health policies of the demonstration's day, which hold for ever and are no JSON. */
  readonly isOfDemoDay?: boolean;
  /** The real ledger, or one in memory (`ledger-server.ts`). */
  readonly ledger:
    | { readonly rpcUrl: string; readonly deployment: Deployment }
    | { readonly url: string; readonly account: Hex };
}

// Only the tests start this program.
const {
  config,
  secretsFile,
  ledger,
  isOfDemoDay = false,
} = JSON.parse(process.argv[2] ?? '') as IssuerProcessOptions;
const secrets = await readSecrets(secretsFile);
// What is killed does not come to write its compile cache.
flushCompileCache();
const input = createInterface({ input: process.stdin });
await once(input, 'line');

const common = { crypto: nodeCrypto, now: Date.now, randomBytes: createRandomBytes() };
const ports: IssuerPorts =
  'url' in ledger
    ? { ...common, ...portsAt(ledger.url, ledger.account) }
    : { ...common, ...connectLedger({ ...ledger, did: config.did, accountKey: secrets.ledgerAccountKey }) };
const fault = process.env['HCL_FAULT'];
const started = await tryStart(fault === undefined ? ports : setFaultPoint(fault, ports));
// A parent that is gone, or has seen enough, wants no issuer.
input.once('close', () => void started.close().then(() => process.exit(0)));
process.stdout.write(`${started.url}\n`);

async function tryStart(withFaults: IssuerPorts): Promise<StartedIssuer> {
  try {
    // However busy the machine is, what is asked gets its answer.
    const limits = { maxEventLoopDelayMs: 600_000 };
    const policies = isOfDemoDay ? { healthPolicies: demoHealthPolicies() } : {};
    return await startIssuer(toIssuerConfig({ ...config, ...policies }), secrets, withFaults, limits);
  } catch (error) {
    if (!(error instanceof HclError)) throw error;
    process.stdout.write(`refused ${error.code}\n`);
    process.exit(5);
  }
}
