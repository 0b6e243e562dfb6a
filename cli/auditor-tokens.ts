/**
 * Opens what issuers show to auditors alone: each issuer's auditor token goes with requests to that issuer's histories
 * of acts, of colours and of conversions, and with no others.
 */
import { readFile } from 'node:fs/promises';
import type { ConsortiumIssuer } from './consortium-file.ts';
import { CliError } from './errors.ts';

const FOR_AUDITORS = ['/acts/', '/colours/', '/conversions/'] as const;

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
    const isFor = (url: string): boolean =>
      typeof input === 'string' && FOR_AUDITORS.some((path) => input.startsWith(url + path));
    const found = tokens.find(({ url }) => isFor(url));
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
