/**
 * The status lists by which evidence is judged: our own, and for codes of another issuer what the holder carries along,
 * as long as the ledger says that it is that issuer's last. Nothing is fetched: where a service asks for a list, and when,
 * would say whom it converts.
 */
import type { Hex } from '../../../core/bytes/hex.ts';
import { acceptCarried, type CarriedList } from '../../../core/conversion/carried-list.ts';
import type { Crypto } from '../../../core/crypto.ts';
import { StatusLists, type AcceptedList } from '../../../core/status/accepted-lists.ts';
import type { StatusAnchor } from '../../../core/trust/ledger-state.ts';

export interface EvidenceListsOptions {
  readonly crypto: Crypto;
  readonly own: StatusLists;
  readonly anchors: { get(issuer: Hex): StatusAnchor | undefined };
  readonly carried: readonly CarriedList[];
}

/** Reads a carried list when it is asked: by then the code that names it has been found to be signed. */
export class EvidenceLists extends StatusLists {
  readonly #options: EvidenceListsOptions;

  constructor(options: EvidenceListsOptions) {
    super([]);
    this.#options = options;
  }

  override get(issuer: Hex, uri: string): AcceptedList | undefined {
    const { anchors, carried, crypto, own } = this.#options;
    const ours = own.get(issuer, uri);
    if (ours !== undefined) return ours;
    const anchor = anchors.get(issuer);
    // Two issuers may have a list at one address: the anchor says which is this one's.
    const named = carried.filter((list) => list.uri === uri);
    return named
      .map((list) => acceptCarried(crypto, anchor, list).get(issuer, uri))
      .find((list) => list !== undefined);
  }
}
