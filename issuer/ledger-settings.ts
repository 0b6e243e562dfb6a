/** Which ledger an issuer anchors on, and where it is reached, from the environment. */
import { readFile } from 'node:fs/promises';
import { parseDeployment, type Deployment } from '../ledger/deployment.ts';
import { ConfigError, readEnv, type Environment } from '../service/config.ts';

export interface LedgerSettings {
  readonly rpcUrl: string;
  readonly deployment: Deployment;
}

/** Reads `HCL_ISSUER_RPC` and the file that `HCL_ISSUER_DEPLOYMENT` names; throws `CONFIG_…` and `LEDGER_DEPLOYMENT_INVALID`. */
export async function readLedgerSettings(environment: Environment): Promise<LedgerSettings> {
  const env = readEnv(environment, 'HCL_ISSUER_');
  const rpcUrl = env.url('RPC');
  return { rpcUrl, deployment: await readDeployment(env.text('DEPLOYMENT')) };
}

async function readDeployment(path: string): Promise<Deployment> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new ConfigError('CONFIG_INVALID', 'HCL_ISSUER_DEPLOYMENT must name a file that can be read', {
      cause,
    });
  }
  return parseDeployment(text);
}
