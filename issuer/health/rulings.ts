/** Proposes rulings, and lets those hold that two people have approved; see `ruling.ts`. */
import { toBase64url } from '../../core/bytes/base64url.ts';
import { toHex } from '../../core/bytes/hex.ts';
import { isGround } from '../../core/health/grounds.ts';
import { invariant } from '../../core/errors.ts';
import { readUint64, toUint64 } from '../../service/big-endian.ts';
import { WriteBatch, type Store } from '../../service/store.ts';
import { decodeActBatch } from '../acts/act-batch-entry.ts';
import { addRequest, knownAct, type KeyedRequest } from '../acts/act-requests.ts';
import type { DrawUpActDependencies } from '../acts/draw-up.ts';
import type { Proposals } from '../acts/proposals.ts';
import { Lock } from '../lock.ts';
import { TABLES } from '../store.ts';
import { withSecret } from './file-secret.ts';
import { documentsOf, type HealthFile, type HealthFiles } from './health-file.ts';
import { knownRecords, type KnownFactsDependencies } from './known-facts.ts';
import type { ManualAlarm } from './manual-alarm.ts';
import type { People, Person } from './people.ts';
import type { Recolour } from './recolour.ts';
import { checkTerms, drawUpRuling, type RulingTerms } from './ruling.ts';

export interface RulingsDependencies extends DrawUpActDependencies, KnownFactsDependencies {
  readonly store: Store;
  readonly files: HealthFiles;
  readonly people: People;
  readonly recolour: Recolour;
  readonly proposals: Proposals;
  readonly alarm: ManualAlarm;
  /** The status entries of codes, ascending. */
  readonly placesOf: (recordIds: readonly string[]) => Promise<Float64Array>;
}

/** Awaits work on one file, and decides what its failure means for the others. */
export type Guard = (work: Promise<void>) => Promise<void>;

/** A ruling on its way, and how its sender would name it again. */
interface Ruled {
  readonly terms: RulingTerms;
  readonly keyed?: KeyedRequest;
}

const SALT_BYTES = 16;

export class Rulings {
  readonly #deps: RulingsDependencies;
  readonly #keyed = new Lock();

  constructor(deps: RulingsDependencies) {
    this.#deps = deps;
  }

  /**
   * The id of the legal act to approve; no colour has changed. The same `key` again gives the same act. Throws
   * `HEALTH_RULING_INVALID`, `ACT_REQUEST_REUSED`.
   */
  async propose(person: Person, terms: RulingTerms, key?: string): Promise<string> {
    const keyed = key === undefined ? undefined : { key, request: { person, ...terms } };
    if (keyed === undefined) return await this.#propose(person, { terms });
    return await this.#keyed.run(async () => {
      const known = await knownAct(keyed, this.#deps);
      if (known === undefined) return await this.#propose(person, { terms, keyed });
      return (await this.#deps.proposals.load(known)).id;
    });
  }

  /** What was decided on since, each through `guard`: approved rulings hold, withdrawn ones are gone. */
  async settle(guard: Guard): Promise<void> {
    for await (const { key, value } of this.#deps.tables.rulings.entries()) {
      await guard(this.#settle(readUint64(key), readUint64(value)));
    }
  }

  async #propose(person: Person, ruled: Ruled): Promise<string> {
    const nowSeconds = Math.floor(this.#deps.now() / 1000);
    checkTerms(ruled.terms, nowSeconds);
    const { randomBytes } = this.#deps;
    const store = (number: number, file: HealthFile): Promise<string> =>
      this.#store(number, withSecret(file, { nowSeconds, randomBytes }), { ...ruled, nowSeconds });
    return await this.#deps.people.whileAlone(person, store, { isTyped: true });
  }

  async #store(
    number: number,
    file: HealthFile,
    { terms, keyed, nowSeconds }: Ruled & { readonly nowSeconds: number },
  ): Promise<string> {
    const { files, index, placesOf, proposals, store, randomBytes } = this.#deps;
    const { scheme, state, ground, untilSeconds, proposedBy, evidence } = terms;
    invariant(isGround(ground), 'the terms were checked');
    const places = await placesOf(file.colours[scheme]?.recordIds ?? []);
    const records = await knownRecords(documentsOf(file.subject), this.#deps);
    const salt = toBase64url(randomBytes(SALT_BYTES));
    const batch = new WriteBatch();
    const act = drawUpRuling(terms, { file, salt, places }, this.#deps);
    const proposal = proposals.add(batch, act, places);
    proposals.setState(batch, proposal.number, { state: 'proposed' });
    const ruling = {
      scheme,
      state,
      ground,
      // What comes to light while it waits for approval was not weighed.
      fromSeconds: nowSeconds,
      untilSeconds,
      act: proposal.number,
      actLeaf: toHex(proposal.leaf),
      proposedBy,
      evidence,
      weighed: [...records.map(({ recordId }) => recordId), ...file.orders.map(({ id }) => id)],
      salt,
    };
    files.put(batch, number, { ...file, rulings: [...file.rulings, ruling], usedAtSeconds: nowSeconds });
    batch.put(TABLES.rulings, toUint64(proposal.number), toUint64(number));
    if (keyed !== undefined) addRequest(batch, keyed, { number: proposal.number, index });
    // Commit point: the ruling is there with its act, or not at all.
    await store.commit(batch);
    return proposal.id;
  }

  async #settle(act: number, number: number): Promise<void> {
    const { alarm, files, people, proposals, recolour, store, now } = this.#deps;
    const { state } = await proposals.stateOf(act);
    if (state !== 'anchored' && state !== 'withdrawn') return;
    const approvers = await this.#approversOf(act);
    if ((await files.load(number)) === undefined) {
      await store.commit(new WriteBatch().delete(TABLES.rulings, toUint64(act)));
      return;
    }
    await people.whileAloneWith(number, async (_, file) => {
      const rulings = file.rulings.flatMap((one) => {
        if (one.act !== act) return [one];
        return approvers === undefined ? [] : [{ ...one, approvers }];
      });
      // Whether or not the person holds a code that it turns.
      const at = Math.floor(now() / 1000);
      const counted = approvers === undefined ? undefined : alarm.count({ at, people: approvers });
      await recolour.update(number, {
        file: { ...file, rulings },
        addTo: (batch) => {
          batch.delete(TABLES.rulings, toUint64(act));
          if (counted !== undefined) alarm.addTo(batch, counted);
        },
      });
      if (counted !== undefined) alarm.note(counted);
    });
  }

  /** Those of the batch that the ledger took; `undefined` of an act that was withdrawn. */
  async #approversOf(act: number): Promise<readonly `0x${string}`[] | undefined> {
    const { proposals, tables } = this.#deps;
    const state = await proposals.stateOf(act);
    if (state.state !== 'anchored' || state.batch === undefined) return undefined;
    const batch = await tables.actBatches.get(toUint64(state.batch));
    invariant(batch !== undefined, 'an anchored act has its batch');
    return decodeActBatch(batch).approvals.map(({ approver }) => approver);
  }
}
