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
    'of a list': [...Object.values(status.problems), ...Object.values(status.signersProblems)],
    'of the page itself': [scan.failed, scan.mixed, scan.camera.unread, status.problems.ENGINE_FAILED],
    'of a list that is older than a code': Object.values({ ...status.problems, ...verdict.listProblems }),
    'of a day’s page': Object.values(verdict.pageProblems),
  };
}

/** All texts of a language, those with a number or an age in them too. */
function sentencesOf(texts: object): readonly string[] {
  return Object.values(texts).flatMap((value: unknown) => {
    if (typeof value === 'string') return [value];
    if (typeof value === 'function') return [String(value)];
    return typeof value === 'object' && value !== null ? sentencesOf(value) : [];
  });
}

/** Letters and words that would not stand there, by language. */
const FOREIGN = {
  'zh-Hant': /[条码证签发构数处会时间读检当个们对录网号应无这]/,
  'zh-Hans': /[條碼證簽發構數處會時間讀檢當個們對錄網號應無這]/,
  // Brazilian words, and a second word for the ledger beside that of the reasons.
  pt: /\b(?:tela|celular|usuário|arquivo|escanear|você|fator|livro-razão|gerenci\w*|cadastr\w*)\b/i,
} as const;

describe('what the page says', () => {
  for (const [language, foreign] of Object.entries(FOREIGN)) {
    it(`in ${language} is that language's own`, () => {
      // A key of FOREIGN is one of TEXTS.
      const sentences = sentencesOf(TEXTS[language as keyof typeof FOREIGN]);
      expect(sentences.length).to.be.above(150);
      expect(sentences.filter((sentence) => foreign.test(sentence))).to.deep.equal([]);
    });
  }

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
