/** Where policies come from: those that come with the program, and files by name. The caller knows what a file is. */
import { HclError } from '../errors.ts';
import { PolicyError } from './errors.ts';
import type { PolicySet } from './policy-set.ts';

export interface PolicySources {
  /** Loaded only when somebody asks: checking a code without rules must not wait for them. */
  readonly shipped: () => Promise<PolicySet>;
  /** Rejects when it cannot be read; with an error of ours when what is wrong is known. */
  readonly readText: (path: string) => Promise<string>;
  /** The files below a folder, at any depth; `undefined` when it is no folder. */
  readonly filesIn: (path: string) => Promise<readonly string[] | undefined>;
  /** The path of a file that is named in `path`. */
  readonly beside: (path: string, name: string) => string;
}

/** Throws `POLICY_FILE_UNREADABLE`, and what `readText` knows better. */
export async function textOf(path: string, { readText }: PolicySources): Promise<string> {
  try {
    return await readText(path);
  } catch (cause) {
    if (cause instanceof HclError) throw cause;
    throw new PolicyError('POLICY_FILE_UNREADABLE', `${path} cannot be read`, { cause });
  }
}

/** Puts the file's name before what is wrong in it. */
export function inFile<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof PolicyError)) throw cause;
    throw new PolicyError(cause.code, `${path}: ${cause.message}`, { cause });
  }
}
