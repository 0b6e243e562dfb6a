/**
 * References between the resources of a Bundle (FHIR R4 §2.36.4.1): `#id` in the resource's own `contained`, an
 * absolute URL or `urn:uuid:` by `fullUrl`, a relative one first under the base of the referring entry, then by
 * type and id if only one entry has them. Nothing is ever fetched.
 */
import { isPlainObject, type PlainObject } from '../../core/record/structure.ts';
import { listOf, resourceTypeOf, textOf } from './fhir-element.ts';

export interface FhirEntry {
  readonly fullUrl?: string;
  readonly resource: PlainObject;
}

const RELATIVE = /^[A-Za-z]+\/[A-Za-z0-9.-]{1,64}$/;
const VERSION = /\/_history\/[A-Za-z0-9.-]{1,64}$/;

/** Where the resources lie that others point to. */
export interface References {
  /** What `reference` (a Reference element in the resource of `from`) points to, if it is here. */
  resolve(reference: unknown, from: FhirEntry): PlainObject | undefined;
}

export class FhirReferences implements References {
  readonly #byUrl = new Map<string, PlainObject>();
  /** `null` where two entries share type and id. */
  readonly #byTypeAndId = new Map<string, PlainObject | null>();

  constructor(entries: readonly FhirEntry[]) {
    for (const { fullUrl, resource } of entries) {
      if (fullUrl !== undefined) this.#byUrl.set(fullUrl, resource);
      const id = textOf(resource, 'id');
      if (id === undefined) continue;
      const typeAndId = `${resourceTypeOf(resource)}/${id}`;
      this.#byTypeAndId.set(typeAndId, this.#byTypeAndId.has(typeAndId) ? null : resource);
    }
  }

  resolve(reference: unknown, from: FhirEntry): PlainObject | undefined {
    const target = targetOf(reference);
    if (target === undefined) return undefined;
    if (target.startsWith('#')) return containedIn(from.resource, target.slice(1));
    if (!RELATIVE.test(target)) return this.#byUrl.get(target);
    return this.#byUrl.get(baseOf(from) + target) ?? this.#byTypeAndId.get(target) ?? undefined;
  }
}

/** What a reference names, its version left out. */
export function targetOf(reference: unknown): string | undefined {
  return textOf(reference, 'reference')?.replace(VERSION, '');
}

export function containedIn(resource: PlainObject, id: string): PlainObject | undefined {
  return listOf(resource, 'contained')
    .filter(isPlainObject)
    .find((contained) => textOf(contained, 'id') === id);
}

/** `https://h/base/Patient/1` → `https://h/base/`; empty for an entry without such a URL. */
function baseOf({ fullUrl = '' }: FhirEntry): string {
  return /^(https?:\/\/.*\/)[A-Za-z]+\/[^/]+$/.exec(fullUrl)?.[1] ?? '';
}
