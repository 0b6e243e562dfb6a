/**
 * Chinese names in Latin letters. One character has several spellings, by place: 張 is CHEUNG on a Hong Kong
 * identity card, CHEONG in Macao (after Portuguese), ZHANG in pinyin. Spellings of Hong Kong and Macao both write
 * Cantonese, so a common skeleton tells them to be alike; pinyin writes another language, and only a table can tell
 * (here of family names). To be alike is never to be the same: it makes an officer look, no more.
 */

/** Cantonese in Hong Kong's and Macao's letters → one rough form. First rules first. */
const CANTONESE: readonly (readonly [written: RegExp, as: string])[] = [
  [/TSZ/g, 'CHI'],
  [/SZE?/g, 'SI'],
  [/TCH|TS|DZ/g, 'CH'],
  [/SH/g, 'S'],
  [/Y?UEN/g, 'UN'],
  [/[WU](?=[AEIO])/g, 'V'],
  [/W/g, 'V'],
  [/YU(?![NTM])/g, 'U'],
  [/Y/g, 'I'],
  [/AU|OW/g, 'AO'],
  [/OU/g, 'O'],
  [/OO/g, 'U'],
  [/EE|EI/g, 'I'],
  [/IU/g, 'IO'],
  [/II+/g, 'I'],
  [/I?ENG|ING/g, 'ENG'],
  [/IK/g, 'EK'],
  [/UNG/g, 'ONG'],
  [/UK/g, 'OK'],
  [/U(?=[INT])/g, 'O'],
  [/AH\b/g, 'A'],
];

/** Portuguese before and after its reforms, and as clerks heard it: SOUZA, SOUSA; MELLO, MELO; THERESA, TERESA. */
const PORTUGUESE: readonly (readonly [written: RegExp, as: string])[] = [
  [/PH/g, 'F'],
  [/TH/g, 'T'],
  [/Y/g, 'I'],
  [/Z/g, 'S'],
  [/[HW]/g, ''],
  [/([B-DF-HJ-NP-TV-Z])\1/g, '$1'],
];

/** Written or left out from one document to the next. */
export const PARTICLES: ReadonlySet<string> = new Set(['DE', 'DA', 'DO', 'DAS', 'DOS', 'E']);

/** @param letters A to Z */
export function cantoneseSkeleton(letters: string): string {
  return rewrite(letters, CANTONESE);
}

/** @param letters A to Z */
export function portugueseSkeleton(letters: string): string {
  return rewrite(letters, PORTUGUESE);
}

