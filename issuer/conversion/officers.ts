/**
 * How often the tokens of each of the target's officers were taken back. A token follows from that count, so that those
 * made before are nobody's, and only that officer's. A store that is brought back from an older copy has forgotten
 * what was taken back since.
 */
import { fromUtf8, toUtf8 } from '../../core/bytes/utf8.ts';
import { invariant } from '../../core/errors.ts';
import { readUint64, toUint64 } from '../../service/big-endian.ts';
import { WriteBatch, type Store } from '../../service/store.ts';
import { Lock } from '../lock.ts';
import { TABLES, type IssuerTables } from '../store.ts';
import { officerWith } from './officer-token.ts';

export class Officers {
  readonly #store: Pick<Store, 'commit'>;
  readonly #writing = new Lock();
  /** What is on the disk. */
  readonly #revocations: Map<string, number>;

  private constructor(store: Pick<Store, 'commit'>, revocations: Map<string, number>) {
    this.#store = store;
    this.#revocations = revocations;
  }

  static async open(store: Pick<Store, 'commit'>, tables: Pick<IssuerTables, 'officers'>): Promise<Officers> {
    const revocations = new Map<string, number>();
    for await (const { key, value } of tables.officers.entries()) {
      const officer = fromUtf8(key);
      invariant(officer !== undefined, 'the number of an officer is letters, digits and dashes');
      revocations.set(officer, readUint64(value));
    }
    return new Officers(store, revocations);
  }

  /** @param officer their number, whether or not anybody has it */
  revocationsOf(officer: string): number {
    return this.#revocations.get(officer) ?? 0;
  }

  /** Every token that this officer has by now is nobody's, once it resolves; answers how often that was done. */
  async revoke(officer: string): Promise<number> {
    // One after the other, so that each counts.
    return await this.#writing.run(() => this.#revoke(officer));
  }

  async #revoke(officer: string): Promise<number> {
    const revocations = this.revocationsOf(officer) + 1;
    await this.#store.commit(new WriteBatch().put(TABLES.officers, toUtf8(officer), toUint64(revocations)));
    this.#revocations.set(officer, revocations);
    return revocations;
  }

  /** Whose token it is, by number; `undefined`: no officer's, or one that was taken back. */
  officerWith(operatorToken: string, token: string): string | undefined {
    return officerWith(operatorToken, token, (officer) => this.revocationsOf(officer));
  }
}
