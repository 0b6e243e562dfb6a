/** A worker of the verifier under load: its clock stands. */
import { createLogger } from '../../service/logging.ts';
import { runWorker } from '../../verifier/workers/worker.ts';

await runWorker({
  logger: createLogger({ name: 'verifier', level: 'error' }),
  nowSeconds: () => Number(process.env['HCL_LOAD_NOW_SECONDS']),
});
