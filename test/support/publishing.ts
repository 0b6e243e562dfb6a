/**
 * A publisher of bundles for a consortium in memory: the same sections, log and signatures as a verifier's, without
 * its services.
 *
 *   const publishing = new Publishing(consortium);
 *   const first = await publishing.source();
 *   const held = await acceptBundle(fullBundle(first), undefined, publishing.context());
 */
import type { AcceptContext } from '../../core/bundle/signed-head.ts';
import type { PageName } from '../../core/bundle/accept-page.ts';
import type { BundleSource } from '../../core/bundle/bundle-state.ts';
import { checkpointText, originOf, type Checkpoint } from '../../core/bundle/checkpoint.ts';
import { cosign, type NoteSigner } from '../../core/bundle/cosignature.ts';
import { deltaBundle } from '../../core/bundle/make-bundle.ts';
import { SectionKeeper, type ShownSections } from '../../core/bundle/section-keeper.ts';
import { writeNote } from '../../core/bundle/signed-note.ts';
import { StateLog } from '../../core/bundle/state-log.ts';
import { checkpointLeaf } from '../../core/trust/checkpoint-leaf.ts';
import { dayText } from '../../core/trust/section-reader.ts';
import type { CheckpointSet } from '../../core/trust/trust-list.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import type { Consortium } from './consortium.ts';
import { setOf, testSigner } from './signers.ts';

const DAY_SECONDS = 86_400;
export const ORIGIN: string = originOf({ chainId: 31_337, genesisHash: `0x${'9e'.repeat(32)}` });
export const SIGNERS: readonly NoteSigner[] = [1, 2, 3].map(testSigner);
/** Two of three. */
export const SIGNER_SET: CheckpointSet = setOf(1, 2, SIGNERS);

export interface PublishOptions {
  /** Default: the first two. */
  readonly signers?: readonly NoteSigner[];
  /** When they sign; default: now. */
  readonly timeSeconds?: number;
  /** How many days of short-lived roots devices hold. */
  readonly shortDays?: number;
  readonly origin?: string;
}

/** What is published: a consortium's knowledge. */
type Knowing = Pick<Consortium, 'state' | 'statusLists' | 'nowSeconds'>;

export class Publishing<World extends Knowing = Consortium> {
  readonly consortium: World;
  readonly log: StateLog = new StateLog(nodeCrypto);
  readonly keeper: SectionKeeper;
  #logged = -1;

  constructor(consortium: World) {
    this.consortium = consortium;
    this.keeper = new SectionKeeper(nodeCrypto, consortium.state);
  }

  /** What is known now, signed. */
  async source(options: PublishOptions = {}): Promise<BundleSource> {
    const { shortDays = 30 } = options;
    const today = Math.floor(this.consortium.nowSeconds / DAY_SECONDS);
    return this.#signed(this.keeper.forDevices(dayText(today - shortDays)), options);
  }

  /** The trust list alone, signed. */
  async handover(options: PublishOptions = {}): Promise<BundleSource> {
    return this.#signed(this.keeper.ofTrust(), options);
  }

  /** Roots of an issuer and day, signed. */
  async page(page: PageName, options: PublishOptions = {}): Promise<BundleSource> {
    return this.#signed(this.keeper.ofPage(page), options);
  }

  delta(source: BundleSource, base: BundleSource): Uint8Array {
    return deltaBundle(source, base, this.log.consistency(base.checkpoint.size, source.checkpoint.size));
  }

  context(overrides: Partial<AcceptContext> = {}): AcceptContext {
    const { nowSeconds } = this.consortium;
    const trust = { origin: ORIGIN, signers: SIGNER_SET };
    return { crypto: nodeCrypto, trust, nowSeconds, clockSkewSeconds: 300, ...overrides };
  }

  async #signed({ stateRoot, ...shown }: ShownSections, options: PublishOptions): Promise<BundleSource> {
    const {
      signers = SIGNERS.slice(0, 2),
      timeSeconds = this.consortium.nowSeconds,
      origin = ORIGIN,
    } = options;
    const { lastChange } = this.consortium.state;
    if (this.#logged !== lastChange.number) {
      this.log.append(checkpointLeaf(nodeCrypto, lastChange, stateRoot));
      this.#logged = lastChange.number;
    }
    const { size } = this.log;
    const checkpoint: Checkpoint = { origin, size, root: this.log.rootAt() };
    return {
      checkpoint,
      note: await signedBy(signers, checkpoint, timeSeconds),
      leaf: { block: lastChange, stateRoot },
      leafPath: this.log.inclusion(size - 1),
      ...shown,
      statusLists: this.consortium.statusLists,
    };
  }
}

export async function signedBy(
  signers: readonly NoteSigner[],
  checkpoint: Checkpoint,
  timeSeconds: number,
): Promise<string> {
  const text = checkpointText(checkpoint);
  const signatures = await Promise.all(
    signers.map((signer) => cosign(nodeCrypto, text, { signer, timeSeconds })),
  );
  return writeNote({ text, signatures });
}

/** The same, from a source whose checkpoint something was done to. */
export async function signAgain(
  source: BundleSource,
  change: Partial<Checkpoint>,
  timeSeconds: number,
): Promise<BundleSource> {
  const checkpoint = { ...source.checkpoint, ...change };
  return { ...source, checkpoint, note: await signedBy(SIGNERS.slice(0, 2), checkpoint, timeSeconds) };
}
