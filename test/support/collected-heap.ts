/** How much is kept when everything that nobody holds is gone. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
// The flag gives every new context a `gc` that takes no arguments.
const collect = runInNewContext('gc') as () => void;

/** Bytes. */
export function collectedHeap(): number {
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}
