/** Files of records through HTTP: of any length, cut short, full of nonsense, and sent again. */
import { Readable } from 'node:stream';
import { describe, it } from 'mocha';
import { expect } from 'chai';
import { buildIssuerApp } from '../../issuer/app.ts';
import type { Issuer } from '../../issuer/issuer.ts';
import type { IntakeRow } from '../../issuer/intake/row.ts';
import type { RowResult } from '../../issuer/row.ts';
import type { Counts, Progress, UploadView } from '../../issuer/uploads.ts';
import type { Service } from '../../service/app.ts';
import { printFindings } from '../support/findings.ts';
import { runs } from '../support/scale.ts';
import { until } from '../support/until.ts';
import { csvFile, csvLine, csvPieces } from './support/csv-file.ts';
import { IssuerHouse, passportVaccination } from './support/issuer-house.ts';
import { IssuerOperator, IssuerProcess, processOptions } from './support/issuer-process.ts';
import { LedgerServer } from './support/ledger-server.ts';

const ROWS = runs(2_000, 50_000);
const ENDLESS_ROWS = runs(6_000, 200_000);
/** By design: three chunks of 500 on their way, one being gathered, and the one that is read. */
const MOST_IN_FLIGHT = 2_500;
const MAX_FILE_BYTES = 100_000_000;

