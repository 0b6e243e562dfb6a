/** A worker, as the pool starts it. */
import { runWorker } from './worker.ts';

await runWorker();
