/** `hcl convert officer-token`: what an officer of the target carries, and what says that a word is theirs. */
import { isOfficer, officerTokenOf } from '../../issuer/conversion/officer-token.ts';
import type { ExitCode } from '../command.ts';
import type { ConsortiumIssuer } from '../consortium-file.ts';
import { usageError } from '../errors.ts';
import type { Io } from '../io.ts';
import { readToken } from '../issuer-client.ts';

/** Follows from the operator's token: the service need not hear of it. */
export async function officerToken(
  { operatorTokenFile }: ConsortiumIssuer,
  officer: string,
  io: Io,
): Promise<ExitCode> {
  if (!isOfficer(officer)) throw usageError('--officer is a number of letters, digits and dashes');
  await io.out.write(`${officerTokenOf(await readToken(operatorTokenFile), officer)}\n`);
  return 0;
}
