/**
 * Hardhat: compiles `contracts/` and runs their tests. Nothing is downloaded: the compiler is the WebAssembly
 * build in the `solc` package, and a compiler warning fails the build.
 */
import { env } from 'node:process';
import { fileURLToPath } from 'node:url';
import hardhatEthers from '@nomicfoundation/hardhat-ethers';
import hardhatEthersChaiMatchers from '@nomicfoundation/hardhat-ethers-chai-matchers';
import hardhatMocha from '@nomicfoundation/hardhat-mocha';
import type { HardhatUserConfig } from 'hardhat/config';
import type { HardhatPlugin } from 'hardhat/types/plugins';

env['HARDHAT_DISABLE_TELEMETRY'] = 'true';

/** The rules of the ledger that the contracts are compiled for. */
export const EVM_VERSION = 'shanghai';

/** As `test/support/scale.ts`. */
const isLongRun = env['HCL_LONG'] === '1';

/** Test contracts are never deployed to a real chain: solc's warnings 5574 and 3860, code and init code size. */
function isSizeOfATest(error: { errorCode?: string; sourceLocation?: { file: string } }): boolean {
  const isSize = error.errorCode === '5574' || error.errorCode === '3860';
  return isSize && error.sourceLocation?.file.endsWith('.t.sol') === true;
}

const warningsAreErrors: HardhatPlugin = {
  id: 'warnings-are-errors',
  hookHandlers: {
    solidity: async () => ({
      default: async () => ({
        invokeSolc: async (context, compiler, input, config, next) => {
          const output = await next(context, compiler, input, config);
          const errors = (output.errors ?? []).map((error) =>
            error.severity === 'warning' && !isSizeOfATest(error)
              ? { ...error, type: 'WarningAsError', severity: 'error' as const }
              : error,
          );
          return { ...output, errors };
        },
      }),
    }),
  },
};

const config: HardhatUserConfig = {
  plugins: [hardhatEthers, hardhatEthersChaiMatchers, hardhatMocha, warningsAreErrors],
  paths: {
    sources: 'contracts',
    tests: { solidity: 'contracts/test', mocha: 'test/contracts' },
    artifacts: 'artifacts',
    cache: 'cache',
  },
  solidity: {
    version: '0.8.37',
    path: fileURLToPath(import.meta.resolve('solc/soljson.js')),
    settings: { evmVersion: EVM_VERSION, optimizer: { enabled: true, runs: 200 } },
    splitTestsCompilation: true,
  },
  networks: {
    default: {
      type: 'edr-simulated',
      chainType: 'l1',
      hardfork: 'shanghai',
      allowBlocksWithSameTimestamp: true,
    },
  },
  test: {
    mocha: { timeout: 20_000 },
    solidity: {
      // Room for the hundreds of thousands of calls of one growth test.
      gasLimit: 10n ** 12n,
      fuzz: { runs: isLongRun ? 10_000 : 256, seed: '0x68636c' },
      invariant: { runs: isLongRun ? 256 : 4, depth: isLongRun ? 256 : 64, failOnRevert: true },
    },
  },
};

export default config;
