/**
 * Verifies in the page with the same `core/` as the service and the command line. Holds what is known of the ledger:
 * bundles, believed for their signatures; whatever is wrong with a new one leaves the last good one in place.
 */
import type { BundleState } from '../../../core/bundle/bundle-state.ts';
import { acceptBundle } from '../../../core/bundle/accept-bundle.ts';
import { parseBundleTrust, trustOfKept, type BundleTrust } from '../../../core/bundle/bundle-trust.ts';
import { DayPages, judgeWithPages } from '../../../core/bundle/day-pages.ts';
import { BundleError } from '../../../core/bundle/errors.ts';
import type { FindFile, FollowedDelta } from '../../../core/bundle/follow-deltas.ts';
import { fullBundle, pacedFullBundle, type Pace } from '../../../core/bundle/make-bundle.ts';
import type { AcceptContext } from '../../../core/bundle/signed-head.ts';
import { fetchUpdate, type GetFile } from '../../../core/bundle/update-bundle.ts';
import type { Crypto } from '../../../core/crypto.ts';
import { HclError } from '../../../core/errors.ts';
import type { ForeignTrust } from '../../../core/foreign/foreign-trust.ts';
import { parseForeignTrust } from '../../../core/foreign/parse-trust.ts';
import { TrustListError } from '../../../core/foreign/trust-error.ts';
import { StatusLists } from '../../../core/status/accepted-lists.ts';
import { LedgerState } from '../../../core/trust/ledger-state.ts';
import { defaultPolicy } from '../../../core/verify/policy.ts';
import { verifyTogether } from '../../../core/verify/together.ts';
import { verifyCode, type VerifyContext } from '../../../core/verify/verify.ts';
import type { CheckpointPolicy } from './checkpoint-policy.ts';
import { FetchError, findFile, findPage } from './fetch-file.ts';
import type {
  AsOf,
  Decision,
  EngineAnswer,
  EngineRequest,
  Kept,
  Known,
  LearnProblem,
  Step,
  UpdateQuestion,
  VerifyQuestion,
} from './protocol.ts';
import { areRulesInForce, CheckpointRules } from './rules.ts';

export interface EnginePorts {
  readonly crypto: Crypto;
  /** From where bundles are published. Rejects with {@link FetchError}; for a page of roots soon, as a person waits. */
  readonly get: GetFile;
  /** How bundles are read, and all that is held is written down, beside verdicts; absent: in one piece. */
  readonly pace?: Pace;
}

/** Where nothing is known, everything is referred. */
const NOTHING = { state: new LedgerState(), statusLists: StatusLists.empty } as const;

export class Engine {
  readonly #ports: EnginePorts;
  readonly #pages: DayPages;
  #trust: BundleTrust | undefined;
  #held: BundleState | undefined;
  #foreignTrust: ForeignTrust = {};
  /** The rules last asked for. */
  #rules: { readonly asked: string; readonly rules: CheckpointRules } | undefined;
  /** One change of what is held at a time, so that two at once never roll anything back. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(ports: EnginePorts) {
    this.#ports = ports;
    this.#pages = new DayPages((path) => findPage(ports.get, path));
  }

  /** What goes wrong with what was given is an answer, not a rejection. */
  async answer(request: EngineRequest): Promise<EngineAnswer> {
    switch (request.kind) {
      case 'verify':
        return { kind: 'decision', decision: await this.#decideAsStated(request.question) };
      case 'are-rules-in-force':
        return { kind: 'rules', areInForce: areRulesInForce(request.passage, request.nowSeconds) };
      case 'trust-bundles-of':
        return this.#learn(() => this.#trustBundlesOf(request.bytes));
      case 'restore':
        return this.#learn(() => this.#restore(request.kept));
      case 'update':
        return this.#learn(() => this.#update(request));
      case 'write-down':
        return this.#writeDown();
      case 'trust-foreign':
        return this.#trustForeign(request.bytes, request.nowSeconds);
    }
  }

  /** With what an officer was asked, and what they said to it. */
  async #decideAsStated(question: VerifyQuestion): Promise<Decision> {
    const { nowSeconds, policy, stated = {} } = question;
    const asks = this.#rulesOf(policy).factsAsked(nowSeconds);
    const decision = await this.#decide(question);
    return asks.length === 0 ? decision : { ...decision, asks, stated };
  }

  async #decide(question: VerifyQuestion): Promise<Decision> {
    const held = this.#held;
    if (held === undefined) return this.#judge(question, NOTHING);
    const { judged, pageProblem } = await judgeWithPages(held, {
      pages: this.#pages,
      context: { ...this.#contextAt(question.nowSeconds), signers: held.signers },
      judge: (known) => this.#judge(question, known),
      partsOf: ({ parts }) => parts,
    });
    return pageProblem === undefined ? judged : { ...judged, pageProblem };
  }

