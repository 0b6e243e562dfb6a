/**
 * Where the time of a conversion goes. Either issuer marks when it has accepted it, when the last of what belongs to it
 * was given to its sender, when it has seen that in a block, and when it answered; the ledger when it sealed.
 */
import { median } from './harness.ts';

/** `accepted`: on the disk; `answered`: handed over by the source, with its code by the target. */
export type Stage = 'accepted' | 'staged' | 'seen' | 'answered';

export interface Mark {
  readonly stage: Stage;
  readonly atMs: number;
}

export interface Seal {
  readonly beganMs: number;
  readonly endedMs: number;
}

export interface Marked {
  readonly startedMs: number;
  readonly source: readonly Mark[];
  readonly target: readonly Mark[];
  readonly seals: readonly Seal[];
}

/** Milliseconds that every process of this machine counts alike. */
export function sharedNowMs(): number {
  return performance.timeOrigin + performance.now();
}

/** What one end took of the time, by name. `wait`: until the block begins; it is nobody's fault. */
interface EndStages {
  readonly accept: number;
  readonly stage: number;
  readonly wait: number;
  readonly seal: number;
  readonly see: number;
  readonly answer: number;
}

const NAMES: readonly (keyof EndStages)[] = ['accept', 'stage', 'wait', 'seal', 'see', 'answer'];

export interface Stages {
  readonly source: EndStages;
  readonly target: EndStages;
  /**
   * What is added to the two blocks: before anything waits for the first, and after the second began. What lies
   * between the two blocks shortens the wait for the second.
   */
  readonly added: number;
}

/** `undefined` where a mark is missing. */
export function stagesOf({ startedMs, source, target, seals }: Marked): Stages | undefined {
  const handedOver = lastOf(source, 'answered', Infinity);
  if (handedOver === undefined) return undefined;
  const first = endOf(source, seals, startedMs);
  const second = endOf(target, seals, handedOver);
  if (first === undefined || second === undefined) return undefined;
  const added = first.accept + first.stage + second.seal + second.see + second.answer;
  return { source: first, target: second, added };
}

/** `source: accept 12, stage 31, …; target: …`, medians in ms. */
export function stagesLine(all: readonly Stages[]): string {
  const lineOf = (end: 'source' | 'target'): string =>
    NAMES.map((name) => `${name} ${median(all.map((stages) => stages[end][name])).toFixed(0)}`).join(', ');
  return `source: ${lineOf('source')}; target: ${lineOf('target')}`;
}

function endOf(marks: readonly Mark[], seals: readonly Seal[], fromMs: number): EndStages | undefined {
  const answered = lastOf(marks, 'answered', Infinity);
  const seen = lastOf(marks, 'seen', answered);
  const staged = lastOf(marks, 'staged', seen);
  const accepted = lastOf(marks, 'accepted', staged);
  const sealed = seals.findLast(({ endedMs }) => endedMs <= (seen ?? 0));
  if (
    answered === undefined ||
    seen === undefined ||
    staged === undefined ||
    accepted === undefined ||
    sealed === undefined
  )
    return undefined;
  return {
    accept: accepted - fromMs,
    stage: staged - accepted,
    wait: sealed.beganMs - staged,
    seal: sealed.endedMs - sealed.beganMs,
    see: seen - sealed.endedMs,
    answer: answered - seen,
  };
}

function lastOf(marks: readonly Mark[], stage: Stage, untilMs: number | undefined): number | undefined {
  return marks.findLast((mark) => mark.stage === stage && mark.atMs <= (untilMs ?? -1))?.atMs;
}
