/**
 * What operators do about one person after the other, over HTTP: codes, orders, releases, facts, and rulings that two
 * people approve. A step that was not acknowledged is sent again to whichever process comes next, as clients do.
 */
import { fromHex, type Hex } from '../../../core/bytes/hex.ts';
import type { Colour } from '../../../core/record/derived.ts';
import type { HealthRecord, Subject } from '../../../core/record/record.ts';
import { approveActs } from '../../../ledger/act-approval.ts';
import { orderOn, personOf, terms } from '../health/support.ts';
import { labTest } from './issuer-house.ts';
import type { IssuerOperator } from './issuer-process.ts';
import { APPROVER_KEYS, PLACE } from './memory-ledger.ts';
import { until } from '../../support/until.ts';

/** A code that was answered. */
export interface GivenCode {
  readonly handle: string;
  readonly state: Colour;
}

/** What must be of one person after all of it was acknowledged. */
export interface Told {
  readonly subject: Subject;
  readonly state: Colour;
  readonly codes: readonly GivenCode[];
  /** References of their orders. */
  readonly orders: readonly string[];
  readonly isRuled: boolean;
}

/** The processes that follow on each other: whoever asks waits for one that answers. */
export class Succession {
  acknowledged = 0;
  /** Nobody new is begun with. */
  isOver = false;
  #present = Promise.withResolvers<IssuerOperator>();
  #onAcknowledged: () => void = () => undefined;

  /** This one answers from now on. */
  enter(operator: IssuerOperator, onAcknowledged: () => void): void {
    this.#onAcknowledged = onAcknowledged;
    this.#present.resolve(operator);
  }

  /** It is gone. */
  leave(): void {
    this.#present = Promise.withResolvers();
  }

  /**
   * Sends it until it is answered; throws on any other answer than 200. `isDone` is the code of the problem that says that
   * it was done before, without anybody having been told.
   */
  async post<Answer>(
    path: string,
    body: object,
    { key, isDone }: { readonly key?: string; readonly isDone?: string } = {},
  ): Promise<Answer> {
    const keyed = key === undefined ? {} : { 'idempotency-key': key };
    const headers = { 'content-type': 'application/json', ...keyed };
    const init = { method: 'POST', headers, body: JSON.stringify(body) };
    for (;;) {
      const { promise } = this.#present;
      const answer = await answered(await promise, path, init);
      if (answer !== undefined) {
        if (answer.status !== 200 && !(isDone !== undefined && answer.text.includes(isDone)))
          throw new Error(`${path} answered ${answer.status}: ${answer.text}`);
        this.acknowledged++;
        this.#onAcknowledged();
        return JSON.parse(answer.text) as Answer; // as the route's response schema says
      }
      await until(() => this.#present.promise !== promise);
    }
  }
}

/** `undefined`: the process was gone before it had answered. */
async function answered(
  operator: IssuerOperator,
  path: string,
  init: RequestInit,
): Promise<{ readonly status: number; readonly text: string } | undefined> {
  try {
    const answer = await operator.call(path, init);
    return { status: answer.status, text: await answer.text() };
  } catch (error) {
    // fetch reports a connection that broke as a TypeError.
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

const DAY_SECONDS = 86_400;
const SCHEME = 'HK-HC';

/** One person after the other, of every kind in turn; rulings are one client's, since their approvals are one batch's. */
export async function serve(
  n: number,
  { succession, isRuling }: { readonly succession: Succession; readonly isRuling: boolean },
): Promise<Told> {
  const subject = personOf(n);
  const steps = new Steps(subject, succession);
  const first = await steps.code();
  if (isRuling) {
    await steps.rule(`ruling-${n}`);
    return { subject, state: 'red', codes: [first], orders: [], isRuled: true };
  }
  const common = { subject, isRuled: false };
  if (n % 3 === 0) {
    await steps.takeIn(positiveNow(n));
    return { ...common, state: 'red', codes: [first], orders: [] };
  }
  const reference = `QO-${n}`;
  const id = await steps.order(reference);
  const codes = [first, await steps.code()];
  if (n % 3 === 1) return { ...common, state: 'red', codes, orders: [reference] };
  await steps.release(id);
  return { ...common, state: 'green', codes: [...codes, await steps.code()], orders: [reference] };
}

class Steps {
  readonly #subject: Subject;
  readonly #succession: Succession;

  constructor(subject: Subject, succession: Succession) {
    this.#subject = subject;
    this.#succession = succession;
  }

  async code(): Promise<GivenCode> {
    const body = { person: { subject: this.#subject }, scheme: SCHEME };
    const { state, credentials } = await this.#succession.post<{
      readonly state: Colour;
      readonly credentials: readonly { readonly handle: string }[];
    }>('/statuses', body);
    return { state, handle: credentials[0]?.handle ?? '' };
  }

  async order(reference: string): Promise<string> {
    const fromSeconds = nowSeconds() - 60;
    const untilSeconds = fromSeconds + 7 * DAY_SECONDS;
    const order = orderOn(this.#subject, { fromSeconds, untilSeconds, reference });
    return (await this.#succession.post<{ readonly id: string }>('/orders', order)).id;
  }

  async release(id: string): Promise<void> {
    const body = { releasedBy: 'HO-18', enteredBy: 'OP-4' };
    await this.#succession.post(`/orders/${id}/release`, body, { isDone: 'ORDER_ENDED' });
  }

  async takeIn(record: HealthRecord): Promise<void> {
    await this.#succession.post('/records', record);
  }

  async rule(key: string): Promise<void> {
    const body = {
      ...terms({ untilSeconds: nowSeconds() + DAY_SECONDS }),
      person: { subject: this.#subject },
    };
    const { act } = await this.#succession.post<{ readonly act: string }>('/rulings', body, { key });
    for (const approver of APPROVER_KEYS) await this.#approve(act, approver);
  }

  async #approve(act: string, approver: Hex): Promise<void> {
    const batch = await this.#succession.post<ShownBatch>('/acts/batches', { acts: [act], replace: true });
    const { signature } = approveActs(approver, PLACE, { ...batch, root: fromHex(batch.root) });
    await this.#succession.post(`/acts/batches/${batch.root}/approvals`, { signature });
  }
}

interface ShownBatch {
  readonly root: Hex;
  readonly log2Size: number;
  readonly sequence: number;
  readonly deadline: number;
}

function positiveNow(n: number): HealthRecord {
  const collectedAt = `${new Date((nowSeconds() - 3_600) * 1000).toISOString().slice(0, 19)}Z`;
  // Of `labTest`, so it is a test.
  return { ...labTest(n), result: 'sct|260373001', collectedAt } as HealthRecord;
}

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}
