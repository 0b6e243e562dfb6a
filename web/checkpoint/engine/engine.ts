/**
 * Verifies in the page with the same `core/` as the service and the command line. Holds what is known of the ledger:
 * knowledge only ever grows, and whatever is wrong with new knowledge leaves the last good one in place.
 */
import type { Crypto } from '../../../core/crypto.ts';
import { HclError } from '../../../core/errors.ts';
import type { ForeignTrust } from '../../../core/foreign/foreign-trust.ts';
import { parseForeignTrust } from '../../../core/foreign/parse-trust.ts';
import { StatusLists } from '../../../core/status/accepted-lists.ts';
import { LedgerState } from '../../../core/trust/ledger-state.ts';
import { decodeSnapshot, type Snapshot } from '../../../core/trust/snapshot.ts';
import type { VerifyPolicy } from '../../../core/verify/policy.ts';
import { verifyTogether } from '../../../core/verify/together.ts';
import { verifyCode, type VerifyContext } from '../../../core/verify/verify.ts';
import type { CheckpointPolicy } from './checkpoint-policy.ts';
import { compareKnowledge } from './compare-knowledge.ts';
import type {
  Decision,
  EngineAnswer,
  EngineRequest,
  Known,
  LearnProblem,
  VerifyQuestion,
} from './protocol.ts';
import { areRulesInForce, toVerifyPolicy } from './rules.ts';

export class Engine {
  readonly #crypto: Crypto;
  #snapshot: Snapshot = { state: new LedgerState(), statusLists: StatusLists.empty };
  #foreignTrust: ForeignTrust = {};
  /** The policy last asked for: reading rules takes longer than a verdict. */
  #policy: { readonly asked: string; readonly policy: VerifyPolicy } | undefined;

  constructor(crypto: Crypto) {
    this.#crypto = crypto;
  }

  /** Does not reject: what goes wrong is an answer. */
  async answer(request: EngineRequest): Promise<EngineAnswer> {
    switch (request.kind) {
      case 'verify':
        return { kind: 'decision', decision: await this.#decide(request.question) };
      case 'are-rules-in-force':
        return { kind: 'rules', areInForce: areRulesInForce(request.passage, request.nowSeconds) };
      case 'learn':
        return this.#learn(request.bytes);
      case 'trust':
        return this.#trust(request.bytes, request.nowSeconds);
    }
  }

  async #decide({ nowSeconds, policy, presented, texts }: VerifyQuestion): Promise<Decision> {
    const context: VerifyContext = {
      crypto: this.#crypto,
      ...this.#snapshot,
      nowSeconds,
      policy: this.#policyFor(policy),
      foreignTrust: this.#foreignTrust,
      ...(presented === undefined ? {} : { presented }),
    };
    const [text = '', ...others] = texts;
    if (others.length > 0) return verifyTogether(texts, context);
    const verdict = await verifyCode(text, context);
    const { evidence, outcome, policy: asked, reasons, validity } = verdict;
    return { outcome, validity, reasons, policy: asked, policies: evidence.policies ?? [], parts: [verdict] };
  }

  #policyFor(settings: CheckpointPolicy): VerifyPolicy {
    const asked = JSON.stringify(settings);
    if (this.#policy?.asked !== asked) this.#policy = { asked, policy: toVerifyPolicy(settings) };
    return this.#policy.policy;
  }

  #learn(bytes: Uint8Array): EngineAnswer {
    const read = this.#read(bytes);
    if (read === undefined) return this.#refuse('BUNDLE_MALFORMED');
    const found = compareKnowledge(this.#snapshot.state, read.state);
    if (found !== 'newer' && found !== 'same') return this.#refuse(found);
    this.#snapshot = read;
    return { kind: 'known', known: this.#known(), isNew: found === 'newer' };
  }

  #refuse(problem: LearnProblem): EngineAnswer {
    return { kind: 'refused', problem, known: this.#known() };
  }

  #read(bytes: Uint8Array): Snapshot | undefined {
    try {
      return decodeSnapshot(this.#crypto, bytes);
    } catch (error) {
      if (error instanceof HclError) return undefined;
      throw error;
    }
  }

  async #trust(bytes: Uint8Array, nowSeconds: number): Promise<EngineAnswer> {
    try {
      // A page reads one file: lists that name others are for the command line.
      const readFile = (): Promise<Uint8Array> => Promise.resolve(new Uint8Array(0));
      this.#foreignTrust = await parseForeignTrust(this.#crypto, bytes, { nowSeconds, readFile });
      return { kind: 'trusted' };
    } catch (error) {
      if (error instanceof HclError) return { kind: 'trust-refused', code: error.code };
      throw error;
    }
  }

  #known(): Known {
    const { state, statusLists } = this.#snapshot;
    const { hash, number, timeSeconds } = state.head;
    return {
      blockNumber: number,
      blockHash: hash,
      timeSeconds,
      issuers: [...state.trust.issuers()].length,
      roots: state.roots.rows.size,
      statusLists: [...statusLists.sets()].reduce((sum, { lists }) => sum + lists.length, 0),
    };
  }
}
