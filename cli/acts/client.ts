/** An issuer's acts over HTTP, as `issuer/routes/` answers them. */
import { randomUUID } from 'node:crypto';
import { fromHex, type Hex } from '../../core/bytes/hex.ts';
import type { ShownActBatch } from '../../core/act/batch.ts';
import type { ActBatchEntry } from '../../issuer/acts/act-batch-entry.ts';
import type { ActView } from '../../issuer/acts/acts.ts';
import type { ActRequest } from '../../issuer/acts/propose.ts';
import type { Answer, IssuerClient } from '../issuer-client.ts';

/** A batch as it came; nothing of it is believed before `readActBatch`. */
export interface PostedBatch extends Pick<
  ActBatchEntry,
  'root' | 'state' | 'log2Size' | 'sequence' | 'deadline'
> {
  readonly seed: string;
  readonly acts: ShownActBatch['acts'];
  readonly approvedBy: readonly Hex[];
}

export type CorrectionAnswer =
  | { readonly recordId: string; readonly act: ActView }
  | { readonly problems: readonly { readonly field: string; readonly reason: string }[] };

export class ActClient {
  readonly #client: IssuerClient;

  constructor(client: IssuerClient) {
    this.#client = client;
  }

  async dryRun(request: ActRequest): Promise<number> {
    const answer = await this.#post('/acts/dry-run', request);
    return (answer.json() as { readonly credentials: number }).credentials; // the route's response schema
  }

  /** Sent again when the issuer is busy, proposed once. */
  async propose(request: ActRequest): Promise<ActView> {
    const answer = await this.#client({
      method: 'POST',
      path: '/acts',
      contentType: 'application/json',
      idempotencyKey: randomUUID(),
      body: JSON.stringify(request),
    });
    return answer.json() as ActView; // the route's response schema
  }

  async show(id: string): Promise<ActView> {
    const answer = await this.#client({ method: 'GET', path: `/acts/${id}` });
    return answer.json() as ActView; // the route's response schema
  }

  async list(): Promise<readonly ActView[]> {
    const answer = await this.#client({ method: 'GET', path: '/acts' });
    return (answer.json() as { readonly acts: readonly ActView[] }).acts; // the route's response schema
  }

  async withdraw(id: string): Promise<ActView> {
    return (await this.#post(`/acts/${id}/withdrawal`, undefined)).json() as ActView; // the route's response schema
  }

  async openBatch(acts: readonly string[], replace: boolean): Promise<PostedBatch> {
    return (await this.#post('/acts/batches', { acts, replace })).json() as PostedBatch; // the route's response schema
  }

  async approve(root: Hex, signature: Hex): Promise<PostedBatch> {
    const answer = await this.#post(`/acts/batches/${root}/approvals`, { signature });
    return answer.json() as PostedBatch; // the route's response schema
  }

  async correct(correction: object): Promise<CorrectionAnswer> {
    return (await this.#post('/corrections', correction)).json() as CorrectionAnswer; // the route's response schema
  }

  #post(path: string, body: unknown): Promise<Answer> {
    const content = body === undefined ? {} : { contentType: 'application/json', body: JSON.stringify(body) };
    return this.#client({ method: 'POST', path, ...content });
  }
}

export function toShown({ root, log2Size, seed, acts }: PostedBatch): ShownActBatch {
  return { root: fromHex(root), log2Size, seed, acts };
}
