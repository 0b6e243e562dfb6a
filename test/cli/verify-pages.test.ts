/** `hcl verify --bundle` with codes of days whose roots the bundle holds no longer: as the page answers, by the same codes. */
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { afterEach, before, beforeEach, describe, it } from 'mocha';
import { runCommand } from '../../cli/commands.ts';
import { pagePath, type PageName } from '../../core/bundle/accept-page.ts';
import { fullBundle } from '../../core/bundle/make-bundle.ts';
import { toUtf8 } from '../../core/bytes/utf8.ts';
import type { ReasonCode } from '../../core/verify/reasons.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { AGEING_SECONDS } from '../../web/checkpoint/engine/checkpoint-policy.ts';
import { Engine } from '../../web/checkpoint/engine/engine.ts';
import { FetchError } from '../../web/checkpoint/engine/fetch-file.ts';
import { makeOlderDays, type OlderDays } from '../web/support/older-days.ts';
import { ioDouble, type RecordedIo } from './io-double.ts';

interface Answer {
  readonly outcome: string;
  readonly reasons: readonly ReasonCode[];
  readonly pageProblem?: string;
}

describe('hcl verify, shown a code of a day whose roots its bundle has dropped,', () => {
  let world: OlderDays;
  let folder: string;
  let bundle: Uint8Array;
  let pages: Map<string, Uint8Array>;

  before(async () => {
    world = await makeOlderDays(43);
    bundle = fullBundle(await world.publishing.source());
  });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hcl-cli-pages-'));
    pages = new Map();
    await writeFile(join(folder, 'now.hclb'), bundle);
    const trust = JSON.stringify(world.publishing.context().trust);
    await writeFile(join(folder, 'bundle-trust.json'), trust);
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function put(page: PageName, bytes: Uint8Array): Promise<void> {
    pages.set(pagePath(page), bytes);
    const path = join(folder, pagePath(page));
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, bytes);
  }

  async function run(
    args: readonly string[],
    text: string,
    fetch: typeof globalThis.fetch = () => Promise.reject(new Error('no network is used')),
  ): Promise<RecordedIo> {
    const io = ioDouble({ env: { HCL_DATA: folder }, stdin: `${text}\n` });
    const all = ['--bundle', join(folder, 'now.hclb'), '--json', ...args];
    await runCommand('verify', all, { ...io, fetch, nowSeconds: () => world.consortium.nowSeconds });
    return io;
  }

  async function byCommand(...given: Parameters<typeof run>): Promise<Answer> {
    const { written } = await run(...given);
    expect(written.err).to.equal('');
    const { pageProblem, verdict } = JSON.parse(written.out) as { verdict: Answer; pageProblem?: string };
    return answerOf({ ...verdict, ...(pageProblem === undefined ? {} : { pageProblem }) });
  }

  async function byPage(...texts: readonly string[]): Promise<Answer> {
    const get = async (path: string): Promise<Uint8Array> => {
      const bytes = pages.get(path);
      if (bytes === undefined) throw new FetchError('NO_ANSWER', 'no page');
      return bytes;
    };
    const engine = new Engine({ crypto: nodeCrypto, get });
    const trust = toUtf8(JSON.stringify(world.publishing.context().trust));
    await engine.answer({ kind: 'trust-bundles-of', bytes: trust });
    await engine.answer({ kind: 'restore', kept: { bundle, trust, deltas: [] } });
    const policy = { mode: 'venue', ageingSeconds: AGEING_SECONDS.venue } as const;
    const { nowSeconds } = world.consortium;
    const answer = await engine.answer({ kind: 'verify', question: { texts, policy, nowSeconds } });
    if (answer.kind !== 'decision') throw new Error(answer.kind);
    return answerOf(answer.decision);
  }

  it('answers as the page does, by the page of the day beside the bundle', async () => {
    const [first, second] = world.days;
    for (const { bytes, page } of world.days) await put(page, bytes);
    for (const text of [...first.texts, second.texts[0], world.forged]) {
      expect(await byCommand([], text)).to.deep.equal(await byPage(text));
    }
    expect(await byCommand([], first.texts[0])).to.deep.equal({ outcome: 'pass', reasons: [] });
  });

  it('names what is wrong with a page, or that there is none, as the page does', async () => {
    const [{ page, texts }] = world.days;
    expect(await byCommand([], texts[0])).to.deep.equal({
      outcome: 'refer',
      reasons: ['ROOT_NOT_SEEN'],
      pageProblem: 'NO_ANSWER',
    });
    for (const { bytes, problem, what } of world.bad) {
      await put(page, bytes);
      const answer = await byCommand([], texts[0]);
      expect(answer, what).to.deep.equal(await byPage(texts[0]));
      expect(answer.pageProblem, what).to.equal(problem);
    }
  });

  it('takes pages from another folder, or from an address, which hears of issuer and day alone', async () => {
    const [{ bytes, page, texts }] = world.days;
    const asked: string[] = [];
    const fetch: typeof globalThis.fetch = async (input) => {
      const { url } = new Request(input);
      asked.push(url);
      const isThere = url.endsWith(pagePath(page));
      return isThere ? new Response(bytes) : new Response('', { status: 404 });
    };
    const fromAddress = ['--pages', 'https://verifier.example/bundle/'];
    expect((await byCommand(fromAddress, texts[0], fetch)).outcome).to.equal('pass');
    expect(asked).to.include(`https://verifier.example/bundle/${pagePath(page)}`);
    const days = asked.map((url) => url.replace(/\d{4}-\d\d-\d\d/, 'DAY'));
    expect(new Set(days)).to.deep.equal(
      new Set([`https://verifier.example/bundle/pages/DAY/${page.issuer.slice(2)}.hclb`]),
    );
    const away = (): Promise<Response> => Promise.reject(new TypeError('fetch failed'));
    expect((await byCommand(fromAddress, texts[0], away)).pageProblem).to.equal('OFFLINE');
    await put(page, bytes);
    const elsewhere = await mkdtemp(join(folder, 'elsewhere-'));
    expect((await byCommand(['--pages', elsewhere], texts[0])).pageProblem).to.equal('NO_ANSWER');
  });

  it('goes on to the next code where a server hangs up halfway, and asks for that page a minute later', async () => {
    const [cut, whole] = world.days;
    const asked: string[] = [];
    const server = createServer(({ url = '' }, response) => {
      asked.push(url.slice(1));
      const { bytes } = world.days.find(({ page }) => url.endsWith(pagePath(page))) ?? { bytes: undefined };
      if (bytes === undefined) response.writeHead(404).end();
      else if (bytes !== cut.bytes) response.end(bytes);
      // All of its head and some of its body are on their way.
      else
        response
          .setHeader('content-length', bytes.length)
          .write(bytes.slice(0, 99), () => response.destroy());
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    // It listens on a port.
    const from = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const shown = [...cut.texts, cut.texts[0], whole.texts[0]];
    const io = ioDouble({ env: { HCL_DATA: folder }, stdin: `${shown.join('\n')}\n` });
    // A minute passes once two codes are answered.
    const answered = (): number => io.written.out.split('\n').length - 1;
    const nowSeconds = (): number => world.consortium.nowSeconds + (answered() < 2 ? 0 : 60);
    const args = ['--bundle', join(folder, 'now.hclb'), '--json', '--pages', from];
    await runCommand('verify', args, { ...io, fetch, nowSeconds });
    server.close();
    const lines = io.written.out.trimEnd().split('\n');
    const answers = lines.map((line) => JSON.parse(line) as { verdict: Answer; pageProblem?: string });
    expect(answers.map(({ pageProblem, verdict }) => pageProblem ?? verdict.outcome)).to.deep.equal([
      'OFFLINE',
      'OFFLINE',
      'OFFLINE',
      'pass',
    ]);
    expect(asked.filter((path) => path === pagePath(cut.page))).to.have.length(2);
  });

  it('does the same for codes that are shown together, and in words', async () => {
    const [first, , third] = world.days;
    await put(first.page, first.bytes);
    const texts = [first.texts[0], third.texts[0]] as const;
    const together = await byCommand(['--together'], texts.join('\n'));
    expect(together).to.deep.equal(await byPage(...texts));
    expect(together.pageProblem).to.equal('NO_ANSWER');
    const io = ioDouble({ env: { HCL_DATA: folder }, stdin: `${third.texts[0]}\n` });
    const args = ['--bundle', join(folder, 'now.hclb')];
    await runCommand('verify', args, { ...io, nowSeconds: () => world.consortium.nowSeconds });
    expect(io.written.out).to.match(/Roots of its day\s+not here \(NO_ANSWER\)/);
  });

  it('has no use for pages without a bundle', async () => {
    const io = ioDouble({ env: { HCL_DATA: folder }, stdin: '' });
    expect(await runCommand('verify', ['--pages', folder], io)).to.equal(2);
  });
});

function answerOf({ outcome, pageProblem, reasons }: Answer): Answer {
  return { outcome, reasons, ...(pageProblem === undefined ? {} : { pageProblem }) };
}
