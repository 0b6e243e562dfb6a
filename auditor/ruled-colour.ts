/** Whether the legal act that a change by hand names is the ruling of that very colour, on that very person. */
import { fromBase64url } from '../core/bytes/base64url.ts';
import { toHex } from '../core/bytes/hex.ts';
import { actLeaf, parseAct } from '../core/act/act.ts';
import { COLOUR_RULED } from '../core/act/kinds.ts';
import type { Crypto } from '../core/crypto.ts';
import { HclError } from '../core/errors.ts';
import type { ColourAct } from '../core/health/colour-act.ts';
import { rulingDigest } from '../core/health/ruling-digest.ts';

/** What is wrong, if anything. @param shownAct base64url bytes of the legal act, as the issuer shows it */
export function rulingProblem(
  crypto: Crypto,
  act: ColourAct,
  shownAct: string | undefined,
): string | undefined {
  if (act.ruling === undefined || shownAct === undefined) return 'the issuer does not show what was approved';
  try {
    const bytes = fromBase64url(shownAct);
    if (toHex(actLeaf(crypto, bytes)) !== act.act) return 'another legal act is shown than it names';
    const { reason, selector, proposedBy } = parseAct(bytes);
    if (reason !== COLOUR_RULED || selector.by !== 'colour') return 'the legal act is no ruling';
    if (selector.change !== digestOf(crypto, act, act.ruling) || proposedBy !== act.actor)
      return 'the ruling is of another person or colour';
    return act.at < act.ruling.untilSeconds ? undefined : 'the ruling was over';
  } catch (error) {
    if (error instanceof HclError) return 'what is shown of the legal act is none';
    throw error;
  }
}

function digestOf(crypto: Crypto, act: ColourAct, ruling: NonNullable<ColourAct['ruling']>): string {
  const { subject, scheme, to, ground = '', actor } = act;
  return rulingDigest(crypto, { subject, scheme, state: to, ground, proposedBy: actor, ...ruling });
}
