/** `hcl act`: legal acts on issued credentials. Revocation for now. */
import { REVOCATION_REASONS, type RevocationReason } from '../../issuer/act.ts';
import type { Command, ExitCode } from '../command.ts';
import { parseArguments, required } from '../command.ts';
import { issuerByName, readConsortiumFile } from '../consortium-file.ts';
import { usageError } from '../errors.ts';
import { dataFolderOf, type Io } from '../io.ts';
import { issuerClient } from '../issuer-client.ts';
import { styled } from '../page.ts';

const HANDLE = /^[A-Za-z0-9_-]{22}$/;

export const act: Command = {
  usage: `Usage: hcl act revoke --issuer NAME --handle HANDLE --reason CODE [--json]

  --issuer NAME    who issued it, for example HK-DH
  --handle HANDLE  the credential's handle, 22 characters
  --reason CODE    why; kept by the issuer, never published:
                   ${REVOCATION_REASONS.slice(0, 4).join(', ')},
                   ${REVOCATION_REASONS.slice(4).join(', ')}
  --json           one line of JSON`,
  async run(args, io) {
    const { values, positionals } = parseArguments(args, {
      issuer: { type: 'string' },
      handle: { type: 'string' },
      reason: { type: 'string' },
      json: { type: 'boolean' },
    });
    if (positionals.length !== 1 || positionals[0] !== 'revoke') {
      throw usageError(
        `the act is "revoke"${positionals[0] === undefined ? '' : `, not "${positionals[0]}"`}`,
      );
    }
    const handle = required(values.handle, '--handle');
    if (!HANDLE.test(handle)) throw usageError('--handle is not a handle: 22 letters, digits, "-" or "_"');
    const reason = REVOCATION_REASONS.find((known) => known === required(values.reason, '--reason'));
    if (reason === undefined) throw usageError(`--reason is one of ${REVOCATION_REASONS.join(', ')}`);
    return revoke({ issuer: required(values.issuer, '--issuer'), handle, reason }, values.json, io);
  },
};

interface Revocation {
  readonly issuer: string;
  readonly handle: string;
  readonly reason: RevocationReason;
}

async function revoke(
  { issuer: name, handle, reason }: Revocation,
  json: boolean,
  io: Io,
): Promise<ExitCode> {
  const issuer = issuerByName(await readConsortiumFile(dataFolderOf(io)), name);
  const client = await issuerClient(issuer, io);
  const answer = await client({
    method: 'POST',
    path: '/revocations',
    contentType: 'application/json',
    body: JSON.stringify({ handle, reason }),
  });
  await io.out.write(
    json
      ? `${JSON.stringify(answer.json())}\n`
      : `${styled(io.out, 'green', '✓')} ${handle} is revoked at ${name}. Verifiers learn of it with their next sync.\n`,
  );
  return 0;
}
