/** A publisher's folder, here or on a web server: its index and its files. */
import { Buffer } from 'node:buffer';
import { join } from 'node:path';
import { parseBundleIndex, type BundleIndex } from '../core/bundle/bundle-index.ts';
import type { FindFile } from '../core/bundle/follow-deltas.ts';
import type { GetFile } from '../core/bundle/update-bundle.ts';
import { readBytes } from './bundle-trust.ts';
import { CliError } from './errors.ts';
import { resolvePath, type Io } from './io.ts';

export interface BundleOffer {
  readonly index: BundleIndex;
  readonly get: GetFile;
}

const TIMEOUT_MS = 60_000;
/** As large as any bundle that a device has room for. */
const MAX_BYTES = 64 * 1024 * 1024;

/** @param from a folder, or an address that ends before `/latest` */
export async function readOffer(from: string, io: Io): Promise<BundleOffer> {
  const get = fileGetter(from, io);
  return { index: parseBundleIndex(await get('latest')), get };
}

/**
 * @param from as {@link readOffer} has it
 * @param timeoutMs for all of a file, from an address
 */
export function fileGetter(from: string, io: Io, timeoutMs: number = TIMEOUT_MS): GetFile {
  return /^https?:/.test(from)
    ? (path) => fetchBytes(`${from.replace(/\/$/, '')}/${path}`, timeoutMs, io)
    : (path) => readBytes(join(resolvePath(io, from), path));
}

/** As {@link fileGetter}; `undefined`: there is no such file. */
export function fileFinder(from: string, io: Io): FindFile {
  const get = fileGetter(from, io);
  return (path) =>
    get(path).catch((error: unknown) => {
      if (!(error instanceof CliError) || error.code === 'CLI_SERVICE_UNREACHABLE') throw error;
      return undefined;
    });
}

async function fetchBytes(url: string, timeoutMs: number, { fetch }: Io): Promise<Uint8Array> {
  try {
    const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(timeoutMs) });
    if (response.ok) return await readBody(response, url);
    throw new CliError('CLI_SERVICE_REFUSED', `${url} answered with status ${response.status}`);
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    // Also of a server that hangs up, or falls silent, halfway.
    throw new CliError('CLI_SERVICE_UNREACHABLE', `${url} cannot be reached`, { cause });
  }
}

async function readBody({ body }: Response, url: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let total = 0;
  for await (const part of body ?? []) {
    total += part.length;
    if (total > MAX_BYTES) throw new CliError('CLI_SERVICE_REFUSED', `${url} is larger than any bundle`);
    parts.push(part);
  }
  return new Uint8Array(Buffer.concat(parts));
}
