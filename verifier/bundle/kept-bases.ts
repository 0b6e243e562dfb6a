/**
 * From what a publisher makes its bases again when it is started anew: `bases`, JSON, beside the index. For each of them it
 * names a file, a full bundle or a delta to an earlier one. Nobody else reads it.
 *
 *   { "version": 1, "states": [
 *     { "size": 80, "publishedAtSeconds": 1671580800, "path": "files/<sha-256>.hclb", "bytes": 210000 },
 *     { "size": 91, "publishedAtSeconds": 1671580860, "path": "files/<sha-256>.hclb", "bytes": 14000, "from": 80 }] }
 *
 * One full bundle a day is the root. Each later full bundle is kept as the delta to it, every other state as the delta to
 * the full bundle that the index named with it. So a start reads one full bundle, or two, and little else.
 */
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import type { BundleFile, BundleIndex } from '../../core/bundle/bundle-index.ts';
import { BundleError } from '../../core/bundle/errors.ts';
import { parseStrictJson } from '../../core/bytes/strict-json.ts';
import { isOfLastDay, type Base } from './bases.ts';
import type { MadeDelta } from './make-deltas.ts';

export interface KeptBase extends BundleFile {
  /** Of its log. */
  readonly size: number;
  readonly publishedAtSeconds: number;
  /** Size of the log that it is a change to, which stands before it; absent: a full bundle. */
  readonly from?: number;
}

const VERSION = 1;
const Natural = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const closed = { additionalProperties: false } as const;
const form = Compile(
  Type.Object(
    {
      version: Type.Literal(VERSION),
      states: Type.Array(
        Type.Object(
          {
            size: Natural,
            publishedAtSeconds: Natural,
            path: Type.String({ pattern: '^files/[0-9a-f]{64}\\.hclb$' }),
            bytes: Natural,
            from: Type.Optional(Natural),
          },
          closed,
        ),
      ),
    },
    closed,
  ),
);

export function writeKeptBases(states: readonly KeptBase[]): string {
  return `${JSON.stringify({ version: VERSION, states })}\n`;
}

/** Throws `BUNDLE_MALFORMED` or a `BytesError`. */
export function parseKeptBases(bytes: Uint8Array): readonly KeptBase[] {
  const value = parseStrictJson(bytes);
  if (!form.Check(value))
    throw new BundleError('BUNDLE_MALFORMED', 'not what a publisher keeps of its bases');
  return value.states;
}

/** The last full bundle of those that are kept. */
export function rootOf(kept: readonly KeptBase[]): KeptBase | undefined {
  return kept.findLast(({ from }) => from === undefined);
}

/** What makes these bases again. */
export function leadingTo(bases: readonly Base[], kept: readonly KeptBase[]): readonly KeptBase[] {
  const needed = new Set(bases.map(({ source }) => source.checkpoint.size));
  // From the last on, for each is a change to one before it.
  for (const { from, size } of kept.toReversed())
    if (from !== undefined && needed.has(size)) needed.add(from);
  return kept.filter(({ size }) => needed.has(size));
}

export interface Published {
  readonly base: Base;
  readonly full: BundleIndex['full'];
  /** What leads to it from all bases. */
  readonly made: readonly MadeDelta[];
  /** That from the full bundle, as the index names it. */
  readonly deltas: BundleIndex['deltas'];
}

/** With what makes the state again that is published now. `put` keeps a file. */
export async function withKept(
  kept: readonly KeptBase[],
  { base: { publishedAtSeconds, source }, deltas, full, made }: Published,
  put: (bytes: Uint8Array) => Promise<BundleFile>,
): Promise<readonly KeptBase[]> {
  const { size } = source.checkpoint;
  // As it was published first: a base is that, and later lists of the same state are news to who holds it.
  if (kept.some((each) => each.size === size)) return kept;
  const isFull = full.size === size;
  if (!isFull) return [...kept, ...deltas.map((delta) => ({ ...delta, size, publishedAtSeconds }))];
  const root = rootOf(kept);
  const isOfToday = root !== undefined && isOfLastDay(root.publishedAtSeconds, publishedAtSeconds);
  const delta = isOfToday ? made.find(({ from }) => from === root.size) : undefined;
  if (delta === undefined) return [...kept, { ...full, publishedAtSeconds }];
  return [...kept, { ...(await put(delta.bytes)), from: delta.from, size, publishedAtSeconds }];
}
