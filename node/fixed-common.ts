/**
 * EthereumJS' rules of a chain that never forks, shared by all that it makes of them.
 *
 * EthereumJS copies a `Common` into every transaction and header, and builds its table of gas prices anew for each: that
 * takes longer than parsing a transaction. A chain without forks to come has one table.
 */
import { Common, type ParamsDict } from '@ethereumjs/common';

export class FixedCommon extends Common {
  /** EthereumJS has one set for each of its packages. */
  readonly #known = new Set<ParamsDict>();

  override copy(): Common {
    return this;
  }

  override updateParams(params: ParamsDict): void {
    if (this.#known.has(params)) return;
    this.#known.add(params);
    super.updateParams(params);
  }
}
