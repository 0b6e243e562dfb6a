/**
 * Changing the signing key of an issuer that goes on issuing. The new key must be good on the ledger before it signs, the
 * former one stays good until what it signed is anchored:
 *
 *   made → registered → effective → **in use** → the former key's queue is anchored → its window ends
 *
 * Rows that come during the change wait for some milliseconds; what is drawn up before it is signed and on the disk
 * before it. The status lists get a new version at once: verifiers take a list only under a key that was good when its
 * version was anchored, which the new key was not for the version before.
 */
import type { Clock } from '../../service/clock.ts';
import type { Log } from '../../service/logging.ts';
import { WriteBatch } from '../../service/store.ts';
import type { Background } from '../background.ts';
import type { Batches } from '../batches.ts';
import type { RecordIssuer } from '../issue.ts';
import { LANE_COUNT, type Lanes } from '../lanes.ts';
import type { StatusPublication } from '../status-publication.ts';
import type { Status } from '../status.ts';
import { KeyError } from './errors.ts';
import { KeyRuns } from './key-runs.ts';
import type { KeyRegistryPort, KeyStorePort } from './ports.ts';
import { reSign, type ReSignDependencies } from './re-sign.ts';
import type { SigningDesk } from './signing-desk.ts';

export interface KeyRotationDependencies extends Omit<ReSignDependencies, 'lanes' | 'sealer'> {
  readonly desk: SigningDesk;
  readonly records: RecordIssuer;
  readonly lanes: Lanes;
  readonly batches: Batches;
  readonly status: Status;
  readonly publication: StatusPublication;
  readonly background: Background;
  /** Absent: the key is what it was at the start. */
  readonly keyStore: KeyStorePort | undefined;
  /** Absent: nobody asks the ledger about keys. */
  readonly registry: KeyRegistryPort | undefined;
  readonly now: Clock;
  readonly log: Log;
}

export interface KeyUse {
  readonly kid: string;
  /** It signs now. */
  readonly isPresent: boolean;
  /** Its credentials that no final batch holds yet; while there are some, its window must not end. */
  readonly waiting: number;
}

export class KeyRotation {
  readonly #deps: KeyRotationDependencies;
  readonly #runs: KeyRuns;

  private constructor(deps: KeyRotationDependencies, runs: KeyRuns) {
    this.#deps = deps;
    this.#runs = runs;
  }

  /** Notices when the key was changed while the issuer did not run. */
  static async open(deps: KeyRotationDependencies): Promise<KeyRotation> {
    const rotation = new KeyRotation(deps, await KeyRuns.open(deps.store, deps.tables));
    await rotation.#takeUp();
    return rotation;
  }

  /**
   * Tells somebody when the present key is not good on the ledger: whatever is issued with it will be refused. Never
   * throws; when the ledger does not answer, nothing is known.
   */
  async report(): Promise<void> {
    try {
      await this.#checkGood(this.#deps.desk.key.kid);
    } catch (error) {
      if (!(error instanceof KeyError)) return;
      this.#deps.log.error({ err: error, code: error.code }, 'the signing key is not good on the ledger');
    }
  }

  /** Thumbprints of all keys that have signed here, oldest first. */
  get kids(): readonly string[] {
    return this.#runs.kids;
  }

