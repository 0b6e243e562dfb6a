/**
 * The page and the command line give the same verdict, to the last member, on codes of every kind, whole and bent: the
 * engine is the built one, in a worker of Chromium with WebCrypto; the command line runs on OpenSSL.
 */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, before, it } from 'mocha';
import type { Page } from 'playwright-core';
import { verify } from '../../cli/commands/verify.ts';
import { fullBundle } from '../../core/bundle/make-bundle.ts';
import type { Verdict } from '../../core/verify/verdict.ts';
import { AGEING_SECONDS } from '../../web/checkpoint/engine/checkpoint-policy.ts';
import { ioDouble } from '../cli/io-double.ts';
import { makeHcertSigner } from '../core/foreign/support/hcert-signer.ts';
import { testRecord, vaccinationRecord } from '../support/consortium.ts';
import { Random } from '../support/random.ts';
import { runs, testSeed } from '../support/scale.ts';
import { openBrowser, type OpenedBrowser } from './support/browser.ts';
import { describePages } from './support/describe-pages.ts';
import { makePageWorld, type PageWorld } from './support/page-world.ts';

const INPUTS = runs(1500, 100_000);
const PAGEFUL = 500;
const LETTERS = [...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:'];

describePages('the page and the command line', () => {
  let world: PageWorld;
  let browser: OpenedBrowser;
  let page: Page;

  before(async () => {
    // The policy of the page lets nobody start a worker by hand; what is asked here is what the worker answers.
    [world, browser] = await Promise.all([makePageWorld(41), openBrowser({ bypassCSP: true })]);
    page = await browser.context.newPage();
    await page.goto(world.served.url);
  });

  after(async () => {
    await browser[Symbol.asyncDispose]();
    await world[Symbol.asyncDispose]();
  });

  it('agree on every code', async () => {
    const random = new Random(testSeed);
    const hcert = makeHcertSigner();
    const trust = JSON.stringify({
      hcert: [{ kid: toBase64(hcert.kid), certificate: hcert.certificate, country: 'PT' }],
    });
    const good = await goodCodes(world, hcert.issue());
    const bundle = fullBundle(await world.publish());
    const signers = JSON.stringify(world.publishing.context().trust);
    const texts = [...good, ...Array.from({ length: INPUTS - good.length }, () => bend(good, random))];
    const nowSeconds = world.consortium.nowSeconds + 3600;
    const asked = { texts, trust, nowSeconds, bundle, signers };
    const byPage = await verdictsOfPage(page, await enginePath(world), asked);
    const byCommand = await verdictsOfCommand(asked);
    expect(byPage).to.have.length(INPUTS);
    texts.forEach((text, i) => expect(byPage[i], text.slice(0, 60)).to.deep.equal(byCommand[i]));
    const outcomes = new Set(byPage.map(({ outcome, validity }) => `${outcome} ${validity}`));
    expect([...outcomes], 'all kinds were met').to.include.members([
      'pass valid',
      'refer unconfirmed',
      'stop invalid',
    ]);
  });
});

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

async function goodCodes({ codes, consortium }: PageWorld, hcert: string): Promise<readonly string[]> {
  const [, gd] = consortium.issuers;
  const [later, other] = await Promise.all([
    consortium.issueCodes([testRecord()], { notBeforeSeconds: consortium.nowSeconds + 86_400 }),
    consortium.issueCodes([vaccinationRecord(), testRecord()], {
      profile: 'travel',
      ...(gd === undefined ? {} : { issuer: gd }),
    }),
  ]);
  return [
    ...Object.values(codes),
    ...[...later, ...other].map(({ text }) => text),
    hcert,
    'NL2:ABC',
    'https://a.example/',
  ];
}

/** One of the good ones, changed in one place, cut, or joined with another. */
function bend(good: readonly string[], random: Random): string {
  const code = random.pick(good);
  const at = random.below(code.length);
  switch (random.below(4)) {
    case 0:
      return code.slice(0, at) + random.pick(LETTERS) + code.slice(at + 1);
    case 1:
      return code.slice(0, at);
    case 2:
      return code.slice(0, at) + random.pick(good).slice(at);
    default:
      return code;
  }
}

async function enginePath({ pagesFolder, served }: PageWorld): Promise<string> {
  const assets = await readdir(join(pagesFolder, 'assets'));
  const name = assets.find((file) => file.startsWith('engine-worker-'));
  if (name === undefined) throw new Error('the build has no engine');
  return new URL(`../assets/${name}`, served.url).pathname;
}

interface Asked {
  readonly texts: readonly string[];
  readonly trust: string;
  readonly nowSeconds: number;
  readonly bundle: Uint8Array;
  /** Whose bundles count. */
  readonly signers: string;
}

async function verdictsOfPage(
  page: Page,
  engine: string,
  { bundle, nowSeconds, signers, texts, trust }: Asked,
): Promise<readonly Verdict[]> {
  await page.evaluate(
    async ({ engine: url, bundle: bytes, signers: signersText, trust: list, nowSeconds: now }) => {
      const worker = new Worker(url, { type: 'module' });
      const ask = (content: unknown): Promise<unknown> =>
        new Promise((resolve) => {
          worker.addEventListener('message', ({ data }) => resolve(data.content), { once: true });
          // A worker has no origin to name.
          // oxlint-disable-next-line unicorn/require-post-message-target-origin
          worker.postMessage({ id: 1, content });
        });
      Object.assign(globalThis, { ask });
      const encoder = new TextEncoder();
      await ask({ kind: 'trust-bundles-of', bytes: encoder.encode(signersText) });
      const trust = encoder.encode(signersText);
      await ask({ kind: 'restore', kept: { bundle: Uint8Array.from(bytes), trust, deltas: [] } });
      await ask({ kind: 'trust-foreign', bytes: encoder.encode(list), nowSeconds: now });
    },
    { engine, bundle: [...bundle], signers, trust, nowSeconds },
  );
  const policy = { mode: 'venue', ageingSeconds: AGEING_SECONDS.venue };
  const verdicts: Verdict[] = [];
  for (let at = 0; at < texts.length; at += PAGEFUL) {
    const answers = await page.evaluate(
      async ({ policy: asked, nowSeconds: now, texts: some }) => {
        const { ask } = globalThis as unknown as {
          readonly ask: (
            content: unknown,
          ) => Promise<{ readonly decision: { readonly parts: readonly unknown[] } }>;
        };
        const parts: unknown[] = [];
        for (const text of some) {
          const { decision } = await ask({
            kind: 'verify',
            question: { texts: [text], policy: asked, nowSeconds: now },
          });
          parts.push(...decision.parts);
        }
        return JSON.stringify(parts);
      },
      { policy, nowSeconds, texts: texts.slice(at, at + PAGEFUL) },
    );
    verdicts.push(...(JSON.parse(answers) as Verdict[]));
  }
  return verdicts;
}

async function verdictsOfCommand({
  bundle,
  nowSeconds,
  signers,
  texts,
  trust,
}: Asked): Promise<readonly Verdict[]> {
  const folder = await mkdtemp(join(tmpdir(), 'hcl-agreement-'));
  const put = async (name: string, content: string | Uint8Array): Promise<string> => {
    await writeFile(join(folder, name), content);
    return join(folder, name);
  };
  const ageingSeconds = AGEING_SECONDS.venue;
  const args = [
    ['--bundle', await put('bundle.hclb', bundle)],
    ['--signers', await put('signers.json', signers)],
    ['--policy', await put('policy.json', JSON.stringify({ id: 'venue', version: 1, ageingSeconds }))],
    ['--trust', await put('trust.json', trust)],
    ['--at', new Date(nowSeconds * 1000).toISOString()],
  ];
  const io = ioDouble({ stdin: texts.map((text) => `${text}\n`).join('') });
  await verify.run(['--json', ...args.flat()], io);
  await rm(folder, { recursive: true });
  return io.written.out
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { readonly verdict: Verdict }).verdict);
}
