/** The finishing thread: started by `finisher.ts` with the issuer's keys, it answers messages in their order. */
import { parentPort, workerData } from 'node:worker_threads';
import { invariant } from '../core/errors.ts';
import { nodeCrypto } from '../service/node-crypto.ts';
import { createRandomBytes } from '../service/clock.ts';
import { finishRecord } from './finish.ts';
import { finishingPartsOf, type FinishingSecrets } from './finishing-parts.ts';
import { packFinished, unpackUnsigned } from './finishing-message.ts';

const port = parentPort;
invariant(port !== null, 'this file is run as a thread');
// What `finisher.ts` starts it with.
const secrets = workerData as FinishingSecrets;
const parts = finishingPartsOf(secrets, { crypto: nodeCrypto, randomBytes: createRandomBytes() });

port.on('message', (packed: Uint8Array) => {
  const finished = packFinished(unpackUnsigned(packed).map((record) => finishRecord(record, parts)));
  port.postMessage(finished, [finished.buffer]);
});