  /** Every key that has signed here, oldest first. */
  async uses(): Promise<readonly KeyUse[]> {
    const from = await this.#finalEnds();
    const ends = this.#ends();
    return this.#runs.kids.map((kid) => {
      const spans = this.#runs.spansOf(kid, from, ends);
      const waiting = spans.reduce((sum, { first, end }) => sum + end - first, 0);
      return { kid, isPresent: kid === this.#deps.desk.key.kid, waiting };
    });
  }

  /**
   * From when it resolves on, everything is signed with this key. Throws `KEY_UNKNOWN`, `KEY_NOT_REGISTERED`,
   * `KEY_NOT_EFFECTIVE`, `STORE_FAILED`, and what the ledger rejects with; nothing has changed then.
   */
  async use(kid: string): Promise<void> {
    const { desk, records, keyStore, status, publication, background, store, log } = this.#deps;
    if (kid === desk.key.kid) return;
    if (keyStore === undefined)
      throw new KeyError('KEY_UNKNOWN', 'this issuer has no key store to change from');
    const source = await keyStore.load(kid);
    await this.#checkGood(kid);
    // What tells the published version is made now, if it was not: it is older than the new key may be.
    await publication.prepare();
    await records.whileStill(async () => {
      // A store that failed meanwhile has another desk by now, which would go on with the former key.
      await store.commit(new WriteBatch());
      // Commit point: from here on, also after a crash, the new key signs; nothing is signed in between.
      await keyStore.makeCurrent(kid);
      await desk.change(source);
      await this.#begin();
    });
    status.renew();
    background.wake();
    log.info({}, 'the signing key was changed');
  }

  /**
   * Signs again whatever former keys signed and no batch holds yet; how many. Issuing and anchoring wait until it is
   * done. What is staged stays as it is: `uses` still counts it.
   */
  async reSign(): Promise<number> {
    const { desk, records, background, lanes } = this.#deps;
    return await background.whilePaused(() =>
      records.whileStill(async () => {
        const from = lanesOf((lane) => lanes.nextToStage(lane));
        const formers = this.#runs.kids.filter((kid) => kid !== desk.key.kid);
        let count = 0;
        for (const span of formers.flatMap((kid) => this.#runs.spansOf(kid, from, this.#ends()))) {
          count += await reSign(span, desk.key, { ...this.#deps, sealer: desk.sealer });
        }
        await this.#runs.startLastAt(from);
        return count;
      }),
    );
  }

  async #takeUp(): Promise<void> {
    const { desk, status } = this.#deps;
    const last = this.#runs.last;
    if (last?.kid !== desk.key.kid) await this.#begin();
    const published = status.published?.version.version ?? 0;
    const isRenewed = published > (this.#runs.last?.statusVersion ?? 0);
    if (!this.#runs.isFirst && !isRenewed) status.renew();
  }

  async #begin(): Promise<void> {
    const { desk, status } = this.#deps;
    const isFirst = this.#runs.last === undefined;
    await this.#runs.begin({
      kid: desk.key.kid,
      // Whatever a store of an earlier release holds was signed with its one key.
      starts: isFirst ? lanesOf(() => 0) : this.#ends(),
      statusVersion: status.published?.version.version ?? 0,
    });
  }

  async #checkGood(kid: string): Promise<void> {
    const { registry } = this.#deps;
    if (registry === undefined) return;
    const key = await registry.find(kid);
    if (key === undefined) {
      throw new KeyError(
        'KEY_NOT_REGISTERED',
        `the trust list has no key ${kid} of this issuer: register it first`,
      );
    }
    const { from, until, compromisedFrom, ledgerTimeSeconds } = key;
    const isGood = from <= ledgerTimeSeconds && ledgerTimeSeconds < until && compromisedFrom === undefined;
    if (!isGood) {
      throw new KeyError('KEY_NOT_EFFECTIVE', `the ledger's time is not within the window of key ${kid}`);
    }
  }

  /** For each lane, the entry after the last on the disk. */
  #ends(): readonly number[] {
    const { lanes } = this.#deps;
    return lanesOf((lane) => lanes.nextToStage(lane) + lanes.waiting(lane));
  }

  /** For each lane, the entry after its last final batch. */
  async #finalEnds(): Promise<readonly number[]> {
    const { lanes, batches } = this.#deps;
    const ends = lanesOf((lane) => lanes.nextToStage(lane));
    for (let number = batches.stagedThrough; number > batches.finalThrough; number--) {
      const { lane, first } = await batches.load(number);
      ends[lane] = first;
    }
    return ends;
  }
}

function lanesOf(value: (lane: number) => number): number[] {
  return Array.from({ length: LANE_COUNT }, (_, lane) => value(lane));
}
