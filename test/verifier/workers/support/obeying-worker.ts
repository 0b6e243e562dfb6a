/** A worker whose clock stands, unless the file `HCL_TEST_NEVER_UP` is there: then it never listens. */
import { existsSync } from 'node:fs';
import process from 'node:process';
import { silentLogger } from '../../../../service/logging.ts';
import { runWorker } from '../../../../verifier/workers/worker.ts';

if (existsSync(process.env['HCL_TEST_NEVER_UP'] ?? '')) process.stdin.resume();
else {
  await runWorker({
    logger: silentLogger,
    nowSeconds: () => Number(process.env['HCL_TEST_NOW_SECONDS']),
    limits: { maxEventLoopDelayMs: 0 },
  });
}
