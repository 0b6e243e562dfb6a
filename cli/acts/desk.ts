/** What every step of `hcl act` works with. */
import type { Arguments } from '../command.ts';
import type { ConsortiumIssuer } from '../consortium-file.ts';
import { usageError } from '../errors.ts';
import type { Io } from '../io.ts';
import type { ActView } from '../../issuer/acts/acts.ts';
import { actPage } from './act-page.ts';
import type { Approving } from './approve.ts';
import type { ACT_OPTIONS } from './options.ts';

export interface Desk extends Approving {
  readonly issuer: ConsortiumIssuer;
  readonly values: Arguments<typeof ACT_OPTIONS>['values'];
  /** Words after the first. */
  readonly words: readonly string[];
  readonly io: Io;
}

/** Exactly so many words come after the step's name. */
export function takeWords(words: readonly string[], names: readonly string[]): void {
  if (words.length !== names.length) throw usageError(`name ${names.join(' and ') || 'nothing more'}`);
}

export async function writeAct(view: ActView, { values, io }: Desk): Promise<void> {
  await io.out.write(values.json ? `${JSON.stringify(view)}\n` : actPage(view, io.out));
}
