/**
 * An embedded node as a process of its own, to be measured. Argument: JSON with the node's `options`, and whether its
 * `crypto` is native or in JavaScript. Prints its address as one line once it listens, and ends with its input.
 */
import { javascriptCrypto } from '../../node/native-crypto.ts';
import type { NodeOptions } from '../../node/options.ts';
import { startNode } from '../../node/server.ts';

export interface MeasuredNode {
  readonly options: NodeOptions;
  readonly crypto: 'native' | 'javascript';
}

// Only node.ts beside this file starts this program.
const { options, crypto } = JSON.parse(process.argv[2] ?? '') as MeasuredNode;
const { url, close } = await startNode(options, {
  nowSeconds: () => Date.now() / 1000,
  ...(crypto === 'javascript' ? { crypto: javascriptCrypto() } : {}),
});
process.stdout.write(`${url}\n`);
process.stdin.resume().once('end', () => void close().then(() => process.exit(0)));
