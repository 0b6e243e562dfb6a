/** Before anything is timed: a verifier that refuses good codes, or accepts a tampered one, measures nothing. */
import type { Flaw, Inputs, Verifier } from './peer.ts';

/** The flaws that `verify` notices. Throws unless it accepts every valid code and refuses the tampered one. */
export async function checkVerifier(
  name: string,
  verify: Verifier,
  { valid, flawed }: Inputs,
): Promise<readonly Flaw[]> {
  for (const [i, sample] of valid.entries()) {
    if (!(await verify(sample))) throw new Error(`${name} refuses valid code ${i + 1} of ${valid.length}`);
  }
  const noticed: Flaw[] = [];
  for (const [flaw, sample] of flawed) {
    if (!(await accepts(verify, sample))) noticed.push(flaw);
  }
  if (!noticed.includes('tampered')) throw new Error(`${name} accepts a tampered code`);
  return noticed;
}

async function accepts(verify: Verifier, sample: Parameters<Verifier>[0]): Promise<boolean> {
  try {
    return await verify(sample);
  } catch {
    return false;
  }
}
