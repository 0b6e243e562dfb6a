/** Answers to sent transactions, in a trace of a node's system calls. */
import { bytesOf, targetOf, type SystemCall } from '../../support/syscall-trace.ts';

export interface Acknowledgement {
  readonly tick: number;
  /** Hash of the transaction. */
  readonly hash: string;
}

/** When the first byte of each answer to a sent transaction left the process. */
export function acknowledgementsIn(calls: readonly SystemCall[]): Acknowledgement[] {
  return calls
    .filter(
      ({ name, args }) => (name === 'write' || name === 'writev') && targetOf(args).startsWith('socket:'),
    )
    .flatMap(({ args, start }) => {
      const text = Buffer.concat(bytesOf(args)).toString('latin1');
      const [, hash] = /"result":"(0x[0-9a-f]{64})"/.exec(text) ?? [];
      return hash === undefined ? [] : [{ tick: start, hash }];
    });
}
