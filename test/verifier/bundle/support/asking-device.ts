/** A device that brings itself up to date from a publisher's folder, and what that costs it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BundleState } from '../../../../core/bundle/bundle-state.ts';
import type { DeltaLine } from '../../../../core/bundle/follow-deltas.ts';
import { fetchUpdate } from '../../../../core/bundle/update-bundle.ts';
import type { PublishedLedger } from './published-ledger.ts';

export interface Updated {
  /** Files, in the order in which they were asked for. */
  readonly asked: readonly string[];
  readonly bytes: number;
  readonly state: BundleState;
}

export interface Asking {
  readonly line?: DeltaLine;
  /** A file that is not to be had. */
  readonly without?: string;
}

export async function updateFrom(
  published: PublishedLedger,
  held: BundleState | undefined,
  { line = 'deltas', without }: Asking = {},
): Promise<Updated> {
  const asked: string[] = [];
  let bytes = 0;
  const get = async (path: string): Promise<Uint8Array> => {
    asked.push(path);
    if (path === without) throw new Error('no such file');
    const file = await readFile(join(published.path, path));
    bytes += file.length;
    return file;
  };
  const find = (path: string): Promise<Uint8Array | undefined> => get(path).catch(() => undefined);
  const { state } = await fetchUpdate(held, { ...published.context(), get, find, line });
  return { asked, bytes, state };
}
