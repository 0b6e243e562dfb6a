/** What a holder shows at the target, judged: whose code it is, for whom, and whether the ledger has seen it spent. */
import { fromBase64url } from '../../../core/bytes/base64url.ts';
import { arrivalAudience } from '../../../core/conversion/arrival-audience.ts';
import { acceptCarried, UnreadLists, type CarriedList } from '../../../core/conversion/carried-list.ts';
import { ConversionError } from '../../../core/conversion/errors.ts';
import { invariant } from '../../../core/errors.ts';
import type { ConversionClaims, ConversionCredential } from '../../../core/credential/claims.ts';
import type { StatusLists } from '../../../core/status/accepted-lists.ts';
import type { StatusAnchor } from '../../../core/trust/ledger-state.ts';
import { ledgerSeconds } from '../house-time.ts';
import { judgeCode, type JudgedCode } from '../judged-code.ts';
import type { Between } from '../mapping-in-force.ts';
import type { TargetHouse } from './house.ts';

export interface Arrival {
  /** The conversion credential as a dynamic code, made for {@link arrivalAudience}. */
  readonly code: string;
  readonly list: CarriedList;
  /** Of the booked place that is used with it. */
  readonly booking?: string;
}

/** Whose code, for whom, by which nullifier. */
export interface Arrived {
  readonly judged: JudgedCode & { readonly claims: ConversionCredential };
  readonly facts: ArrivedFacts;
  readonly between: Between;
  readonly nullifier: Uint8Array;
  /** Version of the source's lists by which the code holds. */
  readonly listsVersion: number;
}

/** Of a conversion credential that says all that a target has to know. */
export type ArrivedFacts = ConversionClaims &
  Required<Pick<ConversionClaims, 'nullifier' | 'proposedState' | 'sourceValidUntil'>>;

export class Arrivals {
  readonly #house: TargetHouse;
  /** What was carried last, and what the ledger made of it. */
  #accepted:
    | { readonly anchor: StatusAnchor | undefined; readonly list: CarriedList; readonly lists: StatusLists }
    | undefined;

  constructor(house: TargetHouse) {
    this.#house = house;
  }

  /** Throws what `judgeCode` throws, `CONVERSION_NOT_FOR_HERE`, `CONVERSION_NOT_SPENT`. */
  async judge({ booking, code, list }: Arrival): Promise<Arrived> {
    const { crypto, did, ledger } = this.#house;
    const { state } = ledger;
    const statusLists = new UnreadLists((issuer) => this.#accept(state.statusAnchors.get(issuer), list));
    const nowSeconds = ledgerSeconds(this.#house);
    const audience = arrivalAudience({ booking, target: did });
    const asked = { crypto, state, statusLists, isListCarried: () => true, nowSeconds, audience };
    const judged = await judgeCode(code, asked);
    const { claims } = judged;
    const [source, target] = [state.trust.issuerByDid(claims.iss), state.trust.issuerByDid(did)];
    if (claims.vct !== 'urn:hcl:conversion:1' || claims.facts.target !== did) {
      throw new ConversionError('CONVERSION_NOT_FOR_HERE');
    }
    const facts = wholeFacts(claims.facts);
    if (facts === undefined || source === undefined || target === undefined)
      throw new ConversionError('CONVERSION_NOT_FOR_HERE');
    const judgedBy = statusLists.get(source.id, claims.status.status_list.uri);
    invariant(judgedBy !== undefined, 'a code without its status list is not valid');
    const nullifier = fromBase64url(facts.nullifier);
    if (!state.conversions.isSpent(source.id, target.id, nullifier))
      throw new ConversionError('CONVERSION_NOT_SPENT');
    return {
      judged: { ...judged, claims },
      facts,
      between: { source, target },
      nullifier,
      listsVersion: judgedBy.setVersion,
    };
  }

  /** Whoever comes after carries the same list, as a rule: it is read once. */
  #accept(anchor: StatusAnchor | undefined, list: CarriedList): StatusLists {
    const last = this.#accepted;
    if (last !== undefined && last.anchor === anchor && isSameList(last.list, list)) return last.lists;
    const lists = acceptCarried(this.#house.crypto, anchor, list);
    this.#accepted = { anchor, list, lists };
    return lists;
  }
}

function wholeFacts(facts: ConversionClaims): ArrivedFacts | undefined {
  const { nullifier, proposedState, sourceValidUntil } = facts;
  if (nullifier === undefined || proposedState === undefined || sourceValidUntil === undefined)
    return undefined;
  return { ...facts, nullifier, proposedState, sourceValidUntil };
}

/** All of it: an anchor vouches for the digests and the list together. */
function isSameList(a: CarriedList, b: CarriedList): boolean {
  const isOfOne = a.uri === b.uri && a.version === b.version && a.lst === b.lst;
  return isOfOne && JSON.stringify(a.digests) === JSON.stringify(b.digests);
}