describe('a file of records over HTTP', function () {
  this.timeout(300_000);

  it(`of ${ROWS} rows is answered row by row, with its progress, receipts and a sum`, async () => {
    await using world = await World.create();
    const startedAt = performance.now();
    const { rows, receipts, progress, last } = await world.post(csvPieces(ROWS));
    const seconds = (performance.now() - startedAt) / 1000;
    expect(last.summary).to.deep.equal({ issued: ROWS, duplicates: 0, refused: 0 });
    expect(rows.map(({ row }) => row)).to.deep.equal(Array.from({ length: ROWS }, (_, n) => n + 2));
    expect(receipts).to.have.length(Math.ceil(ROWS / 500));
    expect(progress.map(({ rows: done }) => done)).to.deep.equal(
      receipts.map((_, i) => Math.min(ROWS, 500 * (i + 1))),
    );
    const [upload] = await world.uploads();
    expect(upload).to.include({ state: 'done', rows: ROWS, issued: ROWS });
    printFindings('one file over HTTP', [
      { rows: ROWS, seconds: seconds.toFixed(1), 'rows/s': Math.round(ROWS / seconds) },
    ]);
  });

  it(`of ${ENDLESS_ROWS} rows never has more than ${MOST_IN_FLIGHT} of them in memory`, async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open({ config: { maxWaiting: 1_000_000 } });
    let read = 0;
    async function* rows(): AsyncGenerator<IntakeRow> {
      for (let n = 0; n < ENDLESS_ROWS; n++) {
        read++;
        yield { row: n, record: passportVaccination(n) };
      }
    }
    let answered = 0;
    let most = 0;
    for await (const { results } of issuer.takeIn(rows())) {
      most = Math.max(most, read - answered);
      answered += results.length;
    }
    expect(answered).to.equal(ENDLESS_ROWS);
    expect(most).to.be.within(500, MOST_IN_FLIGHT);
  });

  it('with one bad row among many names that row, and issues the others', async () => {
    await using world = await World.create();
    const { rows, last } = await world.post(
      csvFile(1_200, (n) => csvLine(n, n === 777 ? '1980-13-17' : undefined)),
    );
    expect(last).to.deep.equal({ summary: { issued: 1_199, duplicates: 0, refused: 1 } });
    const refused = rows.filter((row) => 'problems' in row);
    expect(refused).to.have.length(1);
    expect(refused[0]).to.have.property('row', 779);
    expect(refused[0]?.problems[0]).to.have.property('field', 'dob');
  });

  it('that is half a file issues its whole rows and names the one that is cut', async () => {
    await using world = await World.create();
    const whole = csvFile(10);
    const { rows, last } = await world.post(whole.slice(0, whole.length - 40));
    expect(last).to.deep.equal({ summary: { issued: 9, duplicates: 0, refused: 1 } });
    expect(rows.at(-1)).to.have.nested.property('problems[0].code', 'INTAKE_CSV_CELLS');
    const again = await world.post(whole);
    expect(again.last).to.deep.equal({ summary: { issued: 1, duplicates: 9, refused: 0 } });
  });

  for (const type of ['text/csv', 'application/json', 'application/fhir+json']) {
    it(`that is 10 MB of nonsense as ${type} is refused by name, and nothing is made`, async () => {
      await using world = await World.create();
      const nonsense = Buffer.alloc(10_000_000, `x,"\n{[\u0000y${'z'.repeat(200)}`);
      const { rows, last } = await world.post(nonsense, { type });
      expect(last.summary).to.include({ issued: 0, duplicates: 0 });
      expect(rows.every((row) => 'problems' in row && row.problems[0]?.code.startsWith('INTAKE_'))).to.equal(
        true,
      );
      expect(rows.length).to.be.greaterThan(0);
    });
  }

  it('whose sender goes away in the middle is made as far as it came; sent again only the rest is made', async () => {
    await using world = await World.create();
    const away = new AbortController();
    // Never ends by itself: what is left is held back until the sender has gone.
    async function* untilGone(): AsyncGenerator<Uint8Array> {
      yield* csvPieces(2_500);
      await until(async () => ((await world.uploads())[0]?.rows ?? 0) >= 1_000);
      away.abort();
    }
    const outcome = await world.post(untilGone(), { signal: away.signal }).then(
      () => 'answered',
      () => 'gone',
    );
    expect(outcome).to.equal('gone');
    await world.untilUpload('broken-off');
    const { last } = await world.post(csvPieces(3_000));
    const { issued, duplicates } = last.summary;
    expect(issued + duplicates).to.equal(3_000);
    expect(duplicates % 500, 'whole chunks are made or nothing of them').to.equal(0);
    expect(duplicates).to.be.within(1_000, 2_500);
  });

  it('under a key is completed after a kill in its middle, and says what was there before', async () => {
    await using house = await IssuerHouse.create();
    await using ledger = await LedgerServer.start(house.ledger);
    house.ledger.timeSeconds = Math.floor(Date.now() / 1000);
    const options = await processOptions(house, { url: ledger.url, account: house.ledger.account });
    const send = async (url: string, onLine: (line: Line) => void): Promise<void> => {
      const operator = new IssuerOperator(url, house.secrets);
      await readLines(
        await operator.call('/records', fileRequest(csvPieces(3_000), { key: 'bulk' })),
        onLine,
      );
    };
    const told: Line[] = [];
    const victim = new IssuerProcess(options);
    const next = new IssuerProcess(options);
    try {
      const cut = await send(await victim.open(), (line) => {
        told.push(line);
        if ('progress' in line && line.progress.rows === 1_500) victim.signal('SIGKILL');
      }).catch((error: unknown) => error);
      expect(cut).to.be.instanceOf(TypeError);
      const lines: Line[] = [];
      await send(await next.open(), (line) => lines.push(line));
      const rows = lines.filter((line) => 'row' in line);
      expect(lines.at(-1)).to.deep.equal({ summary: { issued: 3_000, duplicates: 0, refused: 0 } });
      const before = told.filter((line) => 'row' in line);
      expect(rows.slice(0, before.length), 'what was answered is answered the same').to.deep.equal(before);
      expect(lines.filter((line) => 'receipt' in line).slice(0, 3)).to.deep.equal(
        told.filter((line) => 'receipt' in line).slice(0, 3),
      );
      const { progress } = lines.findLast((line) => 'progress' in line) ?? { progress: undefined };
      expect(progress?.resumed).to.be.within(1_500, 3_000);
    } finally {
      await Promise.all([victim.kill(), next.kill()]);
    }
  });
});

