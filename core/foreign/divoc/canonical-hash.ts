/**
 * SHA-256 over the canonical N-Quads (URDNA2015) of a JSON-LD document, through npm `jsonld` with a loader that knows
 * nothing but the contexts in `contexts/`. What no context defines is not signed, so it is told whether anything was
 * left out.
 */
import credentialsV1 from './contexts/credentials-v1.json' with { type: 'json' };
import securityV1 from './contexts/security-v1.json' with { type: 'json' };
import securityV2 from './contexts/security-v2.json' with { type: 'json' };
import vaccinationV1 from './contexts/vaccination-v1.json' with { type: 'json' };
import type { JsonObject } from '../../bytes/strict-json.ts';
import { toUtf8 } from '../../bytes/utf8.ts';
import type { Crypto } from '../../crypto.ts';

export const SECURITY_CONTEXT = 'https://w3id.org/security/v2';

const CONTEXTS: ReadonlyMap<unknown, unknown> = new Map<unknown, unknown>([
  ['https://www.w3.org/2018/credentials/v1', credentialsV1],
  ['https://w3id.org/security/v1', securityV1],
  [SECURITY_CONTEXT, securityV2],
  // One vocabulary under the names of its two homes.
  ['https://divoc.dev/credentials/vaccination/v1', vaccinationV1],
  ['https://cowin.gov.in/credentials/vaccination/v1', vaccinationV1],
]);

export interface CanonicalHash {
  readonly hash: Uint8Array;
  /** Nothing of the document was left out. */
  readonly isComplete: boolean;
}

export function isPinnedContext(name: unknown): boolean {
  return CONTEXTS.has(name);
}

/** `undefined` for what is no JSON-LD of the pinned contexts. */
export async function canonicalHash(
  crypto: Crypto,
  document: JsonObject,
): Promise<CanonicalHash | undefined> {
  const complete = await canonize(document, true);
  const quads = complete ?? (await canonize(document, false));
  if (quads === undefined) return undefined;
  return { hash: crypto.sha256(toUtf8(quads)), isComplete: complete !== undefined };
}

async function canonize(document: JsonObject, safe: boolean): Promise<string | undefined> {
  // Loaded when first needed: few codes are of this kind, and it is the largest library on the way.
  const { default: jsonld } = await import('jsonld');
  try {
    return await jsonld.canonize(document, {
      algorithm: 'URDNA2015',
      format: 'application/n-quads',
      documentLoader: load,
      safe,
    });
  } catch {
    // The library's errors quote the document.
    return undefined;
  }
}

function load(url: string): Promise<{ contextUrl: null; documentUrl: string; document: unknown }> {
  const document = CONTEXTS.get(url);
  if (document === undefined) return Promise.reject(new Error('not a pinned context'));
  return Promise.resolve({ contextUrl: null, documentUrl: url, document });
}
