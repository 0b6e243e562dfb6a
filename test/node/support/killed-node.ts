/**
 * A node as a process of its own, to be killed. Arguments: the node's options as JSON. Prints its address as one
 * line once it listens.
 */
import type { NodeOptions } from '../../../node/options.ts';
import { startNode } from '../../../node/server.ts';

// Only kill.test.ts starts this program.
const options = JSON.parse(process.argv[2] ?? '') as NodeOptions;
const { url } = await startNode(options, {
  nowSeconds: () => Date.now() / 1_000,
  onError: () => process.exit(3),
});
process.stdout.write(`${url}\n`);
