/** `hcl verify`: codes in, verdicts out; a bad code is an answer, never the end. */
import { basename, dirname } from 'node:path';
import type { PagedJudgement } from '../../core/bundle/day-pages.ts';
import { CardParts } from '../../core/foreign/shc/card-parts.ts';
import { verifyTogether } from '../../core/verify/together.ts';
import { verifyCode, type VerifyContext } from '../../core/verify/verify.ts';
import { readQrImage } from '../../core/qr/image.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { codesOf, codesOfFile, type CodeLine } from '../code-input.ts';
import type { Command, ExitCode } from '../command.ts';
import { parseArguments } from '../command.ts';
import { CliError, describeError, usageError } from '../errors.ts';
import { resolvePath, type Io } from '../io.ts';
import { readForeignTrust } from '../foreign-trust.ts';
import { readKnowledge, type Knowledge } from '../knowledge.ts';
import { pagedCheck } from '../paged-check.ts';
import { printable, styled } from '../page.ts';
import { readPolicy, registryFor } from '../policies.ts';
import { readPresented } from '../presented.ts';
import { checkTogether, type JudgeTogether } from '../together.ts';
import { parseInstant } from '../times.ts';
import { verdictPage } from '../verdict-page.ts';
import type { Verdict } from '../../core/verify/verdict.ts';

const OPTIONS = {
  bundle: { type: 'string' },
  signers: { type: 'string' },
  pages: { type: 'string' },
  snapshot: { type: 'string' },
  rpc: { type: 'string' },
  policy: { type: 'string', default: 'base' },
  at: { type: 'string' },
  trust: { type: 'string' },
  json: { type: 'boolean' },
  document: { type: 'string' },
  together: { type: 'boolean' },
} as const;

const STDIN = 'stdin';

type Check = (text: string) => Promise<PagedJudgement<Verdict>>;

export const verify: Command = {
  usage: `Usage: hcl verify [--trust FILE]
                  [--bundle FILE [--signers FILE] [--pages FOLDER|URL] |
                   --snapshot FILE | --rpc URL]
                  [--policy ID|FILE] [--document FILE|NUMBER] [--together]
                  [--at RFC3339] [--json] [FILE…]

  FILE          codes, one a line, or a PNG or JPEG image of a QR code; "-" and
                no FILE mean standard input
  --trust FILE  whose codes of other systems are trusted: docs/foreign-codes.md;
                they need no ledger, so then a --bundle may be missing
  --bundle FILE what is known of the ledger: a bundle ("hcl bundle make"), which
                counts for its signatures, from wherever it came; a newer one
                is never asked for
  --signers     whose bundles count (default bundle-trust.json in the data
                folder)
  --pages       where "pages/" lies, for codes of days whose roots the bundle
                holds no longer (default the folder of the bundle); a URL is
                asked for an issuer and a day, and for nothing of the code
  --snapshot    the same as a verifier wrote it (default verifier/snapshot.hcls
                in the data folder); nobody signs it: name only your own
  --rpc URL     read the ledger itself instead, once, before the first code
  --policy      base (default), ledger (inclusion stands in for the signature),
                rules by name ("hcl policy list"), a JSON file, or a folder of
                one country's rules: docs/policies.md
  --document    the document in hand, to compare with: a number, or a file with
                its machine-readable zone or {"number", "type", "name", "birth"}
  --together    all codes are shown by one person: one decision on all of them
  --at TIME     judge as at that time, RFC 3339 (default now)
  --json        one line of JSON per code: {source, line, verdict}, and
                {pageProblem} where such a page could not be had

  Verdicts show the holder's data: keep them as you would keep the codes.
  Exit status: 0 every code has its verdict, whatever it is; 1 something could
  not be read; 2 wrong usage.`,
  async run(args, io) {
    const { values, positionals } = parseArguments(args, OPTIONS);
    const pages = pagesFolder(values);
    const at = values.at === undefined ? undefined : parseInstant(values.at, '--at');
    const checkpoint = await readPolicy(values.policy, io);
    const foreignTrust =
      values.trust === undefined
        ? {}
        : await readForeignTrust(resolvePath(io, values.trust), io.nowSeconds());
    const knowledge = await readKnowledge(
      {
        bundle: values.bundle,
        signers: values.signers,
        snapshot: values.snapshot,
        rpcUrl: values.rpc,
        isOptional: values.trust !== undefined,
      },
      io,
    );
    const registry = await registryFor(checkpoint, knowledge.state, at ?? io.nowSeconds());
    const presented = await readPresented(values.document, io);
    const contextNow = ({ state, statusLists }: Knowledge): VerifyContext => ({
      crypto: nodeCrypto,
      state,
      statusLists,
      nowSeconds: at ?? io.nowSeconds(),
      isTimeGiven: at !== undefined,
      policy: checkpoint.policy,
      registry,
      foreignTrust,
      ...(presented === undefined ? {} : { presented }),
    });
    const paged = pagedCheck(knowledge, pages, io);
    if (values.together) {
      const judge: JudgeTogether = (texts) =>
        paged({
          judge: (known) => verifyTogether(texts, contextNow(known)),
          partsOf: ({ parts }) => parts,
        });
      return checkTogether(positionals, judge, values.json, io);
    }
    const parts = new CardParts();
    const check: Check = (text) => {
      const code = parts.add(text);
      return paged({
        judge: (known) => verifyCode(code, contextNow(known)),
        partsOf: (verdict) => [verdict],
      });
    };
    return checkAll(positionals.length === 0 ? ['-'] : positionals, check, values.json, io);
  },
};

/** Where pages of roots lie. */
function pagesFolder({
  bundle,
  pages,
}: {
  readonly bundle?: string | undefined;
  readonly pages?: string | undefined;
}): string | undefined {
  if (pages !== undefined && bundle === undefined) throw usageError('--pages belong to a --bundle: name one');
  return pages ?? (bundle === undefined ? undefined : dirname(bundle));
}

async function checkAll(files: readonly string[], check: Check, json: boolean, io: Io): Promise<ExitCode> {
  let exitCode: ExitCode = 0;
  for (const file of files) {
    const source = file === '-' ? STDIN : file;
    const codes =
      file === '-' ? codesOf(io.stdin, readQrImage) : codesOfFile(resolvePath(io, file), readQrImage);
    try {
      for await (const code of codes) await answer(source, code, check, json, io);
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      exitCode = 1;
      await complain(source, error, json, io);
    }
  }
  return exitCode;
}

async function answer(
  source: string,
  { line, text }: CodeLine,
  check: Check,
  json: boolean,
  io: Io,
): Promise<void> {
  const { judged: verdict, pageProblem } = await check(text);
  const problem = pageProblem === undefined ? {} : { pageProblem };
  await io.out.write(
    json
      ? `${JSON.stringify({ source, line, verdict, ...problem })}\n`
      : verdictPage(verdict, { source: basename(source), line, ...problem }, io.out),
  );
}

/** What could not be read has no verdict; the others still get theirs. */
async function complain(source: string, error: CliError, json: boolean, io: Io): Promise<void> {
  if (json) {
    const { code, message } = error;
    await io.out.write(`${JSON.stringify({ source, error: { code, message } })}\n`);
  } else {
    await io.err.write(
      `${styled(io.err, 'red', 'hcl verify:')} ${printable(source)}: ${describeError(error)}\n`,
    );
  }
}
