/**
 * A booking service as a process of its own, to be killed. Argument: {@link DeskProcessOptions} as JSON. It loads, waits
 * for a line on its input, opens, and prints its address.
 */
import { once } from 'node:events';
import { flushCompileCache } from 'node:module';
import { createInterface } from 'node:readline';
import { BookingDesk } from '../../../booking/desk.ts';
import { BOOKING_PROBLEMS } from '../../../booking/errors.ts';
import { BookingKeys } from '../../../booking/keys.ts';
import type { Programme } from '../../../booking/programme.ts';
import { addBookingRoutes } from '../../../booking/routes/all.ts';
import { buildService } from '../../../service/app.ts';
import { requireBearer } from '../../../service/bearer.ts';
import { createRandomBytes } from '../../../service/clock.ts';
import { silentLogger } from '../../../service/logging.ts';
import { createMetrics } from '../../../service/metrics.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { Store } from '../../../service/store.ts';
import { programmesOf } from './booking-house.ts';

export interface DeskProcessOptions {
  readonly folder: string;
  readonly programme: Programme;
  /** The clock stands still. */
  readonly nowMs: number;
  readonly token: string;
}

// Only the tests start this program.
const { folder, programme, nowMs, token } = JSON.parse(process.argv[2] ?? '') as DeskProcessOptions;
// What is killed does not come to write its compile cache.
flushCompileCache();
const input = createInterface({ input: process.stdin });
await once(input, 'line');

const store = await Store.open(folder);
const now = (): number => nowMs;
const desk = await BookingDesk.open({
  store,
  programmes: programmesOf(programme),
  keys: new BookingKeys(new Uint8Array(32).fill(5)),
  crypto: nodeCrypto,
  now,
  randomBytes: createRandomBytes(),
});
const app = await buildService({
  name: 'booking',
  description: 'booking alone',
  logger: silentLogger,
  metrics: createMetrics(),
  readiness: [],
  problems: BOOKING_PROBLEMS,
  limits: { maxEventLoopDelayMs: 0, requestsPerMinute: 10_000_000 },
});
const guard = requireBearer(token);
addBookingRoutes(app, { desk: () => desk, now, operator: guard, gate: guard, auditor: guard });
// A parent that is gone wants no desk.
input.once('close', () => process.exit(0));
process.stdout.write(`${await app.listen({ host: '127.0.0.1', port: 0 })}\n`);
