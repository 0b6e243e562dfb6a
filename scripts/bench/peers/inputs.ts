/** Signed codes → inputs. */
import type { JsonObject } from '../../../core/bytes/strict-json.ts';
import type { BareSignature, Flaw, Inputs, Sample } from './peer.ts';

export const DAY = 86_400;
export const JUDGED_AT: number = Date.UTC(2023, 0, 1) / 1000;

export interface Signed {
  readonly sample: Sample;
  /** With the key of the signer whom it names, whoever signed it. */
  readonly bare: BareSignature;
}

export function toInputs(
  valid: readonly Signed[],
  flawed: Readonly<Partial<Record<Flaw, Signed>>>,
  trust: JsonObject,
): Inputs {
  // Its keys are flaws.
  const flaws = Object.entries(flawed) as readonly (readonly [Flaw, Signed])[];
  const all = [...valid, ...flaws.map(([, signed]) => signed)];
  return {
    valid: valid.map(({ sample }) => sample),
    flawed: new Map(flaws.map(([flaw, { sample }]) => [flaw, sample])),
    bare: new Map(all.map(({ sample, bare }) => [sample.text, bare])),
    trust,
  };
}