  async #judge(
    { nowSeconds, policy, presented, stated, texts }: VerifyQuestion,
    { state, statusLists }: Pick<BundleState, 'state' | 'statusLists'>,
  ): Promise<Decision> {
    const context: VerifyContext = {
      crypto: this.#ports.crypto,
      state,
      statusLists,
      nowSeconds,
      policy: this.#rulesOf(policy).policyFor(stated),
      foreignTrust: this.#foreignTrust,
      ...(presented === undefined ? {} : { presented }),
    };
    const [text = '', ...others] = texts;
    if (others.length > 0) return verifyTogether(texts, context);
    const verdict = await verifyCode(text, context);
    const { evidence, outcome, policy: asked, reasons, validity } = verdict;
    return { outcome, validity, reasons, policy: asked, policies: evidence.policies ?? [], parts: [verdict] };
  }

  #rulesOf(settings: CheckpointPolicy): CheckpointRules {
    const asked = JSON.stringify(settings);
    if (this.#rules?.asked !== asked) this.#rules = { asked, rules: new CheckpointRules(settings) };
    return this.#rules.rules;
  }

  /** Does `change` in its turn, and tells what is known then, or why it is no more than before. */
  #learn(change: () => Promise<readonly Step[] | undefined>): Promise<EngineAnswer> {
    const turn = this.#turn.then(async (): Promise<EngineAnswer> => {
      try {
        const steps = await change();
        return { kind: 'known', known: this.#known(), ...(steps === undefined ? {} : { steps }) };
      } catch (error) {
        return { kind: 'refused', problem: problemOf(error), known: this.#known() };
      }
    });
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #trustBundlesOf(bytes: Uint8Array): Promise<undefined> {
    this.#trust = parseBundleTrust(bytes);
  }

  /**
   * At the start, or when another tab has kept more than this one holds. From then on nobody counts whom what is kept
   * has retired. Its time was judged when it came.
   */
  async #restore({ bundle, deltas, trust }: Kept): Promise<undefined> {
    const { signers } = parseBundleTrust(trust);
    this.#trust = { ...this.#contextAt(Infinity).trust, signers };
    let restored: BundleState | undefined;
    for (const bytes of [bundle, ...deltas]) {
      restored = await acceptBundle(bytes, restored, this.#contextAt(Infinity));
      // Where a delta is damaged, what came before it counts.
      if (this.#held === undefined || isAfter(restored, this.#held)) this.#held = restored;
    }
  }

  async #update({ line = 'deltas', nowSeconds }: UpdateQuestion): Promise<readonly Step[] | undefined> {
    const { get } = this.#ports;
    const find: FindFile = (path) => findFile(get, path);
    const before = this.#held;
    const { deltas, state } = await fetchUpdate(before, {
      ...this.#contextAt(nowSeconds),
      get,
      find,
      line,
    });
    this.#held = state;
    return before === undefined || deltas === undefined ? undefined : stepsFrom(before, deltas);
  }

  /** In its turn, so that it is what the answer before it told. */
  #writeDown(): Promise<EngineAnswer> {
    const turn = this.#turn.then(async (): Promise<EngineAnswer> => {
      const held = this.#held;
      if (held === undefined) return { kind: 'known', known: this.#known() };
      const { pace } = this.#ports;
      const bundle = pace === undefined ? fullBundle(held) : await pacedFullBundle(held, pace);
      const kept = { bundle, trust: trustOfKept(held), deltas: [] };
      return { kind: 'written', kept, asOf: asOf(held) };
    });
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  #contextAt(nowSeconds: number): AcceptContext {
    const { clockSkewSeconds } = defaultPolicy;
    if (this.#trust === undefined)
      throw new BundleError('BUNDLE_TRUST_INVALID', 'nobody said whose bundles count');
    const { crypto, pace } = this.#ports;
    const context = { crypto, trust: this.#trust, nowSeconds, clockSkewSeconds };
    return pace === undefined ? context : { ...context, pause: pace.pause };
  }

  async #trustForeign(bytes: Uint8Array, nowSeconds: number): Promise<EngineAnswer> {
    try {
      // A page reads one file: lists that name others are for the command line.
      const readFile = (): Promise<Uint8Array> => Promise.resolve(new Uint8Array(0));
      this.#foreignTrust = await parseForeignTrust(this.#ports.crypto, bytes, { nowSeconds, readFile });
      return { kind: 'trusted' };
    } catch (error) {
      if (!(error instanceof HclError)) throw error;
      const code = error instanceof TrustListError ? error.code : 'TRUST_LIST_INVALID';
      return { kind: 'trust-refused', code };
    }
  }

  #known(): Known {
    const { state, statusLists } = this.#held ?? NOTHING;
    const { hash, number, timeSeconds } = state.head;
    return {
      blockNumber: number,
      blockHash: hash,
      timeSeconds,
      issuers: [...state.trust.issuers()].length,
      roots: state.roots.size,
      statusLists: [...statusLists.sets()].reduce((sum, { lists }) => sum + lists.length, 0),
    };
  }
}

function isAfter(a: BundleState, b: BundleState): boolean {
  const { size } = b.checkpoint;
  return a.checkpoint.size > size || (a.checkpoint.size === size && a.timeSeconds > b.timeSeconds);
}

/** `undefined` where signers changed: those who are retired would count again where the full bundle is damaged. */
function stepsFrom(before: BundleState, deltas: readonly FollowedDelta[]): readonly Step[] | undefined {
  const states = [before, ...deltas.map(({ next }) => next)];
  if (!states.every((state) => haveSameSigners(before, state))) return undefined;
  return deltas.map(({ delta, next }, i) => ({ from: asOf(states[i] ?? before), to: asOf(next), delta }));
}

function haveSameSigners(a: BundleState, b: BundleState): boolean {
  return a.signers.version === b.signers.version && a.signedBy.version === b.signedBy.version;
}

function asOf({ state: { head } }: BundleState): AsOf {
  return { blockNumber: head.number, timeSeconds: head.timeSeconds };
}

/** Whatever else goes wrong with what came is its fault, and what is held stays. */
function problemOf(error: unknown): LearnProblem {
  if (error instanceof FetchError) return error.code;
  const isOfPage = !(error instanceof BundleError) || error.code === 'BUNDLE_PAGE_OTHER';
  return isOfPage ? 'BUNDLE_MALFORMED' : error.code;
}
