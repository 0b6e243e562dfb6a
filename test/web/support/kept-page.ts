/**
 * A page without its screens, whose store outlives it: what it knows it has from a publisher's folder, or from what it
 * wrote down before it was reloaded.
 *
 *   const page = new KeptPage(published);
 *   await page.reload();
 *   await page.update();
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { toUtf8 } from '../../../core/bytes/utf8.ts';
import type { Outcome } from '../../../core/verify/reasons.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { AGEING_SECONDS } from '../../../web/checkpoint/engine/checkpoint-policy.ts';
import { Engine } from '../../../web/checkpoint/engine/engine.ts';
import { FetchError } from '../../../web/checkpoint/engine/fetch-file.ts';
import { Knowledge, type KnowledgeReport } from '../../../web/checkpoint/knowledge/knowledge.ts';
import { lockWithin } from '../../../web/shared/store/lock.ts';
import type { IssuedCode } from '../../support/consortium.ts';
import type { PublishedLedger } from '../../verifier/bundle/support/published-ledger.ts';
import { memoryStore } from './memory-store.ts';

const POLICY = { mode: 'venue', ageingSeconds: AGEING_SECONDS.venue } as const;

export class KeptPage {
  readonly #published: PublishedLedger;
  readonly #store = memoryStore();
  #engine: Engine;
  #knowledge: Knowledge;
  isOffline = false;
  /** Nothing leads on from what it holds: it takes the full bundle. */
  isLeftBehind = false;

  constructor(published: PublishedLedger) {
    this.#published = published;
    this.#engine = this.#makeEngine();
    this.#knowledge = this.#makeKnowledge();
  }

  /** How many files are kept: a full bundle, and the deltas to it. */
  get kept(): number {
    return [...this.#store.values.keys()].filter((key) => key.startsWith('bundle/')).length;
  }

  /** It knows what is kept, and nothing else. */
  reload(): Promise<KnowledgeReport> {
    this.#engine = this.#makeEngine();
    this.#knowledge = this.#makeKnowledge();
    return this.#knowledge.restore();
  }

  update(): Promise<KnowledgeReport> {
    return this.#knowledge.update();
  }

  async outcomeOf({ text }: IssuedCode): Promise<Outcome> {
    const { nowSeconds } = this.#published.consortium;
    const question = { texts: [text], policy: POLICY, nowSeconds };
    const answer = await this.#engine.answer({ kind: 'verify', question });
    if (answer.kind !== 'decision') throw new Error(answer.kind);
    return answer.decision.outcome;
  }

  #makeEngine(): Engine {
    return new Engine({ crypto: nodeCrypto, get: (path) => this.#get(path) });
  }

  #makeKnowledge(): Knowledge {
    return new Knowledge({
      ask: (request) => this.#engine.answer(request),
      store: this.#store,
      lock: lockWithin(),
      fetchBeside: async () => toUtf8(JSON.stringify(this.#published.context().trust)),
      nowSeconds: () => this.#published.consortium.nowSeconds,
    });
  }

  async #get(path: string): Promise<Uint8Array> {
    if (this.isOffline) throw new FetchError('OFFLINE', 'no network');
    const isHidden = this.isLeftBehind && path.startsWith('deltas/');
    const file = isHidden
      ? undefined
      : await readFile(join(this.#published.path, path)).catch(() => undefined);
    if (file === undefined) throw new FetchError('NO_ANSWER', 'no such file');
    return new Uint8Array(file);
  }
}
