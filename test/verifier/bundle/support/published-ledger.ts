/**
 * A publisher of what a consortium in memory has on its ledger, with witnesses that sign whatever they are shown,
 * until they are away. Its files are real.
 *
 *   await using published = await PublishedLedger.open();
 *   published.consortium.publishStatus(issuer, []);
 *   const index = await published.publish();
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { acceptBundle } from '../../../../core/bundle/accept-bundle.ts';
import type { BundleIndex } from '../../../../core/bundle/bundle-index.ts';
import type { BundleState } from '../../../../core/bundle/bundle-state.ts';
import { cosign, type NoteSigner } from '../../../../core/bundle/cosignature.ts';
import { LoggedState, type LeafStore } from '../../../../core/bundle/logged-state.ts';
import type { AcceptContext } from '../../../../core/bundle/signed-head.ts';
import { parseNote, signatureLine } from '../../../../core/bundle/signed-note.ts';
import { memoryHashStore } from '../../../../core/bundle/state-log.ts';
import { parseWitnessRequest } from '../../../../core/bundle/witness-request.ts';
import type { Hex } from '../../../../core/bytes/hex.ts';
import type { AcceptedSet } from '../../../../core/status/accepted-lists.ts';
import type { StatusChange } from '../../../../core/status/token-status-list.ts';
import { checkpointLeaf } from '../../../../core/trust/checkpoint-leaf.ts';
import type { Log } from '../../../../service/logging.ts';
import { nodeCrypto } from '../../../../service/node-crypto.ts';
import { BundleFolder } from '../../../../verifier/bundle/bundle-folder.ts';
import { Publisher } from '../../../../verifier/bundle/publisher.ts';
import { makeConsortium, type Consortium, type FixtureIssuer } from '../../../support/consortium.ts';
import { ORIGIN, SIGNERS } from '../../../support/publishing.ts';
import { setOf, testSigner } from '../../../support/signers.ts';

export const SHORT_DAYS = 30;
const HOUR = 3600;

export interface Publishers {
  /** Of another ledger. */
  readonly origin?: string;
  /** Three, of whom two have to sign. */
  readonly signers?: readonly NoteSigner[];
}

export class PublishedLedger implements AsyncDisposable {
  readonly consortium: Consortium = makeConsortium({ seed: 5 });
  readonly path: string;
  readonly #origin: string;
  readonly #signers: readonly NoteSigner[];
  /** What it writes to, to break it. */
  folder: BundleFolder;
  areWitnessesAway = false;
  /** What its log warned of. */
  readonly warnings: string[] = [];
  /** How long a witness takes. */
  secondsToSign = 0;
  readonly #store: LeafStore = memoryLeafStore();
  readonly #late = new Map<Hex, AcceptedSet>();
  #logged: LoggedState | undefined;
  #publisher: Publisher | undefined;
  #loggedBlock = -1;

  private constructor(path: string, { origin = ORIGIN, signers = SIGNERS }: Publishers) {
    this.path = path;
    this.folder = new BundleFolder(path, nodeCrypto);
    this.#origin = origin;
    this.#signers = signers;
    this.consortium.block([{ event: 'CheckpointSetChanged', ...setOf(1, 2, signers) }]);
  }

  static async open(publishers: Publishers = {}): Promise<PublishedLedger> {
    return new PublishedLedger(await mkdtemp(join(tmpdir(), 'hcl-published-ledger-')), publishers);
  }

  /** What is published next is by another process, which has read the ledger anew. */
  restart(): void {
    this.#logged = undefined;
    this.#publisher = undefined;
    this.folder = new BundleFolder(this.path, nodeCrypto);
  }

  async publish(): Promise<BundleIndex> {
    const { statusLists } = this.consortium;
    this.#publisher ??= await this.#openPublisher();
    return this.#publisher.publish({ state: this.#stateNow(), statusLists });
  }

