/** How long a list of signers says that it holds: a checkpoint that runs for days outlives its lists. */
export interface ListLife {
  /** When it was made, Unix seconds; absent: it does not say. */
  readonly fromSeconds?: number;
  /** From this second on it confirms nothing; absent: it does not say. */
  readonly untilSeconds?: number;
}

/** The one that ends first: what two lists say together holds as long as both do. */
export function shorterLife(a: ListLife, b: ListLife): ListLife {
  return (b.untilSeconds ?? Infinity) < (a.untilSeconds ?? Infinity) ? b : a;
}

export function isOver({ untilSeconds = Infinity }: ListLife, nowSeconds: number): boolean {
  return nowSeconds >= untilSeconds;
}

const DAY_SECONDS = 86_400;

/** Whether it is time to replace it: its last day, or the last quarter of a life that is shorter than four. */
export function isEnding({ fromSeconds, untilSeconds = Infinity }: ListLife, nowSeconds: number): boolean {
  const quarter = fromSeconds === undefined ? DAY_SECONDS : (untilSeconds - fromSeconds) / 4;
  return nowSeconds >= untilSeconds - Math.min(DAY_SECONDS, quarter);
}
