/**
 * An issuer in a process of its own that does what its input says, so that it needs no new file or connection to be
 * told: `node starved-issuer.ts OPTIONS`. Each line is answered by one line of JSON:
 *
 *   records [RECORD, …]   {"status":200,"rows":[…]}, or {"status":503,"code":"STORE_FAILED"}
 *   ready                 {"status":503}; metrics the same
 *   refusals              {"status":200,"count":3}: so often it could not open its store again
 *   open                  {"status":200}, once the store is open again
 *   settle                {"status":200}, or {"status":503} when the ledger cannot be reached
 *
 * Level takes a new file for every 64 KiB, and not for every 64 MiB, of what it is given.
 */
import { createInterface } from 'node:readline';
import { writeSync } from 'node:fs';
import { Level } from 'level';
import { buildIssuerApp } from '../../../issuer/app.ts';
import { Issuer } from '../../../issuer/issuer.ts';
import { readSecrets } from '../../../issuer/secrets.ts';
import { createRandomBytes } from '../../../service/clock.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import type { IssuerProcessOptions } from './killed-issuer.ts';
import { portsAt } from './ledger-server.ts';

const WRITE_BUFFER_BYTES = 64 * 1024;

useSmallFiles();
// Only the tests start this program.
const { config, secretsFile, ledger } = JSON.parse(process.argv[2] ?? '') as IssuerProcessOptions;
if (!('url' in ledger)) throw new Error('this program has a ledger in memory');
const secrets = await readSecrets(secretsFile);
const { operatorToken } = secrets;
let refusals = 0;
const issuer = await Issuer.open(config, secrets, {
  crypto: nodeCrypto,
  now: Date.now,
  randomBytes: createRandomBytes(),
  log: {
    error: (_fields, message) => void (message === 'the store does not open yet' && refusals++),
    warn: () => undefined,
    info: () => undefined,
    debug: () => undefined,
  },
  ...portsAt(ledger.url, ledger.account),
});
const app = await buildIssuerApp({
  issuer,
  operatorToken,
  now: Date.now,
  // A busy machine must not look like one without files.
  limits: { maxEventLoopDelayMs: 600_000, requestsPerMinute: 1_000_000 },
});
writeSync(1, 'open\n');
for await (const line of createInterface({ input: process.stdin })) {
  writeSync(1, `${JSON.stringify(await answer(line))}\n`);
}
await app.close();
await issuer.close();

async function answer(line: string): Promise<object> {
  const [command = ''] = line.split(' ', 1);
  switch (command) {
    case 'records':
      return await issue(line.slice(command.length + 1));
    case 'ready':
      return { status: (await app.inject('/health/ready')).statusCode };
    case 'metrics':
      return { status: (await app.inject('/metrics')).statusCode };
    case 'refusals':
      return { status: 200, count: refusals };
    case 'open':
      await issuer.untilReopened();
      return { status: issuer.isStoreHealthy ? 200 : 503 };
    case 'settle':
      return await issuer.settle().then(
        () => ({ status: 200 }),
        () => ({ status: 503 }),
      );
    default:
      throw new Error(`this program knows no "${command}"`);
  }
}

async function issue(records: string): Promise<object> {
  const answered = await app.inject({
    method: 'POST',
    url: '/records',
    headers: { authorization: `Bearer ${operatorToken}`, 'content-type': 'application/json' },
    body: records,
  });
  return { status: answered.statusCode, ...answered.json<object>() };
}

/** Level's own `_open` takes the options that the store gave it. */
function useSmallFiles(): void {
  const level = Level.prototype as unknown as {
    _open(options: { writeBufferSize?: number }): Promise<void>;
  };
  const open = level._open;
  level._open = function (options): Promise<void> {
    return open.call(this, { ...options, writeBufferSize: WRITE_BUFFER_BYTES });
  };
}
