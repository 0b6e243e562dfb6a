/** Code text → verdict, from local knowledge alone. */
import { conclude, couldNotDecide } from './conclude.ts';
import type { VerifyContext } from './context.ts';
import { judge } from './judge.ts';
import type { Verdict } from './verdict.ts';

export type { VerifyContext } from './context.ts';

/** Never throws, whatever `text` is: a check that fails in an unforeseen way answers `COULD_NOT_DECIDE`. */
export async function verifyCode(text: string, context: VerifyContext): Promise<Verdict> {
  try {
    const judgement = judge(text, context);
    return conclude(judgement instanceof Promise ? await judgement : judgement, context);
  } catch {
    return couldNotDecide(context.policy);
  }
}
