/**
 * A worker whose clock stands at `HCL_TEST_NOW_SECONDS`, on a machine that may be busy. With SIGUSR2 it does nothing else,
 * not even look at its sockets, for as long as the file `HCL_TEST_BLOCKED` is there.
 */
import { existsSync } from 'node:fs';
import process from 'node:process';
import { silentLogger } from '../../../../service/logging.ts';
import { runWorker } from '../../../../verifier/workers/worker.ts';

const PAUSE_MS = 20;

process.on('SIGUSR2', () => {
  const cell = new Int32Array(new SharedArrayBuffer(4));
  while (existsSync(process.env['HCL_TEST_BLOCKED'] ?? '')) Atomics.wait(cell, 0, 0, PAUSE_MS);
});

await runWorker({
  logger: silentLogger,
  nowSeconds: () => Number(process.env['HCL_TEST_NOW_SECONDS']),
  limits: { maxEventLoopDelayMs: 0 },
});
