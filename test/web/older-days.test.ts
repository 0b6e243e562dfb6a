/** A code of a day whose roots this device has dropped, in a browser: the page of that day is fetched, or named as missing. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, before, it } from 'mocha';
import { pagePath } from '../../core/bundle/accept-page.ts';
import { fullBundle } from '../../core/bundle/make-bundle.ts';
import { buildPages } from '../../scripts/build-pages.ts';
import { SIGNER_SET } from '../support/publishing.ts';
import { openBrowser, type OpenedBrowser } from './support/browser.ts';
import {
  openCheckpoint,
  outcomeWord,
  setUp,
  typeCode,
  type CheckpointTab,
} from './support/checkpoint-tab.ts';
import { describePages } from './support/describe-pages.ts';
import { makeOlderDays, type OlderDays } from './support/older-days.ts';
import { servePage, type ServedPage } from './support/served-page.ts';

const DROPPED = 'Its day is no longer kept on this device';

describePages('the checkpoint page, shown a code of a day whose roots it has dropped,', () => {
  let world: OlderDays;
  let dataFolder: string;
  let served: ServedPage;
  let browser: OpenedBrowser;
  let tab: CheckpointTab;

  before(async () => {
    world = await makeOlderDays(42);
    dataFolder = await mkdtemp(join(tmpdir(), 'hcl-older-'));
    const { consortium, publishing } = world;
    served = await servePage(await buildPages(), dataFolder, publishing.context().trust);
    const source = await publishing.source();
    const { origin, size } = source.checkpoint;
    await served.publish(fullBundle(source), {
      origin,
      size,
      timeSeconds: consortium.nowSeconds,
      checkpoint: source.note,
      deltas: [],
      handovers: [],
      signers: SIGNER_SET,
    });
    browser = await openBrowser();
    tab = await openCheckpoint(browser.context, { url: served.url, nowSeconds: consortium.nowSeconds });
    await setUp(tab.page);
    await tab.page.getByText('List is').waitFor();
  });

  after(async () => {
    await browser[Symbol.asyncDispose]();
    await served[Symbol.asyncDispose]();
    await rm(dataFolder, { recursive: true, force: true });
  });

  /** The outcome, and why in words. */
  async function shown(text: string): Promise<{ readonly word: string; readonly why: string }> {
    await typeCode(tab.page, text);
    const word = await outcomeWord(tab.page);
    const why = (await tab.page.locator('.verdict-reasons').allInnerTexts()).join(' ');
    await tab.page.getByRole('button', { name: 'Next' }).click();
    return { word, why };
  }

  it('says of each page that it refuses what is wrong with it', async () => {
    const [{ page, texts }] = world.days;
    const sentences = new Map<string, string>();
    for (const { bytes, problem } of world.bad) {
      await served.publishPage(page, bytes);
      const { why, word } = await shown(texts[0]);
      expect(word).to.equal('Refer');
      expect(why).to.include(DROPPED);
      sentences.set(problem, why);
    }
    expect(new Set(sentences.values()).size, 'each its own').to.equal(sentences.size);
    expect(sentences.get('BUNDLE_PROOF_WRONG')).to.include('the proof of what the server sent is wrong');
    expect(sentences.get('BUNDLE_PAGE_OTHER')).to.include('the server sent another issuer or day');
    expect(sentences.get('BUNDLE_MALFORMED')).to.include('damaged or cut short');
  });

  it('takes the page that proves itself, and tells the server issuer and day and nothing else', async () => {
    const [first, second] = world.days;
    await served.publishPage(first.page, first.bytes);
    const from = served.requests.length;
    expect(await shown(first.texts[0])).to.deep.equal({ word: 'Pass', why: '' });
    const asked = served.requests.slice(from).filter(({ url }) => url !== '/bundle/latest');
    expect(new Set(asked.map(({ method, url }) => `${method} ${url}`))).to.deep.equal(
      new Set([first.page, second.page].map((page) => `GET /bundle/${pagePath(page)}`)),
    );
    for (const { headers } of asked) expect(headers).not.to.include('cookie');
    expect(tab.misdeeds).to.deep.equal([]);
  });

  it('decides without a network what it has fetched, and says of another day that it lacks it', async () => {
    const [first, , third] = world.days;
    await served[Symbol.asyncDispose]();
    expect(await shown(first.texts[1])).to.deep.equal({ word: 'Pass', why: '' });
    const { why, word } = await shown(third.texts[0]);
    expect(word).to.equal('Refer');
    expect(why).to.include(`${DROPPED}, and there is no connection to fetch it.`);
  });
});
