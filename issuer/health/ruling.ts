/**
 * A ruling: people give one person another colour than the rules do, for a while, and two of them approve it. It is
 * drawn up as a legal act, which goes the way of every act: proposed, approved by two keys, anchored. The act names
 * the digest of the ruling (`rulingDigest`), and its notice says the colour and the ground, so that whoever approves sees
 * what.
 */
import type { Hex } from '../../core/bytes/hex.ts';
import type { Notice } from '../../core/act/act.ts';
import { COLOUR_RULED } from '../../core/act/kinds.ts';
import { evidenceDigest } from '../../core/health/colour-act.ts';
import { rulingDigest } from '../../core/health/ruling-digest.ts';
import { GROUND, isGround } from '../../core/health/grounds.ts';
import { COLOUR_NAMES, SCHEME_FORMS, severityOf } from '../../core/health/schemes.ts';
import type { Colour, Scheme } from '../../core/record/derived.ts';
import type { Language } from '../../core/record/value-sets/value-set.ts';
import { drawUpAct, type DrawUpActDependencies } from '../acts/draw-up.ts';
import type { Act } from '../../core/act/act.ts';
import { IssuerError } from '../errors.ts';
import { evidenceSalt } from './evidence-salt.ts';
import type { HealthFile } from './health-file.ts';

export interface RulingTerms {
  readonly scheme: Scheme;
  readonly state: Colour;
  readonly ground: string;
  /** Unix seconds; at most {@link MAX_RULING_SECONDS} from now. */
  readonly untilSeconds: number;
  readonly legalBasis: string;
  /** References at the authority to what it rests on: one at least. */
  readonly evidence: readonly string[];
  /** Address of the key of whoever asks for it. */
  readonly proposedBy: Hex;
}

/** Longer than that and facts should say it. */
export const MAX_RULING_SECONDS: number = 30 * 86_400;

/** Throws `HEALTH_RULING_INVALID`. */
export function checkTerms(
  { scheme, state, ground, untilSeconds, evidence }: RulingTerms,
  nowSeconds: number,
): void {
  if (severityOf(scheme, state) === undefined) throw invalid('the scheme does not know the colour');
  if (!isGround(ground)) throw invalid('a ground that there is not');
  if (evidence.length === 0) throw invalid('it rests on nothing');
  if (untilSeconds <= nowSeconds) throw invalid('it would end before it begins');
  if (untilSeconds > nowSeconds + MAX_RULING_SECONDS) throw invalid('it would last longer than 30 days');
}

/** The legal act for two people to approve. @param places of the codes that it ends, ascending */
export function drawUpRuling(
  terms: RulingTerms,
  { file, salt, places }: { readonly file: HealthFile; readonly salt: string; readonly places: Float64Array },
  deps: DrawUpActDependencies,
): Act {
  const { crypto } = deps;
  const { legalBasis, evidence, ...ruled } = terms;
  const digested = evidenceDigest(crypto, evidence, evidenceSalt(crypto, file, salt));
  const change = rulingDigest(crypto, { ...ruled, subject: file.ref, evidence: digested, salt });
  const act = {
    kind: 'supersede',
    reason: COLOUR_RULED,
    legalBasis,
    notice: noticeOf(terms),
    proposedBy: terms.proposedBy,
  } as const;
  return drawUpAct(act, { selector: { by: 'colour', change }, places }, deps);
}

function noticeOf({ scheme, state, ground }: RulingTerms): Notice {
  const reason = GROUND.entries.find(({ code }) => code === ground)?.names;
  const inLanguage = (language: Language): string =>
    `${SCHEME_FORMS[scheme].names[language]}: ${COLOUR_NAMES[state][language]} (${reason?.[language] ?? ground})`;
  return {
    en: inLanguage('en'),
    'zh-Hant': inLanguage('zh-Hant'),
    'zh-Hans': inLanguage('zh-Hans'),
    pt: inLanguage('pt'),
  };
}

function invalid(why: string): IssuerError {
  return new IssuerError('HEALTH_RULING_INVALID', why);
}
