/**
 * `hcl act revoke …` in the demonstration, where the keys of both approvers lie in the data folder: proposes and
 * approves for both, and says so. In a real consortium each person approves with their own key.
 */
import type { ActKind } from '../../core/act/kinds.ts';
import type { ActRequest } from '../../issuer/acts/propose.ts';
import { CliError } from '../errors.ts';
import { styled } from '../page.ts';
import { credentials } from './act-page.ts';
import { approve } from './approve.ts';
import { takeWords, type Desk } from './desk.ts';
import { readActRequest } from './options.ts';

/** The demonstration asks for no law: it has none. */
export function readShortRequest(
  kind: ActKind,
  { values, words }: Pick<Desk, 'values' | 'words'>,
): ActRequest {
  takeWords(words, []);
  const { basis = 'Demonstration: no law', notice = 'Demonstration: see the issuer.' } = values;
  return readActRequest(kind, { ...values, basis, notice });
}

export async function actAtOnce(kind: ActKind, desk: Desk): Promise<void> {
  const { client, io, issuer, values } = desk;
  const keyFiles = issuer.approverKeyFiles ?? [];
  if (keyFiles.length < 2) {
    const advice =
      'approvers\' keys do not lie here: "hcl act propose", then "hcl act approve" by two people';
    throw new CliError('CLI_NOT_AVAILABLE', advice);
  }
  const { id } = await client.propose(readShortRequest(kind, desk));
  for (const keyFile of keyFiles) await approve([id], { keyFile, replace: true }, desk);
  const view = await client.show(id);
  const { affected } = view.act;
  await io.out.write(
    values.json
      ? `${JSON.stringify(view)}\n`
      : `${styled(io.out, 'green', '✓')} ${issuer.name}: ${kind} ${id}, ${credentials(affected.credentials)}. ` +
          'Verifiers learn of it with their next sync.\n' +
          '  Both approvals were given here, since this demonstration holds both keys; two people give them otherwise.\n',
  );
}
