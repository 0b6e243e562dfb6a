/** The mappings that a party has at hand, found by what the ledger names them by. */
import { toHex, type Hex } from '../bytes/hex.ts';
import type { Crypto } from '../crypto.ts';
import { invariant } from '../errors.ts';
import { mappingDigest, type Mapping } from './mapping.ts';

export class MappingSet {
  readonly all: readonly Mapping[];
  /** Made when it is first asked for: a set never changes. */
  #byDigest: ReadonlyMap<Hex, Mapping> | undefined;

  /** Each version of a mapping once. */
  constructor(all: readonly Mapping[]) {
    const names = new Set(all.map(({ id, version }) => `${id}.${version}`));
    invariant(names.size === all.length, 'each version of a mapping stands once in a set');
    this.all = all;
  }

  /** The mapping with this content. */
  byDigest(crypto: Pick<Crypto, 'sha256'>, digest: Hex): Mapping | undefined {
    this.#byDigest ??= new Map(this.all.map((mapping) => [toHex(mappingDigest(crypto, mapping)), mapping]));
    return this.#byDigest.get(digest);
  }

  /** Every version between two authorities, in this direction, oldest first. */
  between(sourceAuthority: string, targetAuthority: string): readonly Mapping[] {
    return this.all
      .filter(
        ({ source, target }) => source.authority === sourceAuthority && target.authority === targetAuthority,
      )
      .toSorted((a, b) => a.version - b.version);
  }
}
