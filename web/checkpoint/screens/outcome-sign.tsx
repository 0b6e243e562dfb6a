/** An outcome by shape: circle, square, diamond, octagon, each with its own sign, for who cannot tell the colours. */
import type { JSX } from 'preact';
import type { Outcome } from '../../../core/verify/reasons.ts';

interface Sign {
  readonly frame: string;
  readonly signs: readonly string[];
}

const SIGNS: Readonly<Record<Outcome, Sign>> = {
  pass: { frame: 'M48 6a42 42 0 1 0 0 84 42 42 0 0 0 0-84z', signs: ['M29 49l13 13 26-28'] },
  condition: {
    frame: 'M20 8h56a12 12 0 0 1 12 12v56a12 12 0 0 1-12 12H20A12 12 0 0 1 8 76V20A12 12 0 0 1 20 8z',
    signs: ['M27 38l7 7 13-14', 'M56 39h15', 'M27 62h44'],
  },
  refer: {
    frame: 'M48 3l45 45-45 45L3 48z',
    signs: ['M37 38c0-7 5-12 11-12s11 5 11 11c0 8-11 8-11 18', 'M48 67v.500'],
  },
  stop: { frame: 'M31 6h34l25 25v34L65 90H31L6 65V31z', signs: ['M33 33l30 30', 'M63 33L33 63'] },
};

export function OutcomeSign({ outcome }: { readonly outcome: Outcome }): JSX.Element {
  const { frame, signs } = SIGNS[outcome];
  return (
    <svg class="sign" viewBox="0 0 96 96" aria-hidden="true" focusable="false">
      <path class="sign-frame" d={frame} />
      {signs.map((sign) => (
        <path class="sign-mark" key={sign} d={sign} />
      ))}
    </svg>
  );
}
