/** For a worker, when all of its script has run: whoever asks it knows from then on that it is there. */
export function sayLoaded(): void {
  // The number of no question.
  postMessage({ id: 0 });
}
