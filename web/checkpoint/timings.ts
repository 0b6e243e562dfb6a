/**
 * How long it takes from a picture to an answer, in the browser's own timeline (User Timing), for who measures it. Times
 * only; nothing of what was in the picture, and nothing that leaves the tab.
 */
const PICTURE = 'hcl:picture';
const CODE = 'hcl:code';
export const SCAN_TO_VERDICT = 'hcl:scan-to-verdict';
export const DECODE_TO_VERDICT = 'hcl:decode-to-verdict';

/** @param pictureAt when the picture was taken, by `performance.now()` */
export function codeWasRead(pictureAt: number): void {
  forget();
  performance.mark(PICTURE, { startTime: pictureAt });
  performance.mark(CODE);
}

/** Called with every answer; one to a code that came by hand is not timed. */
export function verdictShows(): void {
  if (performance.getEntriesByName(CODE).length === 0) return;
  performance.measure(SCAN_TO_VERDICT, PICTURE);
  performance.measure(DECODE_TO_VERDICT, CODE);
  forget();
}

function forget(): void {
  performance.clearMarks(PICTURE);
  performance.clearMarks(CODE);
}
