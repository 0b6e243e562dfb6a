/** The source's receipts: one for each conversion, made when it is first handed over, and the very same ever after. */
import { signConversionReceipt } from '../../../core/conversion/conversion-receipt.ts';
import { WriteBatch } from '../../../service/store.ts';
import { ownSeconds } from '../house-time.ts';
import { OneAtATime } from '../one-at-a-time.ts';
import { Together } from '../../together.ts';
import type { SourceHouse } from './entry.ts';

/** What is handed over: a released conversion credential, to whom, and the batch in which it was spent. */
export interface HandedOver {
  /** Of the credential, 75 bytes. */
  readonly commitment: Uint8Array;
  /** DID. */
  readonly peer: string;
  readonly sequence: number;
}

interface Signed {
  readonly number: number;
  readonly receipt: string;
}

export class KeptReceipts {
  readonly #house: SourceHouse;
  readonly #oneAtATime = new OneAtATime();
  /** In turn with withdrawals. */
  readonly #keeping = new Together((signed: readonly Signed[]) =>
    this.#house.passing.run(() => this.#keep(signed)),
  );

  constructor(house: SourceHouse) {
    this.#house = house;
  }

  /** On the disk before anybody is given it; `undefined` where the consent was withdrawn this moment. */
  async of(number: number, handedOver: HandedOver): Promise<string | undefined> {
    return await this.#oneAtATime.run(String(number), async () => {
      const kept = await this.#house.receipts.find(number);
      if (kept !== undefined) return kept;
      const receipt = await this.#sign(handedOver);
      return await this.#keeping.run({ number, receipt });
    });
  }

  async #keep(signed: readonly Signed[]): Promise<readonly (string | undefined)[]> {
    const { entries, receipts, store } = this.#house;
    const all = await Promise.all(signed.map(({ number }) => entries.get(number)));
    const kept = signed.map((one, i) => (all[i]?.withdrawnAtSeconds === undefined ? one : undefined));
    const batch = new WriteBatch();
    for (const one of kept) if (one !== undefined) receipts.put(batch, one.number, one.receipt);
    await store.commit(batch);
    return kept.map((one) => one?.receipt);
  }

  async #sign({ commitment, peer, sequence }: HandedOver): Promise<string> {
    const { did: issuer, key } = this.#house;
    const common = { issuer, peer, issuedAtSeconds: ownSeconds(this.#house), commitment };
    return await signConversionReceipt({ role: 'source', ...common, sequence }, key);
  }
}
