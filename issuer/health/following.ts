/**
 * What turns colours by itself: new facts, acts on facts, and the time. Only of people who hold codes; everybody else's
 * colour is derived when they ask. Cut short, the next call goes on.
 */
import { toUtf8 } from '../../core/bytes/utf8.ts';
import type { Subject } from '../../core/record/record.ts';
import { readUint64, toUint64 } from '../../service/big-endian.ts';
import type { Clock } from '../../service/clock.ts';
import { WriteBatch, type Entry } from '../../service/store.ts';
import { chunksOf } from '../chunks.ts';
import { recordOf, type RecordSealer } from '../record-entry.ts';
import { TABLES } from '../store.ts';
import type { ActedFacts } from './acted-facts.ts';
import type { ColourActs } from './colour-acts.ts';
import { edgeKey } from './colour-edges.ts';
import { documentsOf, type HealthFile, type HealthFiles } from './health-file.ts';
import { validCodes } from './held-codes.ts';
import { isSplit } from './merge.ts';
import { orSkip } from './or-skip.ts';
import type { People } from './people.ts';
import type { Recolour } from './recolour.ts';
import { isSamePerson } from './same-person.ts';
import { CHUNK_ROWS, doRows, type WaitingRowsDependencies } from './waiting-rows.ts';

export interface FollowingDependencies extends WaitingRowsDependencies {
  readonly files: HealthFiles;
  readonly sealer: RecordSealer;
  readonly colourActs: Pick<ColourActs, 'isInUse'>;
  readonly acted: ActedFacts;
  readonly people: People;
  readonly recolour: Recolour;
  readonly now: Clock;
}

const NOTHING = new Uint8Array(0);
/** Unix seconds u64 at which facts or edges were followed last. */
const FOLLOWED = toUtf8('health-followed');
/** A clock may be corrected by so much without anybody looking again. */
const FORGIVEN_SECONDS = 60;

export class Following {
  readonly #deps: FollowingDependencies;
  #nextEdge = 0;

  constructor(deps: FollowingDependencies) {
    this.#deps = deps;
  }

  /** When the next colour may turn by itself, Unix seconds. */
  get nextEdge(): number {
    return this.#nextEdge;
  }

  /** Some colour may turn by itself then, Unix seconds. */
  comesAt(edge: number): void {
    this.#nextEdge = Math.min(this.#nextEdge, edge);
  }

