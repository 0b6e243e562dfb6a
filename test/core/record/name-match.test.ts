/** Spellings of names, by rule. Names are the specimens of ICAO Doc 9303, of the test corpora and of our fixtures. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { maskName } from '../../../core/record/masking.ts';
import { matchNames } from '../../../core/record/name-match.ts';
import { NAME_REASONS, type NameReason } from '../../../core/record/name-ways.ts';
import { describeCorpus } from '../../support/corpora.ts';
import { runs, testSeed } from '../../support/scale.ts';

interface Row {
  readonly shown: string;
  readonly inHand: string;
  readonly result: 'match' | 'near' | 'different';
  readonly reasons: readonly NameReason[];
}

const row = (
  shown: string,
  inHand: string,
  result: Row['result'],
  ...reasons: readonly NameReason[]
): Row => ({
  shown,
  inHand,
  result,
  reasons,
});

const ROWS: Readonly<Record<string, readonly Row[]>> = {
  'the same in a zone': [
    row('ERIKSSON, ANNA MARIA', 'ERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<', 'match'),
    row('CHAN, TAI MAN', 'CHAN<<TAI<MAN', 'match'),
    row('chan, tai man', 'CHAN<<TAI<MAN', 'match'),
    row('ＣＨＡＮ, ＴＡＩ ＭＡＮ', 'CHAN<<TAI<MAN', 'match'),
    row('陳大文', '陳大文', 'match'),
  ],
  'hyphens, spaces and apostrophes': [
    row('CHAN, TAI-MAN', 'CHAN<<TAI<MAN', 'match'),
    row('CHAN, TAI MAN', 'CHAN<<TAIMAN', 'match', 'NAME_BREAKS'),
    row("D'SOUZA, ANNE-MARIE", 'DSOUZA<<ANNE<MARIE', 'match'),
    row('AU YEUNG, TAI MAN', 'AUYEUNG<<TAI<MAN', 'match', 'NAME_BREAKS'),
  ],
  'letters that zones write otherwise (ICAO Doc 9303-3 §6)': [
    row('Musterfrau-Gößinger, Gabriele', 'MUSTERFRAU<GOESSINGER<<GABRIELE', 'match', 'NAME_TRANSLITERATION'),
    row('Musterfrau-Gößinger, Gabriele', 'MUSTERFRAU<GOSSINGER<<GABRIELE', 'match', 'NAME_TRANSLITERATION'),
    row('DA SILVA, JOÃO', 'DA<SILVA<<JOAO', 'match', 'NAME_TRANSLITERATION'),
    row('NOGUEIRA, Éva', 'NOGUEIRA<<EVA', 'match', 'NAME_TRANSLITERATION'),
    row('NOGUEIRA, E\u0301va', 'NOGUEIRA<<EVA', 'match', 'NAME_TRANSLITERATION'),
  ],
  pinyin: [
    row('LÜ, XIAOMING', 'LYU<<XIAOMING', 'match', 'NAME_TRANSLITERATION'),
    row('LÜ, XIAOMING', 'LU<<XIAO<MING', 'match', 'NAME_TRANSLITERATION', 'NAME_BREAKS'),
    row('LÜ, XIAOMING', 'LV<<XIAOMING', 'match', 'NAME_TRANSLITERATION'),
    row('CHAN, TAI MAN', 'CHEN<<DAWEN', 'near', 'NAME_PINYIN', 'NAME_GIVEN_NOT_COMPARED'),
    row('WONG, SIU MING', 'HUANG<<XIAOMING', 'near', 'NAME_PINYIN', 'NAME_GIVEN_NOT_COMPARED'),
    row('WONG, SIU MING', 'WANG<<SIU<MING', 'near', 'NAME_PINYIN'),
    row('CHAN, TAI MAN', 'ZHANG<<DAWEN', 'different', 'NAME_DIFFERENT'),
  ],
  'Cantonese in Hong Kong and in Macao': [
    row('CHEUNG, SIU MING', 'CHEONG<<SIO<MENG', 'near', 'NAME_CANTONESE_SPELLING'),
    row('WONG, WAI KWAN', 'VONG<<VAI<KUAN', 'near', 'NAME_CANTONESE_SPELLING'),
    row('YEUNG, YEE', 'IEONG<<I', 'near', 'NAME_CANTONESE_SPELLING'),
    row('TSE, TSZ KIT', 'CHE<<CHI<KIT', 'near', 'NAME_CANTONESE_SPELLING'),
    row('LAW, SHEUNG', 'LO<<SEONG', 'near', 'NAME_CANTONESE_SPELLING'),
    row('KWOK, FU SHING', 'KUOK<<FU<SENG', 'near', 'NAME_CANTONESE_SPELLING'),
    row('LAU, LUK', 'LAO<<LOK', 'near', 'NAME_CANTONESE_SPELLING'),
    row('CHEUNG, SIU MING', 'CHEONG<<TAI<MAN', 'different', 'NAME_DIFFERENT'),
  ],
  Portuguese: [
    row('SOUZA, LUIZ', 'SOUSA<<LUIS', 'near', 'NAME_PORTUGUESE_SPELLING'),
    row('DE MELLO, THERESA', 'DE<MELO<<TERESA', 'near', 'NAME_PORTUGUESE_SPELLING'),
    row('DA SILVA, JOÃO', 'SILVA<<JOAO', 'near', 'NAME_PARTICLE', 'NAME_TRANSLITERATION'),
  ],
  order: [
    row('CHAN, TAI MAN', 'TAI MAN CHAN', 'near', 'NAME_ORDER'),
    row('CHAN, TAI MAN', 'TAI<MAN<<CHAN', 'near', 'NAME_ORDER'),
    row('CHAN, TAI MAN', 'MAN, CHAN TAI', 'near', 'NAME_ORDER'),
    row('CHAN TAI MAN', 'CHAN<<TAI<MAN', 'match'),
  ],
  'masks of venue credentials': [
    row('CHAN, T** M**', 'CHAN<<TAI<MAN', 'match', 'NAME_MASKED'),
    row('AU Y****, T** M**', 'AU<YEUNG<<TAI<MAN', 'match', 'NAME_MASKED'),
    row('陳**', '陳大文', 'match', 'NAME_MASKED'),
    row('CHAN, T** M**', 'CHAN<<SIU<MING', 'different', 'NAME_DIFFERENT'),
    row('CHAN, T** M**', 'CHAN<<TAI<MANN', 'different', 'NAME_DIFFERENT'),
  ],
  'names that are cut': [
    row('ERIKSSON, ANNA MARIA', 'ERIKSSON<<ANNA', 'near', 'NAME_PART_MISSING'),
    row('CHAN, TAI MAN', 'CHAN', 'different', 'NAME_DIFFERENT'),
  ],
  others: [
    row('CHAN, TAI MAN', 'WONG<<SIU<MING', 'different', 'NAME_DIFFERENT'),
    row('CHAN, TAI MAN', 'CHAN<<SIU<MING', 'different', 'NAME_DIFFERENT'),
    row('CHAN, TAI MAN', '', 'different', 'NAME_DIFFERENT'),
    row('', '', 'different', 'NAME_DIFFERENT'),
    row('<<<', ',,,', 'different', 'NAME_DIFFERENT'),
  ],
};

describe('names on credential and document', () => {
  for (const [rule, rows] of Object.entries(ROWS)) {
    describe(rule, () => {
      for (const { inHand, reasons, result, shown } of rows) {
        it(`${shown} | ${inHand}: ${result}`, () => {
          const match = matchNames(shown, inHand);
          expect(match.result).to.equal(result);
          expect(match.reasons).to.deep.equal(reasons);
        });
      }
    });
  }

  it('gives every reason somewhere', () => {
    const given = new Set(Object.values(ROWS).flatMap((rows) => rows.flatMap(({ reasons }) => reasons)));
    expect([...given, 'NAME_TRUNCATED'].toSorted()).to.deep.equal(NAME_REASONS.toSorted());
  });

  // ICAO Doc 9303-4 §4.2.3 cuts this specimen to the 39 places of a passport's zone.
  const long = 'NILAVADHANANANDA, CHAYAPA DEJTHAMRONG KRASUANG';
  for (const zone of ['NILAVADHANANANDA<<CHAYAPA<DEJTHAMRONG<K', 'NILAVADHANANANDA<<CHAYAPA<DEJTH<KRASUA']) {
    it(`takes ${zone} for a name that was cut, when its zone is full`, () => {
      expect(matchNames(long, zone, { isTruncated: true })).to.deep.include({
        result: 'match',
        reasons: ['NAME_TRUNCATED'],
      });
      expect(matchNames(long, zone).result).to.equal('different');
      expect(matchNames('CHAN, TAI MAN', zone, { isTruncated: true }).result).to.equal('different');
    });
  }
});

describe('any two names', () => {
  const word = fc.stringMatching(/^[A-Z]{1,9}$/);
  const words = fc.array(word, { minLength: 1, maxLength: 3 });
  const parameters = { numRuns: runs(400, 100_000), seed: testSeed };

  it('are one when they are letter for letter the same, whatever breaks them', () => {
    fc.assert(
      fc.property(words, words, fc.constantFrom(' ', '-'), (family, given, gap) => {
        const shown = `${family.join(gap)}, ${given.join(gap)}`;
        const zone = `${family.join('<')}<<${given.join('<')}`;
        expect(matchNames(shown, zone)).to.deep.equal({ result: 'match', score: 100, reasons: [] });
      }),
      parameters,
    );
  });

  it('are never different by their order alone', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(['CHAN', 'TAI', 'MAN', 'ANNA', 'MARIA'], { minLength: 5 }), (order) => {
        expect(matchNames('CHAN, TAI MAN ANNA MARIA', order.join(' ')).result).to.be.oneOf(['match', 'near']);
      }),
      parameters,
    );
  });

  it('are one when one is the mask of the other', () => {
    fc.assert(
      fc.property(words, words, (family, given) => {
        const masked = maskName(`${family.join(' ')}, ${given.join(' ')}`);
        expect(matchNames(masked, `${family.join('<')}<<${given.join('<')}`).result).to.equal('match');
      }),
      parameters,
    );
  });

  it('of any text have a result, a score from 0 to 100, and the same score for the same names', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 60 }),
        fc.string({ unit: 'grapheme', maxLength: 60 }),
        fc.boolean(),
        (a, b, isTruncated) => {
          const match = matchNames(a, b, { isTruncated });
          expect(match.score).to.be.within(0, 100);
          expect(match.reasons.length === 0).to.equal(match.score === 100);
          expect(matchNames(a, b, { isTruncated })).to.deep.equal(match);
        },
      ),
      parameters,
    );
    for (const text of [
      '*'.repeat(5000),
      'Ü'.repeat(5000),
      'A '.repeat(5000),
      '(a+)+$',
      '\ud800',
      `${'*'.repeat(60)}!`,
    ]) {
      expect(matchNames(text, 'CHAN<<TAI<MAN').score).to.be.within(0, 100);
    }
  });
});

interface Named {
  readonly file: string;
  readonly name: Readonly<Record<'fn' | 'gn' | 'fnt' | 'gnt', string>>;
}

const REPEATED = 'its transliterated family name repeats the given names';
/** Files whose own transliteration is of another name, with what comes out and the reason. */
const EXCEPTIONS: ReadonlyMap<string, readonly [result: string, reason: string]> = new Map([
  ['PL/1.3.0/2DCode/raw/5.json', ['different', 'its transliterated given name is another']],
  ['SG/2DCode/raw/1-booster.json', ['near', REPEATED]],
  ['SG/2DCode/raw/1.json', ['near', REPEATED]],
  ['SG/2DCode/raw/2.json', ['near', REPEATED]],
  ['SG/2DCode/raw/3.json', ['near', REPEATED]],
]);

