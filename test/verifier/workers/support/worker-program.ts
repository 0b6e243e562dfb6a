/** A worker whose clock stands at `HCL_TEST_NOW_SECONDS`, on a machine that may be busy. */
import { silentLogger } from '../../../../service/logging.ts';
import { runWorker } from '../../../../verifier/workers/worker.ts';

await runWorker({
  logger: silentLogger,
  nowSeconds: () => Number(process.env['HCL_TEST_NOW_SECONDS']),
  limits: { maxEventLoopDelayMs: 0 },
});
