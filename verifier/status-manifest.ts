/**
 * An issuer's status manifest, `GET /status`, read strictly:
 *
 *   { "version": 7, "listsRoot": "0x…",
 *     "lists": [{ "uri": "https://…", "version": 7, "digest": "0x…", "token": "<statuslist+jwt>" }] }
 *
 * Nothing in it is believed: the lists count only once their tokens hold and the root over their digests is
 * the one on the ledger (`core/status/accepted-lists.ts`).
 */
import { ManifestError } from './errors.ts';

export interface StatusManifest {
  readonly version: number;
  readonly lists: readonly ManifestList[];
}

export interface ManifestList {
  readonly uri: string;
  readonly version: number;
  /** The list itself, a compact JWT of type `statuslist+jwt`. */
  readonly token: string;
}

const MAX_LISTS = 4096;

/** Throws `MANIFEST_MALFORMED`. */
export function parseStatusManifest(value: unknown): StatusManifest {
  const manifest = fieldsOf(value, 'manifest');
  const lists = manifest.get('lists');
  if (!Array.isArray(lists) || lists.length > MAX_LISTS) return malformed('lists');
  return {
    version: integer(manifest.get('version'), 'version'),
    lists: lists.map((list: unknown) => {
      const fields = fieldsOf(list, 'list');
      return {
        uri: text(fields.get('uri'), 'uri'),
        version: integer(fields.get('version'), 'list version'),
        token: text(fields.get('token'), 'token'),
      };
    }),
  };
}

function fieldsOf(value: unknown, name: string): ReadonlyMap<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return malformed(name);
  return new Map(Object.entries(value));
}

function integer(value: unknown, name: string): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : malformed(name);
}

function text(value: unknown, name: string): string {
  return typeof value === 'string' && value !== '' ? value : malformed(name);
}

function malformed(name: string): never {
  throw new ManifestError('MANIFEST_MALFORMED', `the status manifest has no usable ${name}`);
}
