/**
 * A node as a process of its own, to be killed. Argument: the node's options as JSON. It loads, waits for a line on
 * its input, opens the folder, and prints its address as one line once it listens.
 */
import { once } from 'node:events';
import { flushCompileCache } from 'node:module';
import { createInterface } from 'node:readline';
import type { NodeOptions } from '../../../node/options.ts';
import { startNode } from '../../../node/server.ts';

// Only the tests start this program.
const options = JSON.parse(process.argv[2] ?? '') as NodeOptions;
// What is killed does not come to write its compile cache.
flushCompileCache();
const input = createInterface({ input: process.stdin });
await once(input, 'line');
// A parent that is gone wants no node.
input.once('close', () => process.exit(4));
const { url } = await startNode(options, {
  nowSeconds: () => Date.now() / 1_000,
  onError: () => process.exit(3),
});
process.stdout.write(`${url}\n`);
