/**
 * Every file that a device fetches, spoilt in every way that a disk, a proxy or a stranger can spoil it: each has its own
 * answer, what was held before stays, and once the file is good again it is taken.
 *
 *   what leads on   `deltas/` and `hours/`: the index helps, and nobody has to be told
 *   the index's     the delta and the full bundle that it names: refused, and nothing else can help
 *   pages           of older days: refused for the code that is shown, which is referred
 *
 * A real publisher's files, over HTTP, to the page's engine.
 */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { pagePath } from '../../core/bundle/accept-page.ts';
import { BUNDLE_PARTS, type BundlePart } from '../../core/bundle/bundle-file.ts';
import type { BundleIndex, FullFile } from '../../core/bundle/bundle-index.ts';
import { DELTA_LINES, deltaPath, type DeltaLine } from '../../core/bundle/follow-deltas.ts';
import { ByteReader } from '../../core/bytes/byte-reader.ts';
import { ByteWriter } from '../../core/bytes/byte-writer.ts';
import { writeVarint } from '../../core/bytes/varint.ts';
import { toUtf8 } from '../../core/bytes/utf8.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { AGEING_SECONDS } from '../../web/checkpoint/engine/checkpoint-policy.ts';
import { Engine } from '../../web/checkpoint/engine/engine.ts';
import { fetchFile } from '../../web/checkpoint/engine/fetch-file.ts';
import type { Decision, EngineAnswer, Known } from '../../web/checkpoint/engine/protocol.ts';
import { testRecord, vaccinationRecord } from '../support/consortium.ts';
import { isLongRun } from '../support/scale.ts';
import { testSigner } from '../support/signers.ts';
import { PublishedLedger } from '../verifier/bundle/support/published-ledger.ts';

const DAY = 86_400;
const MB = 1024 * 1024;
/** More than a device takes. */
const TOO_LONG = new Uint8Array(65 * MB);
const GZIP_BOMB = gzipSync(TOO_LONG, { level: 1 });
const BOMB = deflateRawSync(new Uint8Array(8 * MB));
const PATIENCE = { silenceMs: 20_000, totalMs: 60_000 };

/** The same history three times: ours, one of another chain, and one that strangers sign. */
interface Ledger {
  readonly published: PublishedLedger;
  readonly index: BundleIndex;
  /** What a device holds that goes on by deltas. */
  readonly first: FullFile & { readonly content: Uint8Array };
  /** Of issuers, of a day that devices have dropped. */
  readonly pages: readonly [string, string];
  readonly oldCode: string;
  /** Newer than the first full bundle, and than that of the index. */
  readonly newCodes: readonly [string, string];
}

type Role = DeltaLine | 'delta of the index' | 'full bundle of the index' | 'page';

interface Answer {
  readonly status?: number;
  readonly encoding?: 'gzip';
  readonly body?: Uint8Array;
}

interface Spoilt {
  readonly what: string;
  readonly code: string;
  /** Where it is another one of a page. */
  readonly pageCode?: string;
  /** Takes seconds: in the normal run what the index names and pages are spoilt by it, and nothing else. */
  readonly isLong?: true;
  readonly answer: (good: Uint8Array, role: Role) => Answer | Promise<Answer>;
}

