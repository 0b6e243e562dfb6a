/** `hcl convert officer-token`: what an officer of the target carries, and what says that a word is theirs. */
import { isOfficer, officerTokenOf } from '../../issuer/conversion/officer-token.ts';
import type { ExitCode } from '../command.ts';
import type { ConsortiumIssuer } from '../consortium-file.ts';
import { usageError } from '../errors.ts';
import type { Io } from '../io.ts';
import { issuerClient, readToken } from '../issuer-client.ts';

/** Follows from the operator's token; how often this officer's were taken back, the service says. */
export async function officerToken(issuer: ConsortiumIssuer, officer: string, io: Io): Promise<ExitCode> {
  const revocations = await ask(issuer, officer, { method: 'GET', io });
  const operatorToken = await readToken(issuer.operatorTokenFile);
  await io.out.write(`${officerTokenOf(operatorToken, officer, revocations)}\n`);
  return 0;
}

/** Every token that was made for this officer so far opens nothing any more. */
export async function revokeOfficerTokens(
  issuer: ConsortiumIssuer,
  officer: string,
  io: Io,
): Promise<ExitCode> {
  await ask(issuer, officer, { method: 'POST', path: '/revocations', io });
  await io.out.write(`The tokens of ${officer} at ${issuer.name} are taken back.\n`);
  return 0;
}

/** Answers how often the officer's tokens were taken back by now. */
async function ask(
  issuer: ConsortiumIssuer,
  officer: string,
  { method, path = '', io }: { readonly method: 'GET' | 'POST'; readonly path?: string; readonly io: Io },
): Promise<number> {
  if (!isOfficer(officer)) throw usageError('--officer is a number of letters, digits and dashes');
  const client = await issuerClient(issuer, io);
  const answer = await client({ method, path: `/conversions/officers/${officer}${path}` });
  // The answer of our own service, by its route's schema.
  return (answer.json() as { readonly revocations: number }).revocations;
}
