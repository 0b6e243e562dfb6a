/**
 * The page, the service and the command line give the same verdict on every code (V2): our own of every kind, those of
 * all corpora, and both bent; with one list of trusted signers. The engine is the built one, in a worker of Chromium
 * with WebCrypto; the others run on OpenSSL. The command line knows what the page knows, a bundle, so their verdicts are
 * compared to the last member; the service has a replica, so outcome, validity and reasons are.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, before, it } from 'mocha';
import { verify } from '../../cli/commands/verify.ts';
import { fullBundle } from '../../core/bundle/make-bundle.ts';
import { CardParts } from '../../core/foreign/shc/card-parts.ts';
import type { Verdict } from '../../core/verify/verdict.ts';
import { AGEING_SECONDS } from '../../web/checkpoint/engine/checkpoint-policy.ts';
import { ioDouble } from '../cli/io-double.ts';
import { bend, goodCodes, layersOf, type GoodCode } from '../core/foreign/support/hostile-codes.ts';
import { corpusCodes, isOneLine, wholeTrust } from '../core/foreign/support/whole-corpora.ts';
import { testRecord, vaccinationRecord } from '../support/consortium.ts';
import { printFindings } from '../support/findings.ts';
import { Random } from '../support/random.ts';
import { runs, testSeed } from '../support/scale.ts';
import { buildTestVerifier, type TestVerifier } from '../verifier/support/test-verifier.ts';
import { openBrowser, type OpenedBrowser } from './support/browser.ts';
import { describePages } from './support/describe-pages.ts';
import { PageEngine } from './support/page-engine.ts';
import { makePageWorld, type PageWorld } from './support/page-world.ts';

const BENT = runs(1200, 100_000);
const AT_ONCE = 200;
const ageingSeconds = AGEING_SECONDS.venue;

describePages('the page, the service and the command line', () => {
  let world: PageWorld;
  let browser: OpenedBrowser;
  let engine: PageEngine;
  let verifier: TestVerifier;
  let folder: string;
  let own: readonly string[];
  let nowSeconds: number;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hcl-agreement-'));
    [world, browser] = await Promise.all([makePageWorld(41), openBrowser({ bypassCSP: true })]);
    own = await ownCodes(world);
    nowSeconds = world.consortium.nowSeconds + 3600;
    const bundle = fullBundle(await world.publish());
    const signers = JSON.stringify(world.publishing.context().trust);
    const trust = JSON.stringify(wholeTrust());
    await put('bundle.hclb', bundle);
    await put('signers.json', signers);
    await put('trust.json', trust);
    await put('policy.json', JSON.stringify({ id: 'venue', version: 1, ageingSeconds }));
    verifier = await buildTestVerifier(world.consortium, {
      policies: [join(folder, 'policy.json')],
      trustFile: join(folder, 'trust.json'),
      nowSeconds,
    });
    const page = await browser.context.newPage();
    await page.goto(world.served.url);
    engine = await PageEngine.start(page, world);
    expect(await engine.learn({ bundle, signers, trust, nowSeconds })).to.deep.equal([
      'known',
      'known',
      'trusted',
    ]);
  });

  after(async () => {
    await verifier.app.close();
    await browser[Symbol.asyncDispose]();
    await world[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  function put(name: string, content: string | Uint8Array): Promise<void> {
    return writeFile(join(folder, name), content);
  }

  /** A card in parts is put together, as the page does for one person. */
  function byPage(texts: readonly string[]): Promise<readonly Verdict[]> {
    const parts = new CardParts();
    const policy = { mode: 'venue', ageingSeconds } as const;
    return engine.verdicts({ texts: texts.map((text) => parts.add(text)), policy, nowSeconds });
  }

  async function byService(codes: readonly string[]): Promise<readonly Verdict[]> {
    const response = await verifier.app.inject({ method: 'POST', url: '/verify', payload: { codes } });
    expect(response.statusCode, response.body).to.equal(200);
    return response.json<{ readonly verdicts: readonly Verdict[] }>().verdicts;
  }

  async function byCommand(texts: readonly string[]): Promise<readonly Verdict[]> {
    const args = ['bundle.hclb', 'signers.json', 'policy.json', 'trust.json'].flatMap((name) => [
      `--${name.split('.')[0]}`,
      join(folder, name),
    ]);
    const io = ioDouble({ stdin: texts.map((text) => `${text}\n`).join('') });
    await verify.run(['--json', ...args, '--at', new Date(nowSeconds * 1000).toISOString()], io);
    const lines = io.written.out.trimEnd().split('\n');
    return lines.map((line) => (JSON.parse(line) as { readonly verdict: Verdict }).verdict);
  }

  /** Compares all three, and counts the outcomes, so that a test of nothing but refusals is seen. */
  async function compare(what: string, codes: readonly string[]): Promise<ReadonlySet<string>> {
    const outcomes = new Map<string, number>();
    for (let at = 0; at < codes.length; at += AT_ONCE) {
      const texts = codes.slice(at, at + AT_ONCE);
      const [paged, served, commanded] = await Promise.all([
        byPage(texts),
        byService(texts),
        byCommand(texts),
      ]);
      expect([paged, served, commanded].map(({ length }) => length)).to.deep.equal(
        Array(3).fill(texts.length),
      );
      texts.forEach((text, i) => {
        const start = text.slice(0, 60);
        expect(paged[i], `page and command: ${start}`).to.deep.equal(commanded[i]);
        expect(answerOf(paged[i]), `page and service: ${start}`).to.deep.equal(answerOf(served[i]));
      });
      for (const { outcome, validity } of paged) {
        const kind = `${outcome} ${validity}`;
        outcomes.set(kind, (outcomes.get(kind) ?? 0) + 1);
      }
    }
    printFindings(`agreement on ${what}`, [{ codes: codes.length, ...Object.fromEntries(outcomes) }]);
    return new Set(outcomes.keys());
  }

  it('agree on our own codes and on good ones of every other system', async () => {
    const outcomes = await compare('good codes', [...own, ...goodCodes(), 'NL2:ABC', 'https://a.example/']);
    expect([...outcomes]).to.include.members(['pass valid', 'refer unconfirmed', 'stop invalid']);
  });

  it('agree on every code of the corpora', async function () {
    const codes = corpusCodes();
    if (codes.length === 0) this.skip();
    const outcomes = await compare('the corpora', codes);
    expect([...outcomes]).to.include.members(['pass valid', 'refer unconfirmed', 'stop invalid']);
  });

  it(`agree on ${BENT} codes that were bent (seed ${testSeed})`, async () => {
    const random = new Random(testSeed);
    const good = [...own, ...goodCodes()].map((text): GoodCode => ({ text, layers: layersOf(text) }));
    const bent = Array.from({ length: BENT }, () => bend(random.pick(good), random.pick(good).text, random));
    const outcomes = await compare('bent codes', bent.filter(isOneLine));
    expect([...outcomes]).to.include.members(['refer unconfirmed', 'stop invalid']);
  });
});

/** What people and machines act on. */
function answerOf(
  verdict: Verdict | undefined,
): Pick<Verdict, 'outcome' | 'validity' | 'reasons'> | undefined {
  return verdict && { outcome: verdict.outcome, validity: verdict.validity, reasons: verdict.reasons };
}

async function ownCodes({ codes, consortium }: PageWorld): Promise<readonly string[]> {
  const [, gd] = consortium.issuers;
  const [later, other] = await Promise.all([
    consortium.issueCodes([testRecord()], { notBeforeSeconds: consortium.nowSeconds + 86_400 }),
    consortium.issueCodes([vaccinationRecord(), testRecord()], {
      profile: 'travel',
      ...(gd === undefined ? {} : { issuer: gd }),
    }),
  ]);
  return [...Object.values(codes), ...[...later, ...other].map(({ text }) => text)];
}
