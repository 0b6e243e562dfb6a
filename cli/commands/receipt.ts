/** `hcl receipt`: were the promises kept? Receipts in, and for each the finding against the ledger out. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { toBase64url } from '../../core/bytes/base64url.ts';
import { concatBytes } from '../../core/bytes/concat.ts';
import { fromHex } from '../../core/bytes/hex.ts';
import { checkReceipt, type LeafPath, type ReceiptFinding } from '../../core/receipt/inclusion.ts';
import { kidOfReceipt, parseReceipt, readReceipt, type Receipt } from '../../core/receipt/receipt.ts';
import type { LedgerKnowledge } from '../../core/verify/context.ts';
import type { LeafAnswer } from '../../issuer/receipts.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import type { Command, ExitCode } from '../command.ts';
import { parseArguments, required } from '../command.ts';
import { issuerByName, readConsortiumFile } from '../consortium-file.ts';
import { CliError, usageError } from '../errors.ts';
import { dataFolderOf, resolvePath, type Io } from '../io.ts';
import { issuerClient, type IssuerClient } from '../issuer-client.ts';
import { readKnowledge } from '../knowledge.ts';
import { styled } from '../page.ts';

const OPTIONS = {
  issuer: { type: 'string' },
  snapshot: { type: 'string' },
  rpc: { type: 'string' },
  json: { type: 'boolean' },
} as const;

interface Checking {
  readonly state: LedgerKnowledge;
  readonly client: IssuerClient;
  readonly nowSeconds: number;
}

export const receipt: Command = {
  usage: `Usage: hcl receipt --issuer NAME [--snapshot FILE | --rpc URL] [--json] FILE…

  FILE          receipts, one a line, as "hcl issue --receipts" wrote them
  --issuer NAME who gave them, for example HK-DH: it is asked for the paths
  --snapshot    what is known of the ledger, as your own verifier wrote it
                (default verifier/snapshot.hcls in the data folder)
  --rpc URL     read the ledger itself instead
  --json        one line of JSON per receipt: {file, line, state, records,
                proven, missing}

  kept: every credential is in a batch that the issuer anchored in time; late:
  in one anchored after the promised time; pending: not all, and the time is
  not over; broken: not all, and it is over. The issuer is not believed: its
  signature and every path are checked against the ledger.
  Exit status: 0 all were kept; 1 one was not, or not yet.`,
  async run(args, io) {
    const { values, positionals } = parseArguments(args, OPTIONS);
    if (positionals.length === 0) throw usageError('name at least one FILE of receipts');
    const issuer = issuerByName(
      await readConsortiumFile(dataFolderOf(io)),
      required(values.issuer, '--issuer'),
    );
    const { state } = await readKnowledge({ snapshot: values.snapshot, rpcUrl: values.rpc }, io);
    const checking = { state, client: await issuerClient(issuer, io), nowSeconds: io.nowSeconds() };
    let exitCode: ExitCode = 0;
    for (const file of positionals) {
      let line = 0;
      for await (const text of linesOf(resolvePath(io, file))) {
        line++;
        if (text.trim() === '') continue;
        const found = await check(text.trim(), checking);
        if (found.state !== 'kept') exitCode = 1;
        await io.out.write(
          values.json ? `${JSON.stringify({ file, line, ...found })}\n` : page({ file, line }, found, io),
        );
      }
    }
    return exitCode;
  },
};

async function* linesOf(path: string): AsyncGenerator<string> {
  try {
    yield* createInterface({ input: createReadStream(path) });
  } catch (cause) {
    throw new CliError('CLI_FILE_UNREADABLE', `${path} cannot be read`, { cause });
  }
}

interface Found extends ReceiptFinding {
  readonly records: number;
  readonly anchoredBy: number;
}

/** Throws `RECEIPT_MALFORMED`, `RECEIPT_SIGNATURE`, what the client throws. */
async function check(text: string, { state, client, nowSeconds }: Checking): Promise<Found> {
  const told = read(text, state);
  const answer = await client({
    method: 'POST',
    path: '/receipts',
    contentType: 'application/json',
    body: JSON.stringify({ receipt: text }),
  });
  const { leaves } = answer.json() as { leaves: readonly LeafAnswer[] }; // the route's response schema
  const issuer = state.trust.issuerByDid(told.issuer)?.id;
  const isItsKey = (kid: string): boolean =>
    state.trust.keysByThumbprint(kid).some((known) => known.issuer === issuer);
  const paths = new Map(leaves.flatMap((leaf) => pathIn(leaf, isItsKey)));
  const finding = checkReceipt(nodeCrypto, told, {
    pathOf: (leafHash) => paths.get(toBase64url(leafHash)),
    anchoredAt: (root) => state.roots.find(root).find((anchor) => anchor.issuer === issuer)?.timeSeconds,
    nowSeconds,
  });
  return { ...finding, records: told.records.length, anchoredBy: told.anchoredBySeconds };
}

/** The receipt, signed by a key that the ledger gives to the issuer it names. */
function read(text: string, state: LedgerKnowledge): Receipt {
  const issuer = state.trust.issuerByDid(parseReceipt(text).issuer);
  const key = state.trust.keysByThumbprint(kidOfReceipt(text)).find((known) => known.issuer === issuer?.id);
  if (key === undefined) {
    throw new CliError(
      'CLI_FILE_INVALID',
      'the ledger knows no such key of the issuer that the receipt names',
    );
  }
  return readReceipt(text, key.publicKey);
}

/** Nothing for a leaf that was signed again with a key that is none of the issuer's. */
function pathIn(
  answer: LeafAnswer,
  isItsKey: (kid: string) => boolean,
): readonly (readonly [string, LeafPath])[] {
  if (!('path' in answer)) return [];
  const { leaf, index, signedAgain } = answer;
  const place = { index, path: concatBytes(...answer.path.map(fromHex)) };
  if (signedAgain === undefined) return [[leaf, place]];
  if (!isItsKey(signedAgain.kid)) return [];
  const payloadHash = fromHex(signedAgain.payloadHash);
  return [[leaf, { ...place, signedAgain: { ...signedAgain, payloadHash } }]];
}

function page(
  { file, line }: { readonly file: string; readonly line: number },
  { state, records, proven, missing, anchoredBy }: Found,
  io: Io,
): string {
  const mark = { kept: 'green', late: 'yellow', pending: 'yellow', broken: 'red' } as const;
  const by = new Date(anchoredBy * 1000).toISOString();
  const open = missing.length === 0 ? '' : `, ${missing.length} not proven`;
  return `${styled(io.out, mark[state], state)}  ${file}, line ${line}: ${records} records, ${proven} credentials anchored${open}, promised by ${by}\n`;
}
