import { VERSION } from './version.ts';

/** What a worker says first. */
export interface Loaded {
  readonly version: string;
}

/** For a worker, when all of its script has run: whoever asks it knows from then on that it is there, and of which build. */
export function sayLoaded(): void {
  // The number of no question.
  postMessage({ id: 0, version: VERSION });
}
