/** `hcl node` as a program: its allowlist changes while it runs. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, it } from 'mocha';
import { expect } from 'chai';
import {
  account,
  CHAIN_ID,
  FREE,
  GENESIS_SECONDS,
  SEALER_KEY,
  type RpcAnswer,
} from '../node/support/test-node.ts';

const MAIN = resolve(import.meta.dirname, '../../cli/main.ts');

describe('hcl node', function () {
  this.timeout(60_000);

  it('reads its allowlist again on SIGHUP, and keeps the old one when the new one is bad', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hcl-node-cli-'));
    const config = join(folder, 'node.json');
    const permissions = join(folder, 'permissions.toml');
    await writeFile(join(folder, 'sealer.key'), SEALER_KEY);
    await writeFile(permissions, 'accounts-allowlist=[]');
    await writeFile(
      config,
      JSON.stringify({
        dataFolder: 'data',
        chainId: CHAIN_ID,
        genesisTimestampSeconds: GENESIS_SECONDS - 200_000_000,
        sealerKeyFile: 'sealer.key',
        allowlistFile: 'permissions.toml',
        port: 0,
      }),
    );
    const child = spawn(process.execPath, [MAIN, 'node', '--config', config], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const out = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const err = createInterface({ input: child.stderr })[Symbol.asyncIterator]();
    try {
      const url = String((await out.next()).value).split(' ')[0] ?? '';
      const raw = await account(0).signTransaction({
        ...FREE,
        to: account(1).address,
        gasLimit: 21_000,
        nonce: 0,
      });
      expect((await send(url, raw)).error?.code).to.equal(-32007);

      await writeFile(permissions, `accounts-allowlist=["${account(0).address}"`);
      child.kill('SIGHUP');
      expect((await err.next()).value).to.match(
        /^the allowlist stays as it was: .*\(NODE_ALLOWLIST_INVALID\)$/,
      );
      expect((await send(url, raw)).error?.code).to.equal(-32007);

      await writeFile(permissions, `accounts-allowlist=["${account(0).address}"]`);
      child.kill('SIGHUP');
      expect((await out.next()).value).to.equal('the allowlist was read again');
      expect((await send(url, raw)).error).to.equal(undefined);
    } finally {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      expect(await exited).to.deep.equal([0, null]);
      await rm(folder, { recursive: true, force: true });
    }
  });
});

async function send(url: string, raw: string): Promise<RpcAnswer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_sendRawTransaction', params: [raw] }),
  });
  // The form of every answer of the node.
  return (await response.json()) as RpcAnswer;
}
