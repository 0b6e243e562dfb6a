/**
 * Ends the codes of former colours: supersedes their status entries by an act that needs no second person, since a
 * dated rule, or a ruling that two people have approved, ended them already. The act names the change.
 */
import type { Hex } from '../../core/bytes/hex.ts';
import { COLOUR_DERIVED } from '../../core/act/kinds.ts';
import { readUint64 } from '../../service/big-endian.ts';
import { WriteBatch, type Store } from '../../service/store.ts';
import { drawUpAct, type ActTerms, type DrawUpActDependencies } from '../acts/draw-up.ts';
import type { ActHistory } from '../acts/history.ts';
import { placeNumber } from '../acts/place.ts';
import type { Proposals } from '../acts/proposals.ts';
import { IssuerError } from '../errors.ts';
import type { Release } from '../release.ts';
import { TABLES, type IssuerTables } from '../store.ts';
import type { HealthFiles } from './health-file.ts';
import type { Guard } from './rulings.ts';

export interface EndedCodesDependencies extends DrawUpActDependencies {
  readonly store: Store;
  readonly tables: IssuerTables;
  readonly files: HealthFiles;
  readonly proposals: Proposals;
  readonly history: ActHistory;
  readonly release: Pick<Release, 'statusPlaces'>;
  /** The records of what codes of these records were converted to: it ends with them. */
  readonly conversionsOf: (recordIds: readonly string[]) => Promise<readonly string[]>;
}

const ENDED: ActTerms = {
  kind: 'supersede',
  reason: COLOUR_DERIVED,
  legalBasis: 'Change of colour',
  notice: {
    en: 'The colour has changed: ask for a new code.',
    'zh-Hant': '顏色已變更：請索取新的健康碼。',
    'zh-Hans': '颜色已变更：请索取新的健康码。',
    pt: 'A cor mudou: peça um novo código.',
  },
};

export class EndedCodes {
  readonly #deps: EndedCodesDependencies;

  constructor(deps: EndedCodesDependencies) {
    this.#deps = deps;
  }

  /** The status entries of the codes that are still there, and of their conversions, ascending. */
  async placesOf(recordIds: readonly string[]): Promise<Float64Array> {
    const all = [...recordIds, ...(await this.#deps.conversionsOf(recordIds))];
    const places = await Promise.all(all.map((recordId) => this.#placesOfOne(recordId)));
    return Float64Array.from(new Set(places.flat())).sort();
  }

  /** All that wait for it, each through `guard`; on the disk when it resolves. Cut short, the next call goes on. */
  async end(guard: Guard): Promise<void> {
    const { files, store, tables } = this.#deps;
    for await (const { key } of tables.healthWork.entries()) {
      const number = readUint64(key);
      const work = files.whileAlone(number, async () => {
        const file = await files.load(number);
        for (const { change, recordIds } of file?.ended ?? []) await this.#supersede(change, recordIds);
        const batch = new WriteBatch().delete(TABLES.healthWork, key);
        if (file !== undefined) files.put(batch, number, { ...file, ended: [] });
        await store.commit(batch);
      });
      await guard(work);
    }
  }

  async #supersede(change: Hex, recordIds: readonly string[]): Promise<void> {
    const { history, proposals, store } = this.#deps;
    await history.index();
    const places = await this.placesOf(recordIds);
    const acts = await history.actsOn(places);
    // A ruling has ended those that it found; a crash may have left others done.
    const standing = places.filter((_, i) => acts[i]?.some(({ kind }) => kind === 'supersede') !== true);
    if (standing.length === 0) return;
    await history.whileAppending(async () => {
      const batch = new WriteBatch();
      const selection = { selector: { by: 'colour', change }, places: standing } as const;
      const proposal = proposals.add(batch, drawUpAct(ENDED, selection, this.#deps), standing);
      const holding = history.append(batch, [proposal]);
      for (const { order } of holding)
        proposals.setState(batch, proposal.number, { state: 'anchored', order });
      // Commit point: from here on the next version supersedes them.
      await store.commit(batch);
      history.appended(holding);
    });
    await history.index();
  }

  async #placesOfOne(recordId: string): Promise<readonly number[]> {
    try {
      return (await this.#deps.release.statusPlaces(recordId)).map(placeNumber);
    } catch (error) {
      // Erased, and revoked before that.
      if (error instanceof IssuerError && error.code === 'RECORD_NOT_FOUND') return [];
      throw error;
    }
  }
}
