import { expect } from 'chai';
import { after, before, it } from 'mocha';
import type { JsonObject } from '../../core/bytes/strict-json.ts';
import { BUNDLE, makeShcSigner, SHC_ISSUER } from '../core/foreign/support/shc-signer.ts';
import { vaccinationRecord } from '../support/consortium.ts';
import { openBrowser, type OpenedBrowser } from './support/browser.ts';
import { documentAsked, openCheckpoint, outcomeWord, setUp, typeCode } from './support/checkpoint-tab.ts';
import { describePages } from './support/describe-pages.ts';
import { HOSTILE_STRINGS } from './support/hostile-strings.ts';
import { makePageWorld, type PageWorld } from './support/page-world.ts';

/** Texts that one code shows: names in two scripts, the document's number, the lot and the centre. */
const A_CODE = 5;
/** A SMART Health Card: both names, and the lot. */
const A_CARD = 3;

describePages('texts that attack a page', () => {
  let world: PageWorld;
  let browser: OpenedBrowser;

  before(async () => {
    [world, browser] = await Promise.all([makePageWorld(51), openBrowser()]);
  });

  after(async () => {
    await browser[Symbol.asyncDispose]();
    await world[Symbol.asyncDispose]();
  });

  it('are a hundred', () => expect(new Set(HOSTILE_STRINGS).size).to.equal(100));

  it('are shown by the page as they are, and do nothing', async () => {
    const { consortium, served } = world;
    const codes = await Promise.all(
      Array.from({ length: HOSTILE_STRINGS.length / A_CODE }, async (_, i) => {
        const [nameEn = '', nameZh = '', docNumber = '', lot = '', centre = ''] = HOSTILE_STRINGS.slice(
          i * A_CODE,
        );
        const subject = { ...vaccinationRecord().subject, nameEn, nameZh, docNumber };
        const [code] = await consortium.issueCodes([vaccinationRecord({ subject, lot, centre })], {
          profile: 'travel',
        });
        return code?.text ?? '';
      }),
    );
    await world.publish();
    const { page, misdeeds } = await openCheckpoint(browser.context, {
      url: served.url,
      nowSeconds: consortium.nowSeconds,
    });
    await setUp(page, { mode: 'border' });
    const before = page.url();
    for (const [i, code] of codes.entries()) {
      const shown = HOSTILE_STRINGS.slice(i * A_CODE, (i + 1) * A_CODE);
      await typeCode(page, code);
      await documentAsked(page);
      // What is typed from a document is shown beside the code, too.
      await page.getByLabel('Name as printed').fill(shown[0]?.trim() === '' ? 'CHAN' : (shown[0] ?? ''));
      await page.getByRole('button', { name: 'Compare', exact: true }).click();
      await outcomeWord(page);
      await page.locator('summary').click();
      const text = (await page.locator('.verdict-main').textContent()) ?? '';
      for (const string of shown) expect(text, `${i}: ${string}`).to.include(string);
      await page.getByRole('button', { name: 'Next', exact: true }).click();
    }
    const codesOfNothing = [
      '<img src=x onerror=globalThis.ran=1>',
      'https://evil.example/<script>globalThis.ran=1</script>',
    ];
    for (const code of codesOfNothing) {
      await typeCode(page, code);
      expect(await outcomeWord(page)).not.to.equal('Pass');
      await page.getByRole('button', { name: 'Next', exact: true }).click();
    }
    expect(await page.evaluate(() => 'ran' in globalThis), 'a script ran').to.equal(false);
    expect(page.url()).to.equal(before);
    expect(misdeeds).to.deep.equal([]);
  });

  it('are shown as they are in codes of other systems, and in who signed them, and do nothing', async () => {
    const signer = makeShcSigner();
    const name = '<img src=x onerror="globalThis.ran=1">';
    await world.served.say(
      'trust.json',
      JSON.stringify({ shc: [{ iss: SHC_ISSUER, name, keys: signer.keys }] }),
    );
    const { page, misdeeds } = await openCheckpoint(browser.context, {
      url: world.served.url,
      nowSeconds: world.consortium.nowSeconds,
    });
    const strings = HOSTILE_STRINGS.filter((text) => text.length <= 50 && text.trim() !== '');
    for (let i = 0; i + A_CARD <= strings.length; i += A_CARD) {
      const [family = '', given = '', lot = ''] = strings.slice(i);
      await typeCode(page, signer.issue({ bundle: cardOf({ family, given, lot }) }));
      await documentAsked(page);
      await page.getByLabel('Name as printed').fill('CHAN, TAI MAN');
      await page.getByRole('button', { name: 'Compare', exact: true }).click();
      await outcomeWord(page);
      await page.locator('summary').click();
      const text = (await page.locator('.verdict-main').textContent()) ?? '';
      for (const string of [family, given, lot, name]) expect(text, `${i}: ${string}`).to.include(string);
      await page.getByRole('button', { name: 'Next', exact: true }).click();
    }
    expect(await page.evaluate(() => 'ran' in globalThis), 'a script ran').to.equal(false);
    expect(misdeeds).to.deep.equal([]);
  });

  it('would be noticed: the page’s policy blocks a script in its text, and the oracle sees it', async () => {
    const { page, misdeeds } = await openCheckpoint(browser.context, {
      url: world.served.url,
      nowSeconds: world.consortium.nowSeconds,
    });
    await page.evaluate(() => {
      const script = document.createElement('script');
      try {
        script.textContent = 'globalThis.ran = 1';
      } catch {
        // Trusted Types: refused before anything could run.
      }
      document.body.append(script);
      const image = document.createElement('img');
      image.src = 'https://evil.example/x.png';
      document.body.append(image);
    });
    await page.waitForFunction(() => document.images.length > 0);
    expect(await page.evaluate(() => 'ran' in globalThis)).to.equal(false);
    expect(misdeeds.join('\n')).to.match(/violation (?:require-trusted-types-for|script-src)/);
    expect(misdeeds.join('\n')).to.match(/violation img-src/);
  });
});

type CardEntry = { readonly fullUrl: string; readonly resource: JsonObject };

/** Another person's card, of another lot. */
function cardOf({ family, given, lot }: Readonly<Record<'family' | 'given' | 'lot', string>>): JsonObject {
  const [patient, dose] = BUNDLE['entry'] as readonly [CardEntry, CardEntry];
  const { resource } = patient;
  const entry = [
    { ...patient, resource: { ...resource, name: [{ family, given: [given] }] } },
    { ...dose, resource: { ...dose.resource, lotNumber: lot } },
  ];
  return { ...BUNDLE, entry };
}
