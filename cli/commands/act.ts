/** `hcl act`: legal acts on issued credentials, from trying one out to two people's approvals. */
import { ACT_KINDS, isActKind } from '../../core/act/kinds.ts';
import { actAtOnce, readShortRequest } from '../acts/at-once.ts';
import { ActClient } from '../acts/client.ts';
import type { Desk } from '../acts/desk.ts';
import { ACT_OPTIONS } from '../acts/options.ts';
import { STEPS, type Step } from '../acts/steps.ts';
import type { Command } from '../command.ts';
import { parseArguments, required } from '../command.ts';
import { issuerByName, readConsortiumFile } from '../consortium-file.ts';
import { usageError } from '../errors.ts';
import { dataFolderOf, type Io } from '../io.ts';
import { issuerClient } from '../issuer-client.ts';

export const act: Command = {
  usage: `Usage: hcl act dry-run|propose KIND --issuer NAME WHOM --reason CODE
                 --basis TEXT --notice TEXT [--from TIME] [--until TIME]
                 [--key FILE] [--json]
       hcl act approve ID… --issuer NAME --key FILE [--replace] [--json]
       hcl act list|show|withdraw [ID] --issuer NAME [--json]
       hcl act correct FILE --issuer NAME --record ID --reason CODE
                 --basis TEXT --notice TEXT [--json]
       hcl act KIND --issuer NAME WHOM --reason CODE     (demonstration only)

  KIND     ${ACT_KINDS.join(', ')}
  WHOM     --handle HANDLE, --record ID, --practitioner NO, --site NAME,
           --lot LOT [--product CODE], --laboratory NAME --since TIME
           --before TIME, --kid KEY, --all, or --act ID for all that another
           act concerns
  --reason CODE    docs/acts.md lists them by kind
  --basis TEXT     the law or order that allows it
  --notice TEXT    what holders are told; --notice-zh-hant, --notice-zh-hans
                   and --notice-pt in other languages
  --from TIME      from when it holds, past or future (default: now)
  --until TIME     when a suspension or a stay ends by itself
  --key FILE       the key of the person who approves
  --replace        drop the approvals of another batch that waits for some
  --json           one line of JSON

  Two registered people approve each act, with their own keys. In the
  demonstration both keys lie in its data folder: "hcl act revoke …" then
  proposes and approves in one go.`,
  async run(args, io) {
    const { values, positionals } = parseArguments(args, ACT_OPTIONS);
    const [word = '', ...words] = positionals;
    const step = stepOf(word);
    step.check({ values, words });
    await step.run(await deskOf({ values, words }, io));
    return 0;
  },
};

function stepOf(word: string): Step {
  const step = Object.hasOwn(STEPS, word) ? STEPS[word] : undefined;
  if (step !== undefined) return step;
  if (!isActKind(word)) {
    throw usageError(`say what to do: ${[...Object.keys(STEPS), ...ACT_KINDS].join(', ')}`);
  }
  return { check: (desk) => readShortRequest(word, desk), run: (desk) => actAtOnce(word, desk) };
}

async function deskOf({ values, words }: Pick<Desk, 'values' | 'words'>, io: Io): Promise<Desk> {
  const name = required(values.issuer, '--issuer');
  const { deployment, ...consortium } = await readConsortiumFile(dataFolderOf(io));
  const issuer = issuerByName({ ...consortium, deployment }, name);
  const client = new ActClient(await issuerClient(issuer, io));
  return { client, issuer, did: issuer.did, deployment, values, words, io };
}
