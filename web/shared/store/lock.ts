/** One at a time, over all tabs of the page: they share what is kept. */

/** Does `act` when nobody else is at it. Rejects with what `act` rejects with, or where its turn does not come. */
export type Lock = <T>(act: () => Promise<T>) => Promise<T>;

/** Tabs that are busy for longer than this are stuck. */
const PATIENCE_MS = 60_000;

/** By Web Locks; a page that did not come over HTTPS has none, and takes turns within itself. */
export function openLock(name: string): Lock {
  const { locks } = navigator as Partial<Navigator>;
  if (locks === undefined) return lockWithin();
  return async (act) => locks.request(name, { signal: AbortSignal.timeout(PATIENCE_MS) }, act);
}

/** For those who hold this very value. */
export function lockWithin(): Lock {
  let turn: Promise<unknown> = Promise.resolve();
  return (act) => {
    const mine = turn.then(act);
    turn = mine.catch(() => undefined);
    return mine;
  };
}
