/** Whoever reads that something is wrong can tell what: in no language have two causes one sentence. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { TEXTS } from '../../../web/checkpoint/texts/texts.ts';

/** Every text that says what is wrong with what came in, by where it shows. */
function causes({
  scan,
  status,
  verdict,
}: (typeof TEXTS)['en']): Readonly<Record<string, readonly string[]>> {
  return {
    'of a picture': [...Object.values(scan.hints), scan.pictureUnreadable, scan.pictureSeveral],
    'of the camera': Object.values(scan.camera),
    'of a list': Object.values(status.problems),
    'of a day’s page': Object.values(verdict.pageProblems),
  };
}

describe('what the page says', () => {
  for (const [language, texts] of Object.entries(TEXTS)) {
    it(`in ${language} names each cause by a sentence of its own`, () => {
      for (const [what, sentences] of Object.entries(causes(texts))) {
        expect(new Set(sentences).size, what).to.equal(sentences.length);
        expect(
          sentences.every((sentence) => sentence.length > 3),
          what,
        ).to.equal(true);
      }
    });
  }
});
