/**
 * The kinds of credential and their numbers. `vct` (SD-JWT VC type) is `urn:hcl:<type>:<version>`; the bit of
 * a type in `TrustList.types` is its place in this list, so the order is part of the wire format.
 */
export const CREDENTIAL_TYPES = [
  'vaccination',
  'test',
  'recovery',
  'exemption',
  'declaration',
  'status',
  'conversion',
  'pass',
] as const;

export type CredentialType = (typeof CREDENTIAL_TYPES)[number];

/** Bit mask over {@link CREDENTIAL_TYPES}, as the ledger keeps it. */
export function toTypeMask(types: readonly CredentialType[]): number {
  return types.reduce((mask, type) => mask | (1 << CREDENTIAL_TYPES.indexOf(type)), 0);
}

export function fromTypeMask(mask: number): readonly CredentialType[] {
  return CREDENTIAL_TYPES.filter((_, bit) => (mask & (1 << bit)) !== 0);
}

/** `vaccination` → `urn:hcl:vaccination:1`. */
export function toVct(type: CredentialType): string {
  return `urn:hcl:${type}:1`;
}

const TYPE_BY_VCT: ReadonlyMap<string, CredentialType> = new Map(
  CREDENTIAL_TYPES.map((type) => [toVct(type), type]),
);

/** The type a `vct` names, or `undefined` when it is none of ours. */
export function fromVct(vct: string): CredentialType | undefined {
  return TYPE_BY_VCT.get(vct);
}

/** Batches are kept apart by how long their credentials live, so that devices can drop old roots. */
export type BatchClass = 'short' | 'long';

/** Index = the ledger's number of the class. */
export const BATCH_CLASSES: readonly BatchClass[] = ['short', 'long'];

const LONG_LIVED: ReadonlySet<CredentialType> = new Set(['vaccination', 'recovery', 'exemption']);

export function batchClassOf(type: CredentialType): BatchClass {
  return LONG_LIVED.has(type) ? 'long' : 'short';
}