  /** Something happens after so many seconds, and is published. */
  async publishAfter(seconds: number, changes: readonly StatusChange[] = []): Promise<BundleIndex> {
    this.consortium.advance(seconds);
    this.consortium.publishStatus(this.consortium.issuer, changes);
    return this.publish();
  }

  /** Lists that the ledger knows of and the publisher does not have, until {@link fetchLists}. */
  announceLists(issuer: FixtureIssuer, changes: readonly StatusChange[] = []): void {
    const { consortium } = this;
    const before = consortium.statusLists;
    consortium.publishStatus(issuer, changes);
    for (const set of consortium.statusLists.sets()) {
      if (set.issuer === issuer.id) this.#late.set(issuer.id, set);
    }
    consortium.statusLists = before;
  }

  /** The publisher has all lists from now on. */
  fetchLists(): void {
    const { consortium } = this;
    for (const set of this.#late.values()) {
      const isNew = set.version > consortium.statusLists.versionOf(set.issuer);
      if (isNew) consortium.statusLists = consortium.statusLists.with(set);
    }
    this.#late.clear();
  }

  /** As the next hour begins. */
  publishAtNextHour(changes?: readonly StatusChange[]): Promise<BundleIndex> {
    return this.publishAfter(HOUR - (this.consortium.nowSeconds % HOUR), changes);
  }

  /** What a device holds that begins with this index. */
  async takeFull({ full }: BundleIndex): Promise<BundleState> {
    return acceptBundle(await readFile(join(this.path, full.path)), undefined, this.context());
  }

  context(): AcceptContext {
    const trust = { origin: this.#origin, signers: setOf(1, 2, this.#signers) };
    return { crypto: nodeCrypto, trust, nowSeconds: this.consortium.nowSeconds, clockSkewSeconds: 300 };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }

  /** The ledger is logged where it is published: the log has a leaf for each time. */
  #stateNow(): LoggedState {
    const { state } = this.consortium;
    this.#logged ??= new LoggedState(nodeCrypto, state, this.#store);
    const { log, sections, lastChange } = this.#logged;
    if (this.#loggedBlock !== lastChange.number) {
      log.append(checkpointLeaf(nodeCrypto, lastChange, sections.root()));
      this.#loggedBlock = lastChange.number;
    }
    return this.#logged;
  }

  #openPublisher(): Promise<Publisher> {
    const witnesses = this.#signers.slice(0, 2).map((signer) => ({ url: `http://${signer.name}` }));
    return Publisher.open(
      {
        origin: this.#origin,
        signer: testSigner(90),
        witnesses,
        shortDays: SHORT_DAYS,
        witnessTimeoutMs: 60_000,
      },
      {
        crypto: nodeCrypto,
        folder: this.folder,
        fetch: (url, init) => this.#answer(url, init?.body),
        log: this.#log(),
        nowSeconds: () => this.consortium.nowSeconds,
      },
    );
  }

  #log(): Log {
    const quiet = (): void => undefined;
    const warn: Log['warn'] = (_fields, message) => void this.warnings.push(message);
    return { error: quiet, warn, info: quiet, debug: quiet };
  }

  async #answer(url: unknown, body: unknown): Promise<Response> {
    const signer = this.#signers.find(({ name }) => String(url).includes(name));
    if (this.areWitnessesAway || signer === undefined) return new Response('', { status: 503 });
    this.consortium.nowSeconds += this.secondsToSign;
    return new Response(await this.#cosigned(String(body), signer));
  }

  async #cosigned(request: string, signer: NoteSigner): Promise<string> {
    const { text } = parseNote(parseWitnessRequest(request).note);
    return signatureLine(await cosign(nodeCrypto, text, { signer, timeSeconds: this.consortium.nowSeconds }));
  }
}

function memoryLeafStore(): LeafStore {
  return Object.assign(memoryHashStore(), {
    appendBlock: () => undefined,
    sync: async () => undefined,
    [Symbol.dispose]: () => undefined,
  });
}
