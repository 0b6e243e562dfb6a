/**
 * Opens the issuers' histories of acts to an audit: each issuer's auditor token goes with requests to that issuer's
 * acts, and with no others.
 */
import { readFile } from 'node:fs/promises';
import type { ConsortiumIssuer } from './consortium-file.ts';
import { CliError } from './errors.ts';

/** Throws `CLI_NOT_STARTED` for a token that cannot be read. An issuer without one is asked without. */
export async function withAuditorTokens(
  ask: typeof fetch,
  issuers: readonly ConsortiumIssuer[],
): Promise<typeof fetch> {
  const tokens = await Promise.all(
    issuers.flatMap(({ url, auditorTokenFile }) =>
      auditorTokenFile === undefined ? [] : [readToken(auditorTokenFile).then((token) => ({ url, token }))],
    ),
  );
  return (input, init) => {
    const found = tokens.find(({ url }) => typeof input === 'string' && input.startsWith(`${url}/acts/`));
    if (found === undefined) return ask(input, init);
    const headers = new Headers(init?.headers);
    headers.set('authorization', `Bearer ${found.token}`);
    return ask(input, { ...init, headers });
  };
}

async function readToken(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (cause) {
    throw new CliError('CLI_NOT_STARTED', `the auditor's token ${path} cannot be read`, { cause });
  }
}
