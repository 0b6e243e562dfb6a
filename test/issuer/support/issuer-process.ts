/** An issuer in a process of its own, and a client of it that knows what was acknowledged. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { HealthRecord } from '../../../core/record/record.ts';
import type { IssuerConfig } from '../../../issuer/config.ts';
import { writeSecrets, type IssuerSecrets } from '../../../issuer/secrets.ts';
import type { IssuedRow, RowResult } from '../../../issuer/row.ts';
import { until } from '../../support/until.ts';
import { WaitingProcess, type WaitingProcessOptions } from '../../support/waiting-process.ts';
import type { IssuerProcessOptions } from './killed-issuer.ts';
import { issued, type IssuerHouse } from './issuer-house.ts';

const PROGRAM = fileURLToPath(new URL('killed-issuer.ts', import.meta.url));

/** What a client was told. */
export interface Acknowledged {
  readonly row: IssuedRow;
  readonly receipt: string;
}

export class IssuerProcess extends WaitingProcess {
  constructor(options: IssuerProcessOptions, how: WaitingProcessOptions = {}) {
    super(PROGRAM, options, how);
  }
}

/** Options of a process on the house's folder, with its secrets in a file. */
export async function processOptions(
  house: IssuerHouse,
  ledger: IssuerProcessOptions['ledger'],
  { config, secrets = house.secrets }: { config?: Partial<IssuerConfig>; secrets?: IssuerSecrets } = {},
): Promise<IssuerProcessOptions> {
  const secretsFile = join(house.folder, 'secrets.json');
  await writeSecrets(secretsFile, secrets);
  // Windows as short as they may be: every stage of the way has something to do at any time.
  const windowMs = { short: 20, long: 20 };
  return { config: house.config({ windowMs, ...config }), secretsFile, ledger };
}

/** The issuer's operator on HTTP. */
export class IssuerOperator {
  readonly #url: string;
  readonly #token: string;

  constructor(url: string, { operatorToken }: IssuerSecrets) {
    this.#url = url;
    this.#token = operatorToken;
  }

  /** Asks again while a busy machine makes the issuer too slow to take it; a stream can be sent once only. */
  async call(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { authorization: `Bearer ${this.#token}`, ...init.headers };
    return await until(async () => {
      const answer = await fetch(this.#url + path, { ...init, headers });
      const isAgain = answer.status === 503 && !(init.body instanceof ReadableStream);
      return isAgain && (await answer.clone().text()).includes('SERVICE_OVERLOADED') ? undefined : answer;
    });
  }

  /** Issues one record; `undefined` when the issuer is too busy. Throws on any other answer than 200. */
  async issue(record: HealthRecord, key?: string): Promise<Acknowledged | undefined> {
    const answer = await this.call('/records', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(key === undefined ? {} : { 'idempotency-key': `"${key}"` }),
      },
      body: JSON.stringify(record),
    });
    const text = await answer.text();
    if (answer.status === 503) return undefined;
    if (answer.status !== 200) throw new Error(`answered ${answer.status}: ${text}`);
    // The route's response schema.
    const { rows, receipts } = JSON.parse(text) as { rows: RowResult[]; receipts: string[] };
    return { row: issued(rows[0]), receipt: receipts[0] ?? '' };
  }

  /**
   * Issues one record after the other until the issuer is gone or `isEnough`; `onAcknowledged` is told of each. An
   * answer that is neither 200 nor 503 fails.
   */
  async issueAlong(
    records: Iterator<HealthRecord>,
    {
      onAcknowledged,
      isEnough = () => false,
    }: { onAcknowledged(one: Acknowledged): void; isEnough?(): boolean },
  ): Promise<void> {
    try {
      while (!isEnough()) {
        const next = records.next();
        if (next.done === true) return;
        const told = await this.issue(next.value);
        if (told !== undefined) onAcknowledged(told);
      }
    } catch (error) {
      // fetch reports a connection that broke as a TypeError.
      if (!(error instanceof TypeError)) throw error;
    }
  }
}
