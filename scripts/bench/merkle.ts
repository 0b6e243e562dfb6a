/** Building the tree of a full batch and taking the proof of every leaf, per leaf, beside the bare hashes. */
import { Buffer } from 'node:buffer';
import { hash } from 'node:crypto';
import { buildTree } from '../../core/commitment/merkle.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { alternate, machineLine, seededRandom, type Figure, type Settings } from './harness.ts';

const LEAVES = 4096;
const TARGET_MICROSECONDS = 1;

export async function benchMerkle(settings: Settings): Promise<readonly Figure[]> {
  const random = seededRandom(settings.seed);
  const leaves = Uint8Array.from({ length: LEAVES * 32 }, () => random() * 256);
  const pair = Buffer.alloc(65, 1);
  let sink = 0;
  const rates = await alternate(
    [
      {
        name: 'hashes',
        run(count) {
          for (let i = 0; i < count * (LEAVES - 1); i++) sink += hash('sha256', pair, 'binary').length;
        },
      },
      {
        name: 'tree',
        run(count) {
          for (let i = 0; i < count; i++) {
            const tree = buildTree(nodeCrypto, leaves);
            for (let leaf = 0; leaf < LEAVES; leaf++) sink += tree.path(leaf).length;
          }
        },
      },
    ],
    settings,
  );
  if (!Number.isFinite(sink)) throw new Error('the work was done');
  const perLeaf = (name: string): number => 1e6 / ((rates.get(name)?.median ?? Number.NaN) * LEAVES);
  return [
    {
      bench: 'merkle',
      unit: 'µs/leaf',
      median: perLeaf('tree'),
      limit: perLeaf('hashes'),
      ratio: perLeaf('tree') / perLeaf('hashes'),
      target: `≤ ${TARGET_MICROSECONDS} µs a leaf`,
      met: perLeaf('tree') <= TARGET_MICROSECONDS,
      n: (rates.get('tree')?.n ?? 0) * LEAVES,
      seed: settings.seed,
      machine: machineLine(),
      note: 'tree of 4,096 leaves and all its proofs; limit = its SHA-256 alone',
    },
  ];
}