type Line =
  | RowResult
  | { readonly receipt: string }
  | { readonly progress: Progress }
  | { readonly summary: Counts; readonly problem?: { readonly code: string } };

interface PostedFile {
  readonly rows: readonly RowResult[];
  readonly receipts: readonly string[];
  readonly progress: readonly Progress[];
  readonly last: { readonly summary: Counts; readonly problem?: { readonly code: string } };
}

interface FileOptions {
  readonly type?: string;
  readonly key?: string;
  readonly signal?: AbortSignal;
}

type FileBody = string | Uint8Array<ArrayBuffer> | AsyncIterable<Uint8Array>;

function fileRequest(body: FileBody, { type = 'text/csv', key, signal }: FileOptions): RequestInit {
  const isWhole = typeof body === 'string' || body instanceof Uint8Array;
  return {
    method: 'POST',
    headers: {
      'content-type': type,
      accept: 'application/x-ndjson',
      ...(key === undefined ? {} : { 'idempotency-key': `"${key}"` }),
    },
    // The same class of stream under two names: the web's and Node's.
    body: isWhole ? body : (Readable.toWeb(Readable.from(body)) as ReadableStream),
    ...(signal === undefined ? {} : { signal }),
    duplex: 'half',
  };
}

async function readLines(answer: Response, onLine: (line: Line) => void): Promise<void> {
  expect(answer.status).to.equal(200);
  let rest = '';
  for await (const piece of answer.body ?? []) {
    const lines = (rest + Buffer.from(piece).toString('latin1')).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(JSON.parse(line) as Line); // the route's response
  }
}

class World implements AsyncDisposable {
  readonly #house: IssuerHouse;
  readonly #issuer: Issuer;
  readonly #app: Service;
  readonly #operator: IssuerOperator;

  private constructor(house: IssuerHouse, issuer: Issuer, { app, url }: { app: Service; url: string }) {
    this.#house = house;
    this.#issuer = issuer;
    this.#app = app;
    this.#operator = new IssuerOperator(url, house.secrets);
  }

  static async create(): Promise<World> {
    const house = await IssuerHouse.create();
    const http = { host: '127.0.0.1', port: 0, maxFileBytes: MAX_FILE_BYTES };
    const issuer = await house.open({ config: { http, maxWaiting: 1_000_000 } });
    const { operatorToken } = house.secrets;
    const app = await buildIssuerApp({
      issuer,
      operatorToken,
      now: () => house.nowMs,
      limits: { requestsPerMinute: 1_000_000, maxEventLoopDelayMs: 600_000 },
    });
    return new World(house, issuer, { app, url: await app.listen({ host: '127.0.0.1', port: 0 }) });
  }

  async post(body: FileBody, options: FileOptions = {}): Promise<PostedFile> {
    const lines: Line[] = [];
    await readLines(await this.#operator.call('/records', fileRequest(body, options)), (line) =>
      lines.push(line),
    );
    const last = lines.at(-1);
    if (last === undefined || !('summary' in last)) throw new Error('the answer has no last line');
    return {
      rows: lines.filter((line) => 'row' in line),
      receipts: lines.flatMap((line) => ('receipt' in line ? [line.receipt] : [])),
      progress: lines.flatMap((line) => ('progress' in line ? [line.progress] : [])),
      last,
    };
  }

  async uploads(): Promise<readonly UploadView[]> {
    const answer = await this.#operator.call('/uploads');
    return ((await answer.json()) as { uploads: readonly UploadView[] }).uploads; // the route's response schema
  }

  async untilUpload(state: UploadView['state']): Promise<void> {
    await until(async () => (await this.uploads())[0]?.state === state);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#app.close();
    await this.#issuer.close();
    await this.#house[Symbol.asyncDispose]();
  }
}