  /**
   * Before all else: where the clock was set back, what was followed was judged by a time that has not come yet, so
   * everybody's edge comes again.
   */
  async lookAgain(): Promise<void> {
    const { files, tables } = this.#deps;
    const followed = await tables.meta.get(FOLLOWED);
    if (followed === undefined || readUint64(followed) <= this.#nowSeconds() + FORGIVEN_SECONDS) return;
    for await (const numbers of chunksOf(files.numbers(), CHUNK_ROWS)) await this.#queue(numbers);
  }

  /** An order that begins, a fact that comes into its window: what turns a colour though nobody does anything. */
  async edges(): Promise<void> {
    const { tables } = this.#deps;
    const after = toUint64(this.#nowSeconds() + 1);
    this.#nextEdge = Infinity;
    const work = ({ key }: Entry): Promise<void> =>
      this.#updateHolder(readUint64(key, 8), () => Promise.resolve(true));
    const addTo = (batch: WriteBatch): void => this.#noteTime(batch);
    await doRows('healthEdges', { range: { before: after }, work, addTo }, this.#deps);
    const next = await tables.healthEdges.first({ from: after });
    if (next !== undefined) this.comesAt(readUint64(next.key));
  }

  /** Facts that were revoked or superseded give no colour, from when the act on them is anchored. */
  async acts(): Promise<void> {
    const { acted, files, log, store } = this.#deps;
    await acted.follow(async (isConcerned) => {
      for await (const number of files.numbers()) {
        const work = this.#updateHolder(number, isConcerned).then(() => true);
        if ((await orSkip(work, log)) !== true) await this.#queue([number]);
      }
      const followed = new WriteBatch();
      this.#noteTime(followed);
      await store.commit(followed);
    });
  }

  /** For as long as it fails each pass tries again, whatever it was about. */
  async #queue(numbers: readonly number[]): Promise<void> {
    const batch = new WriteBatch();
    for (const number of numbers) batch.put(TABLES.healthEdges, edgeKey(0, number), NOTHING);
    await this.#deps.store.commit(batch);
  }

  /** Derives the colours of a person anew who holds codes, if `isConcerned`. */
  async #updateHolder(number: number, isConcerned: (file: HealthFile) => Promise<boolean>): Promise<void> {
    const { files, recolour } = this.#deps;
    await files.whileAlone(number, async () => {
      const file = await files.load(number);
      if (file === undefined || !hasValidCodes(file, this.#nowSeconds()) || !(await isConcerned(file)))
        return;
      await recolour.update(number, { file });
    });
  }

  /** Facts that were taken in turn the colours of whom they are about. */
  async facts(): Promise<void> {
    const { store, tables } = this.#deps;
    for await (const chunk of chunksOf(tables.healthFacts.entries(), CHUNK_ROWS)) {
      const idle = new WriteBatch();
      this.#noteTime(idle);
      for (const { key } of chunk) {
        if (!(await this.#follow(key))) idle.delete(TABLES.healthFacts, key);
      }
      await store.commit(idle);
    }
  }

  /** False for a fact about nobody with a health code: there is nothing to follow. What was touched waits. */
  async #follow(recordKey: Uint8Array): Promise<boolean> {
    if (!this.#deps.colourActs.isInUse) return false;
    return (await orSkip(this.#followOne(recordKey), this.#deps.log)) ?? true;
  }

  async #followOne(recordKey: Uint8Array): Promise<boolean> {
    const subject = await this.#subjectOf(recordKey);
    if (subject === undefined || (await this.#deps.files.find(documentsOf(subject))) === undefined)
      return false;
    const addTo = (batch: WriteBatch): void => {
      batch.delete(TABLES.healthFacts, recordKey);
    };
    await this.#updateOf(subject, addTo);
    return true;
  }

  /**
   * The one file of a person, or, where they cannot be one, each by itself: those of the person themselves lose their
   * codes, as no new ones are given, and those of whoever else's document was claimed keep theirs.
   */
  async #updateOf(subject: Subject, addTo: (batch: WriteBatch) => void): Promise<void> {
    const { files, people, recolour } = this.#deps;
    try {
      await people.whileAlone({ subject }, (number, file) => recolour.update(number, { file, addTo }));
    } catch (error) {
      if (!isSplit(error)) throw error;
      const numbers = await files.findAll(documentsOf(subject));
      // With the last: cut short before it, the fact is followed again, which harms none of the others.
      for (const number of numbers)
        await people.whileAloneWith(number, (_, file) =>
          recolour.update(number, {
            file,
            ...(number === numbers.at(-1) ? { addTo } : {}),
            isSplit: isSamePerson(subject, file.subject),
          }),
        );
    }
  }

  #noteTime(batch: WriteBatch): void {
    batch.put(TABLES.meta, FOLLOWED, toUint64(this.#nowSeconds()));
  }

  #nowSeconds(): number {
    return Math.floor(this.#deps.now() / 1000);
  }

  /** Whom a new fact is about. */
  async #subjectOf(recordKey: Uint8Array): Promise<Subject | undefined> {
    const { sealer, tables } = this.#deps;
    const sealed = await tables.records.get(recordKey);
    return sealed === undefined ? undefined : recordOf(sealer.open(readUint64(recordKey), sealed)).subject;
  }
}

function hasValidCodes({ colours }: HealthFile, nowSeconds: number): boolean {
  return Object.values(colours).some((held) => validCodes(held, nowSeconds).length > 0);
}
