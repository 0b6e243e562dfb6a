/** Line icons on a grid of 24. They only accompany words, so no screen reader reads them. */
import type { JSX } from 'preact';

const SHAPES = {
  back: ['M15 5l-7 7 7 7'],
  close: ['M6 6l12 12', 'M18 6L6 18'],
  settings: [
    'M4 7h10',
    'M18 7h2',
    'M16 5a2 2 0 1 0 0 4 2 2 0 0 0 0-4z',
    'M4 17h2',
    'M10 17h10',
    'M8 15a2 2 0 1 0 0 4 2 2 0 0 0 0-4z',
  ],
  list: ['M8 6h12', 'M8 12h12', 'M8 18h12', 'M4 6h.01', 'M4 12h.01', 'M4 18h.01'],
  keyboard: ['M3 6h18v12H3z', 'M7 10h.01', 'M11 10h.01', 'M15 10h.01', 'M8 14h8'],
  picture: ['M4 5h16v14H4z', 'M4 16l5-5 4 4 3-3 4 4', 'M15 9h.01'],
  group: [
    'M9 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6z',
    'M3 20c0-3 2.5-5 6-5s6 2 6 5',
    'M16 5.5a3 3 0 0 1 0 5.5',
    'M18 15.5c2 .8 3 2.400 3 4.500',
  ],
  clock: ['M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z', 'M12 7v5l3 2'],
  warning: ['M12 4l9 16H3z', 'M12 10v4', 'M12 17h.01'],
  language: [
    'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z',
    'M3 12h18',
    'M12 3c3 3 3.500 6 3.500 9s-.500 6-3.500 9',
    'M12 3c-3 3-3.500 6-3.500 9s.500 6 3.500 9',
  ],
  check: ['M5 12.500l4.500 4.500L19 7.500'],
  camera: ['M4 8h4l1.500-2.500h5L16 8h4v11H4z', 'M12 16.500a3 3 0 1 0 0-6 3 3 0 0 0 0 6z'],
  next: ['M5 12h14', 'M13 6l6 6-6 6'],
  add: ['M12 5v14', 'M5 12h14'],
} as const;

export type IconName = keyof typeof SHAPES;

export function Icon({ name }: { readonly name: IconName }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      {SHAPES[name].map((shape) => (
        <path key={shape} d={shape} />
      ))}
    </svg>
  );
}
