/**
 * The engine of the built page in a worker of Chromium, asked as the page asks it. The page's policy lets nobody start a
 * worker by hand, so its tab is opened without one (`bypassCSP`).
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { Verdict } from '../../../core/verify/verdict.ts';
import type { CheckpointPolicy } from '../../../web/checkpoint/engine/checkpoint-policy.ts';
import type { EngineAnswer, EngineRequest } from '../../../web/checkpoint/engine/protocol.ts';
import type { PageWorld } from './page-world.ts';

export interface Lesson {
  readonly bundle: Uint8Array;
  /** Whose bundles count, of the form of `bundle-trust.json`. */
  readonly signers: string;
  /** Whose foreign codes are trusted, of the form of `trust.json`. */
  readonly trust: string;
  readonly nowSeconds: number;
}

export interface Questions {
  readonly texts: readonly string[];
  readonly policy: CheckpointPolicy;
  readonly nowSeconds: number;
}

interface Asking {
  readonly ask: (content: unknown) => Promise<EngineAnswer>;
}

export class PageEngine {
  readonly #page: Page;

  private constructor(page: Page) {
    this.#page = page;
  }

  /** @param page of the pages' own origin */
  static async start(page: Page, { pagesFolder, served }: PageWorld): Promise<PageEngine> {
    const assets = await readdir(join(pagesFolder, 'assets'));
    const name = assets.find((file) => file.startsWith('engine-worker-'));
    if (name === undefined) throw new Error('the build has no engine');
    await page.evaluate(
      (url) => {
        const worker = new Worker(url, { type: 'module' });
        let last = 0;
        const ask = (content: unknown): Promise<unknown> => {
          const id = ++last;
          return new Promise((resolve) => {
            worker.addEventListener('message', function listen({ data }) {
              if (data.id !== id) return;
              worker.removeEventListener('message', listen);
              resolve(data.content);
            });
            // A worker has no origin to name.
            // oxlint-disable-next-line unicorn/require-post-message-target-origin
            worker.postMessage({ id, content });
          });
        };
        Object.assign(globalThis, { ask });
      },
      new URL(`../assets/${name}`, served.url).pathname,
    );
    return new PageEngine(page);
  }

  /** The kinds of its answers: to whose bundles count, to the bundle, and to whose foreign codes are trusted. */
  async learn({ bundle, nowSeconds, signers, trust }: Lesson): Promise<readonly EngineAnswer['kind'][]> {
    return this.#page.evaluate(
      async ({ bundle: bytes, nowSeconds: now, signers: signersText, trust: list }) => {
        const { ask } = globalThis as unknown as Asking;
        const encoder = new TextEncoder();
        const signersBytes = encoder.encode(signersText);
        const kept = { bundle: Uint8Array.from(bytes), trust: signersBytes, deltas: [] };
        const requests: readonly EngineRequest[] = [
          { kind: 'trust-bundles-of', bytes: signersBytes },
          { kind: 'restore', kept },
          { kind: 'trust-foreign', bytes: encoder.encode(list), nowSeconds: now },
        ];
        const kinds: EngineAnswer['kind'][] = [];
        for (const request of requests) kinds.push((await ask(request)).kind);
        return kinds;
      },
      { bundle: [...bundle], signers, trust, nowSeconds },
    );
  }

  /** One for each text. */
  async verdicts(asked: Questions): Promise<readonly Verdict[]> {
    const answers = await this.#page.evaluate(async ({ nowSeconds, policy, texts }) => {
      const { ask } = globalThis as unknown as Asking;
      const verdicts: unknown[] = [];
      for (const text of texts) {
        const answer = await ask({ kind: 'verify', question: { texts: [text], policy, nowSeconds } });
        verdicts.push(answer.kind === 'decision' ? answer.decision.parts[0] : answer);
      }
      // As text: an own way of serialising would lose what JSON keeps, and keep what it loses.
      return JSON.stringify(verdicts);
    }, asked);
    return JSON.parse(answers) as readonly Verdict[];
  }
}