describe('what a device fetches', function () {
  this.timeout(180_000);
  let ours: Ledger;
  let foreign: Ledger;
  let strangers: Ledger;
  let server: Server;
  let url: string;
  let spoilt: { readonly role: Role; readonly by: Spoilt } | undefined;
  /** Files that the server has not. */
  let missing: ReadonlySet<string> = new Set();

  before(async () => {
    ours = await makeLedger(await PublishedLedger.open());
    foreign = await makeLedger(await PublishedLedger.open({ origin: 'hcl/1/00' }));
    strangers = await makeLedger(await PublishedLedger.open({ signers: [7, 8, 9].map(testSigner) }));
    server = createServer((request, response) => {
      void send(request.url ?? '/', response).catch(() => response.destroy());
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    // It listens on a port.
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });
  after(async () => {
    server.close();
    for (const { published } of [ours, foreign, strangers]) await published[Symbol.asyncDispose]();
  });

  async function send(asked: string, response: ServerResponse): Promise<void> {
    const { status = 200, encoding, body } = await answerTo(asked.slice(1));
    response.writeHead(status, encoding && { 'content-encoding': encoding }).end(body);
  }

  async function answerTo(path: string): Promise<Answer> {
    const body = missing.has(path) ? undefined : await read(ours, path).catch(() => undefined);
    if (body === undefined) return { status: 404 };
    const { role, by } = spoilt ?? {};
    return role !== undefined && path === pathOf(role, ours) && by ? by.answer(body, role) : { body };
  }

  const TABLE: readonly Spoilt[] = [
    {
      what: 'cut in half',
      code: 'BUNDLE_MALFORMED',
      answer: (good) => ({ body: good.slice(0, good.length / 2) }),
    },
    {
      what: 'bent in its last byte, of a root',
      code: 'BUNDLE_PROOF_WRONG',
      answer: (good) => ({ body: good.with(good.length - 1, (good.at(-1) ?? 0) ^ 1) }),
    },
    { what: 'empty', code: 'BUNDLE_MALFORMED', answer: () => ({}) },
    {
      what: 'of another chain',
      code: 'BUNDLE_OTHER_LEDGER',
      answer: async (_, role) => ({ body: await read(foreign, pathOf(role, foreign)) }),
    },
    {
      what: 'signed by strangers',
      code: 'BUNDLE_SIGNATURES_TOO_FEW',
      answer: async (_, role) => ({ body: await read(strangers, pathOf(role, strangers)) }),
    },
    {
      what: 'the one that comes after it',
      code: 'BUNDLE_BASE_OTHER',
      pageCode: 'BUNDLE_PAGE_OTHER',
      answer: async (_, role) => ({ body: await read(ours, nextOf(role, ours)) }),
    },
    {
      what: 'of a later version',
      code: 'BUNDLE_VERSION_UNKNOWN',
      answer: (good) => ({ body: good.with(4, 2) }),
    },
    {
      what: 'longer than any bundle',
      code: 'NO_ANSWER',
      isLong: true,
      answer: () => ({ body: TOO_LONG }),
    },
    {
      what: 'a bomb of gzip',
      code: 'NO_ANSWER',
      isLong: true,
      answer: () => ({ encoding: 'gzip', body: GZIP_BOMB }),
    },
    {
      what: 'a bomb in a part that says less',
      code: 'BUNDLE_MALFORMED',
      answer: (good) => ({ body: withPart(good, 'gaps', { says: 10, stored: BOMB }) }),
    },
    {
      what: 'of a part that is larger than any bundle',
      code: 'BUNDLE_MALFORMED',
      answer: (good) => ({ body: withPart(good, 'gaps', { says: 97 * MB, stored: BOMB }) }),
    },
    {
      what: 'an error of the server',
      code: 'NO_ANSWER',
      answer: () => ({ status: 500, body: toUtf8('{}') }),
    },
  ];

  /** With what it knows. */
  async function device(kept?: Uint8Array): Promise<{ readonly engine: Engine; readonly known: Known }> {
    const engine = new Engine({ crypto: nodeCrypto, get: (path) => fetchFile(new URL(path, url), PATIENCE) });
    const trust = toUtf8(JSON.stringify(ours.published.context().trust));
    let answer = await engine.answer({ kind: 'trust-bundles-of', bytes: trust });
    if (kept !== undefined) {
      answer = await engine.answer({ kind: 'restore', kept: { bundle: kept, trust, deltas: [] } });
    }
    if (answer.kind !== 'known') throw new Error(answer.kind);
    return { engine, known: answer.known };
  }

  function update(engine: Engine, line?: DeltaLine): Promise<EngineAnswer> {
    const { nowSeconds } = ours.published.consortium;
    return engine.answer({ kind: 'update', nowSeconds, ...(line === undefined ? {} : { line }) });
  }

  async function decide(engine: Engine, text: string): Promise<Decision> {
    const policy = { mode: 'venue', ageingSeconds: AGEING_SECONDS.venue } as const;
    const { nowSeconds } = ours.published.consortium;
    const answer = await engine.answer({ kind: 'verify', question: { texts: [text], policy, nowSeconds } });
    if (answer.kind !== 'decision') throw new Error(answer.kind);
    return answer.decision;
  }

  async function expectNewest(engine: Engine, line?: DeltaLine): Promise<void> {
    expect(await update(engine, line)).to.include({ kind: 'known' });
    expect(await decide(engine, ours.newCodes[line === 'hours' ? 0 : 1])).to.include({ validity: 'valid' });
  }

  for (const by of TABLE) {
    for (const line of isLongRun || by.isLong !== true ? DELTA_LINES : []) {
      it(`${line}: ${by.what}, leaves what was held, and the index helps`, async () => {
        const { engine, known } = await device(ours.first.content);
        const others = DELTA_LINES.filter((each) => each !== line).map((each) => pathOf(each, ours));
        spoilt = { role: line, by };
        missing = new Set(['latest', ...others]);
        expect(await update(engine, line)).to.deep.equal({ kind: 'refused', problem: 'NO_ANSWER', known });
        expect(await decide(engine, ours.newCodes[0])).to.include({ validity: 'unconfirmed' });
        missing = new Set(others);
        await expectNewest(engine, line);
      });
    }

    for (const { role, held } of [
      { role: 'delta of the index', held: true },
      { role: 'full bundle of the index', held: false },
    ] as const) {
      it(`${role}: ${by.what}, is refused and leaves what was held: ${by.code}`, async () => {
        const { engine, known } = await device(held ? await read(ours, ours.index.full.path) : undefined);
        spoilt = { role, by };
        missing = new Set(DELTA_LINES.map((line) => deltaPath(line, ours.index.full.size)));
        expect(await update(engine)).to.deep.equal({ kind: 'refused', problem: by.code, known });
        expect(await decide(engine, ours.newCodes[1])).to.include({ validity: 'unconfirmed' });
        spoilt = undefined;
        await expectNewest(engine);
      });
    }

    const pageProblem = by.pageCode ?? by.code;
    it(`page: ${by.what}, is refused, and the code is referred: ${pageProblem}`, async () => {
      const { engine } = await device(ours.first.content);
      spoilt = { role: 'page', by };
      missing = new Set();
      expect(await decide(engine, ours.oldCode)).to.include({ outcome: 'refer', pageProblem });
      spoilt = undefined;
      expect(await decide(engine, ours.oldCode)).to.include({ validity: 'valid' });
    });
  }
});

/** A code of a day that devices have dropped, a full bundle, and codes that are newer. */
async function makeLedger(published: PublishedLedger): Promise<Ledger> {
  const { consortium } = published;
  const [first, second] = consortium.issuers;
  if (first === undefined || second === undefined) throw new Error('there are three issuers');
  const day = new Date(consortium.nowSeconds * 1000).toISOString().slice(0, '2022-12-21'.length);
  const [oldCode] = await consortium.issueCodes([testRecord()]);
  await consortium.issueCodes([testRecord()], { issuer: second });
  await consortium.issueCodes([vaccinationRecord()]);
  const { full } = await published.publishAfter(40 * DAY);
  const [ofHour] = await consortium.issueCodes([vaccinationRecord()]);
  await published.publishAtNextHour();
  const [latest] = await consortium.issueCodes([vaccinationRecord()]);
  const index = await published.publishAfter(60);
  if (oldCode === undefined || ofHour === undefined || latest === undefined)
    throw new Error('a code for each record');
  return {
    published,
    index,
    first: { ...full, content: new Uint8Array(await readFile(join(published.path, full.path))) },
    pages: [pagePath({ issuer: first.id, day }), pagePath({ issuer: second.id, day })],
    oldCode: oldCode.text,
    newCodes: [ofHour.text, latest.text],
  };
}

function pathOf(role: Role, { first, index, pages }: Ledger): string {
  switch (role) {
    case 'deltas':
    case 'hours':
      return deltaPath(role, first.size);
    case 'delta of the index':
      return index.deltas[0]?.path ?? '';
    case 'full bundle of the index':
      return index.full.path;
    case 'page':
      return pages[0];
  }
}

/** What leads on from the state after the one that is held; in place of a full bundle, a delta. */
function nextOf(role: Role, ledger: Ledger): string {
  switch (role) {
    case 'deltas':
    case 'hours':
    case 'delta of the index':
      return deltaPath('deltas', ledger.index.size);
    case 'full bundle of the index':
      return pathOf('delta of the index', ledger);
    case 'page':
      return ledger.pages[1];
  }
}

async function read({ published }: Ledger, path: string): Promise<Uint8Array> {
  return new Uint8Array(await readFile(join(published.path, path)));
}

/** The bundle with another part, as `bundle-file.ts` writes it, and what is said of its length. */
function withPart(
  file: Uint8Array,
  name: BundlePart,
  { says, stored }: { readonly says: number; readonly stored: Uint8Array },
): Uint8Array {
  const input = new ByteReader(file);
  const out = new ByteWriter().raw(input.raw('HCLB'.length + 1));
  const lengths = BUNDLE_PARTS.map((part) => ({ part, says: input.varint(), stored: input.varint() }));
  const parts = lengths.map(({ part, ...length }) => {
    const bytes = input.raw(length.stored);
    return part === name ? { says, bytes: stored } : { says: length.says, bytes };
  });
  for (const each of parts) out.raw(writeVarint(each.says)).raw(writeVarint(each.bytes.length));
  for (const { bytes } of parts) out.raw(bytes);
  return out.bytes.slice();
}
