/**
 * Hardhat 3 with the node as an external network: the project that Hardhat itself gives to beginners (its template
 * `02-mocha-ethers`, contract and tests unchanged) compiles, deploys, calls and reads logs on a started node.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { after, before, describe, it } from 'mocha';
import { expect } from 'chai';
import { account, GENESIS_SECONDS, TestNode } from './support/test-node.ts';

const ROOT = resolve(import.meta.dirname, '..', '..');
const TEMPLATE = join(ROOT, 'node_modules/hardhat/templates/02-mocha-ethers');
const HARDHAT = join(ROOT, 'node_modules/hardhat/dist/src/cli.js');

/**
 * The template's own configuration, but for the compiler from npm and the networks. Hardhat offers 1 wei where all
 * others paid nothing, so an account without a balance says that gas costs nothing, as on a Besu network.
 */
function configFor(url: string): string {
  const soljson = fileURLToPath(import.meta.resolve('solc/soljson.js'));
  return `import hardhatEthers from '@nomicfoundation/hardhat-ethers';
import hardhatEthersChaiMatchers from '@nomicfoundation/hardhat-ethers-chai-matchers';
import hardhatMocha from '@nomicfoundation/hardhat-mocha';
import { defineConfig } from 'hardhat/config';

export default defineConfig({
  plugins: [hardhatEthers, hardhatEthersChaiMatchers, hardhatMocha],
  solidity: { version: '0.8.37', path: ${JSON.stringify(soljson)}, settings: { evmVersion: 'shanghai' } },
  networks: {
    free: { type: 'http', url: ${JSON.stringify(url)}, accounts: ['${account(0).privateKey}'], gasPrice: 0 },
    funded: { type: 'http', url: ${JSON.stringify(url)}, accounts: ['${account(1).privateKey}'] },
  },
});
`;
}

describe('node: Hardhat with the node as an external network', function () {
  this.timeout(120_000);
  let test: TestNode;
  let project: string;

  before(async () => {
    const balance = 10n ** 18n;
    test = await TestNode.start({
      genesis: {
        timestampSeconds: GENESIS_SECONDS,
        // An address is 0x and 40 digits.
        alloc: { [account(1).address.toLowerCase() as `0x${string}`]: { balance } },
      },
    });
    project = await mkdtemp(join(tmpdir(), 'hcl-hardhat-'));
    await cp(join(TEMPLATE, 'contracts/Counter.sol'), join(project, 'contracts/Counter.sol'));
    await cp(join(TEMPLATE, 'test'), join(project, 'test'), { recursive: true });
    await cp(join(TEMPLATE, 'tsconfig.json'), join(project, 'tsconfig.json'));
    await writeFile(join(project, 'package.json'), '{"name":"beginner","private":true,"type":"module"}');
    await writeFile(join(project, 'hardhat.config.ts'), configFor(test.url));
    await symlink(join(ROOT, 'node_modules'), join(project, 'node_modules'));
  });
  after(async () => {
    await test[Symbol.asyncDispose]();
    await rm(project, { recursive: true, force: true });
  });

  for (const [network, sender] of [
    ['free', 0],
    ['funded', 1],
  ] as const) {
    it(`compiles, deploys, calls and reads logs as the template’s own tests do, with a ${network} account`, async () => {
      const first = Number(await test.result('eth_blockNumber')) + 1;
      const { code, output } = await hardhat(['test', 'mocha', '--network', network]);
      expect(code, output).to.equal(0);
      expect(output).to.contain('2 passing');
      // Two contracts, one increment in the first test and ten in the second.
      expect(await test.result('eth_getTransactionCount', [account(sender).address, 'latest'])).to.equal(
        '0xd',
      );
      const logs = await test.result('eth_getLogs', [
        { fromBlock: `0x${first.toString(16)}`, toBlock: 'latest' },
      ]);
      expect(logs).to.have.length(11);
      expect(test.errors).to.deep.equal([]);
    });
  }

  async function hardhat(
    args: readonly string[],
  ): Promise<{ readonly code: unknown; readonly output: string }> {
    const child = spawn(process.execPath, [HARDHAT, ...args], {
      cwd: project,
      env: { ...process.env, HARDHAT_DISABLE_TELEMETRY_PROMPT: 'true', NO_COLOR: '1' },
    });
    const exited = once(child, 'exit');
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
    const [code] = await exited;
    return { code, output: out + err };
  }
});
