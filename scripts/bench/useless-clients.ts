/**
 * Clients that are no use, as a process of their own: honest ones must not wait for what they cost the sender. Argument:
 * JSON of {@link UselessCrowd}. Answers each line of its input with what they endured so far, and ends with it.
 */
import { createInterface } from 'node:readline';
import { ReturningSockets, type UselessKind } from './returning-sockets.ts';

export interface UselessCrowd {
  readonly url: string;
  readonly kinds: readonly UselessKind[];
  /** New connections, first ones and those that come again. */
  readonly perSecond: number;
}

// Only useless-process.ts starts this program.
const { kinds, perSecond, url } = JSON.parse(process.argv[2] ?? '') as UselessCrowd;
using sockets = new ReturningSockets(url, kinds, perSecond);
for await (const _ of createInterface(process.stdin)) {
  process.stdout.write(`${JSON.stringify(sockets.report())}\n`);
}
