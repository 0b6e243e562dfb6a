/**
 * Hardhat for `test-worker.ts`: the project's own settings, but artifacts in the worker's folder, which
 * `HCL_GATE_FOLDER` names, and contracts of any size, since what the gates compile is not optimised.
 */
import { join } from 'node:path';
import { env } from 'node:process';
import type { HardhatUserConfig } from 'hardhat/config';
import project from '../../hardhat.config.ts';

const folder = env['HCL_GATE_FOLDER'];
if (folder === undefined) throw new Error('HCL_GATE_FOLDER is not set');
const network = project.networks?.['default'];
if (network?.type !== 'edr-simulated') throw new Error('the default network is not a simulated one');

const config: HardhatUserConfig = {
  ...project,
  paths: { ...project.paths, artifacts: join(folder, 'artifacts'), cache: join(folder, 'cache') },
  networks: { ...project.networks, default: { ...network, allowUnlimitedContractSize: true } },
};

export default config;