describeCorpus('eu-dcc-testdata', (folder) => {
  it('every Latin name is one with its own transliteration', () => {
    const wrong = new Map<string, string>();
    let compared = 0;
    for (const { file, name } of filesIn(folder).flatMap(namesIn)) {
      const shown = `${name.fn}, ${name.gn}`;
      if (!/^[\p{Script=Latin}\p{M}\s.,'’´\-–]+$/u.test(shown)) continue;
      compared++;
      const { result } = matchNames(shown, `${name.fnt}<<${name.gnt}`);
      if (result !== 'match') wrong.set(file.slice(folder.length + 1), result);
    }
    process.stdout.write(`      ${compared} names in Latin letters, ${wrong.size} not the same:\n`);
    for (const [file, result] of wrong) {
      process.stdout.write(`      ${file}: ${result}: ${EXCEPTIONS.get(file)?.[1]}\n`);
    }
    expect(new Map(wrong)).to.deep.equal(new Map([...EXCEPTIONS].map(([file, [result]]) => [file, result])));
    expect(compared).to.be.above(100);
  });
});

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return filesIn(path);
    return path.endsWith('.json') ? [path] : [];
  });
}

function namesIn(file: string): readonly Named[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return [];
  }
  const name = (parsed as { JSON?: { nam?: Named['name'] } }).JSON?.nam;
  const isWhole =
    name !== undefined &&
    [name.fn, name.gn, name.fnt, name.gnt].every((part) => typeof part === 'string' && part !== '');
  return isWhole ? [{ file, name }] : [];
}