/** Family names: the character, then its spellings in Hong Kong, in Macao and in pinyin. */
const FAMILY_NAMES = `
  區 AU|AO|OU          歐陽 AUYEUNG|AOIEONG|OUYANG   陳 CHAN|CHAN|CHEN       鄭 CHENG|CHEANG|ZHENG
  張 CHEUNG|CHEONG|ZHANG   卓 CHEUK|CHEOK|ZHUO       趙 CHIU|CHIO|ZHAO       蔡 CHOI,TSOI|CHOI|CAI
  周 CHOW,CHAU|CHAO|ZHOU   朱 CHU|CHU|ZHU            鍾 CHUNG|CHONG|ZHONG    范 FAN|FAN|FAN
  方 FONG|FONG|FANG    馮 FUNG|FONG|FENG             夏 HA|HA|XIA            何 HO|HO|HE
  韓 HON|HON|HAN       許 HUI|HOI|XU                 洪 HUNG|HONG|HONG       甘 KAM|KAM|GAN
  簡 KAN|KAN|JIAN      高 KO|KOU|GAO                 江 KONG|KONG|JIANG      關 KWAN|KUAN|GUAN
  郭 KWOK|KUOK|GUO     黎 LAI|LAI|LI                 賴 LAI|LAI|LAI          林 LAM|LAM|LIN
  劉 LAU|LAO|LIU       羅 LAW,LO|LO|LUO              李 LEE,LI|LEI|LI        梁 LEUNG|LEONG|LIANG
  廖 LIU|LIO|LIAO      盧 LO|LOU|LU                  呂 LUI|LOI|LYU,LU,LV    雷 LUI|LOI|LEI
  陸 LUK|LOK|LU        龍 LUNG|LONG|LONG             馬 MA|MA|MA             麥 MAK|MAK|MAI
  文 MAN|MAN|WEN       莫 MOK|MOK|MO                 吳 NG|NG,UNG|WU         伍 NG|NG,UNG|WU
  魏 NGAI|NGAI|WEI     倪 NGAI|NGAI|NI               彭 PANG|PANG|PENG       潘 POON,PUN|PUN|PAN
  石 SHEK|SEK|SHI      沈 SHUM,SUM|SAM|SHEN          岑 SHUM,SUM|SAM|CEN     冼 SIN|SIN|XIAN
  蕭 SIU|SIO|XIAO      蘇 SO|SOU|SU                  孫 SUN|SUN|SUN          施 SZE|SI|SHI
  司徒 SZETO|SITOU|SITU    戴 TAI|TAI|DAI            譚 TAM|TAM|TAN          鄧 TANG|TANG|DENG
  丁 TING|TENG|DING    杜 TO|TOU|DU                  曾 TSANG|TSANG,CHANG|ZENG   謝 TSE|CHE|XIE
  徐 TSUI,CHUI|CHOI|XU     溫 WAN|WAN,VAN|WEN        黃 WONG|WONG,VONG|HUANG     王 WONG|WONG,VONG|WANG
  胡 WU,WOO|WU,VU|HU   任 YAM|IAM|REN                游 YAU|IAO|YOU          邱 YAU|IAO|QIU
  楊 YEUNG,YOUNG|IEONG|YANG    葉 YIP,IP|IP|YE       姚 YIU|IO|YAO           余 YU|U,IU|YU
  袁 YUEN|UN|YUAN      阮 YUEN|UN|RUAN               程 CHING|CHENG|CHENG    崔 CHUI|CHOI|CUI
`;

type Writing = 'cantonese' | 'pinyin';

/** Spelling → the characters it may stand for, and in which writing. */
const FAMILY_NAMES_BY_SPELLING: ReadonlyMap<
  string,
  ReadonlyMap<Writing, ReadonlySet<string>>
> = readFamilyNames();

/** Whether one family name is written both ways for Cantonese: LAW, LO. @param a, b capitals without breaks */
export function isSameCantoneseFamilyName(a: string, b: string): boolean {
  return doShare(charactersOf(a, 'cantonese'), charactersOf(b, 'cantonese'));
}

/** Whether one of them is the other in pinyin: CHAN, CHEN. @param a, b capitals without breaks */
export function isFamilyNameInPinyin(a: string, b: string): boolean {
  return (
    doShare(charactersOf(a, 'cantonese'), charactersOf(b, 'pinyin')) ||
    doShare(charactersOf(a, 'pinyin'), charactersOf(b, 'cantonese'))
  );
}

function charactersOf(spelling: string, writing: Writing): ReadonlySet<string> {
  return FAMILY_NAMES_BY_SPELLING.get(spelling)?.get(writing) ?? new Set();
}

function doShare(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return [...a].some((character) => b.has(character));
}

function readFamilyNames(): ReadonlyMap<string, ReadonlyMap<Writing, ReadonlySet<string>>> {
  const found = new Map<string, Map<Writing, Set<string>>>();
  const add = (spelling: string, writing: Writing, character: string): void => {
    const writings = found.get(spelling) ?? new Map<Writing, Set<string>>();
    writings.set(writing, (writings.get(writing) ?? new Set()).add(character));
    found.set(spelling, writings);
  };
  for (const [, character = '', spellings = ''] of FAMILY_NAMES.matchAll(
    /(\p{Script=Han}+)\s+([A-Z,|]+)/gu,
  )) {
    const [hongKong = '', macao = '', pinyin = ''] = spellings.split('|');
    for (const spelling of `${hongKong},${macao}`.split(',')) add(spelling, 'cantonese', character);
    for (const spelling of pinyin.split(',')) add(spelling, 'pinyin', character);
  }
  return found;
}

function rewrite(letters: string, rules: readonly (readonly [written: RegExp, as: string])[]): string {
  return rules.reduce((text, [written, as]) => text.replaceAll(written, as), letters);
}
