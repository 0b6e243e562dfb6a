/** `hcl bundle`: what devices know of the ledger, in files: look at one, check one, bring one up to date. */
import { once } from 'node:events';
import process from 'node:process';
import { acceptBundle } from '../../core/bundle/accept-bundle.ts';
import { trustOfKept } from '../../core/bundle/bundle-trust.ts';
import type { AcceptContext } from '../../core/bundle/signed-head.ts';
import { openParts } from '../../core/bundle/bundle-file.ts';
import { readHead } from '../../core/bundle/bundle-head.ts';
import type { BundleState } from '../../core/bundle/bundle-state.ts';
import { parseCheckpoint } from '../../core/bundle/checkpoint.ts';
import { fullBundle } from '../../core/bundle/make-bundle.ts';
import { parseNote } from '../../core/bundle/signed-note.ts';
import { fetchUpdate } from '../../core/bundle/update-bundle.ts';
import { toHex } from '../../core/bytes/hex.ts';
import { defaultPolicy } from '../../core/verify/policy.ts';
import { writeFileAtomically } from '../../service/files.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { fileFinder, fileGetter, readOffer } from '../bundle-source.ts';
import { readBundleTrust, readBytes } from '../bundle-trust.ts';
import type { Command, ExitCode } from '../command.ts';
import { parseArguments, required } from '../command.ts';
import { usageError } from '../errors.ts';
import { resolvePath, type Io } from '../io.ts';
import { fieldLines } from '../page.ts';
import { readWitnessConfig } from '../witness-config.ts';

const OPTIONS = {
  from: { type: 'string' },
  held: { type: 'string' },
  out: { type: 'string' },
  signers: { type: 'string' },
  'signers-out': { type: 'string' },
  config: { type: 'string' },
  found: { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

type Values = ReturnType<typeof parseArguments<typeof OPTIONS>>['values'];
type Fields = Readonly<Record<string, string | number>>;

export const bundle: Command = {
  usage: `Usage: hcl bundle show [--json] FILE…
       hcl bundle check [--signers FILE] [--json] FILE…
       hcl bundle make --from FOLDER|URL [--held FILE] [--signers FILE] --out FILE
                       [--signers-out FILE]
       hcl bundle witness --config FILE [--found] [--from FOLDER|URL]

  show          what a bundle says of itself; nothing of it is believed
  check         take the files one after the other, a full bundle first, as a
                device would; stops at the first that is refused
  make          bring what is held up to date from a publisher's folder, here or
                on a web server, and write it as one full bundle: for a gate
                that has no network, or a first load

  witness       cosign checkpoints of a publisher until Ctrl-C (C2SP tlog-witness)

  --from        where "latest" lies: a folder, or an address before "/latest";
                a witness looks there, before it starts, whether it has signed
                more than it remembers
  --held FILE   what is held already, an older full bundle
  --signers     whose bundles count: {"origin", "signers"}, docs/bundle.md
                (default bundle-trust.json in the data folder)
  --signers-out write who signed what is made: signers change, so what is held
                is read by its own --signers, never by those of the beginning
  --config      of a witness: docs/bundle.md
  --found       a new witness: make its record first, once
  --json        one line of JSON per bundle

  Exit status: 0 all was good; 1 a bundle is refused, or a file cannot be read;
  2 wrong usage.`,
  async run(args, io) {
    const [action, ...rest] = args;
    const { values, positionals } = parseArguments(rest, OPTIONS);
    switch (action ?? '') {
      case 'show':
        return show(positionals, values, io);
      case 'check':
        return check(positionals, values, io);
      case 'make':
        return make(positionals, values, io);
      case 'witness':
        return witness(positionals, values, io);
      default:
        throw usageError(
          action === undefined ? 'say what: show, check, make or witness' : `there is no "${action}"`,
        );
    }
  },
};

async function show(files: readonly string[], { json }: Values, io: Io): Promise<ExitCode> {
  for (const file of expectFiles(files)) {
    const head = readHead(openParts(await readBytes(resolvePath(io, file))));
    const { text, signatures } = parseNote(head.note);
    const { origin, size, root } = parseCheckpoint(text);
    await tell(io, json, {
      file,
      kind: head.kind,
      origin,
      size,
      root: toHex(root),
      ...(head.base === undefined ? {} : { from: head.base.size }),
      block: head.leaf.block.number,
      blockTime: timeText(head.leaf.block.timeSeconds),
      shortLivedRootsFrom: head.shortFrom,
      sections: head.cover.size,
      signedBy: signatures.map(({ name }) => name).join(', '),
    });
  }
  return 0;
}

async function check(files: readonly string[], { json, signers }: Values, io: Io): Promise<ExitCode> {
  const context = await contextOf(signers, io);
  let held: BundleState | undefined;
  for (const file of expectFiles(files)) {
    held = await acceptBundle(await readBytes(resolvePath(io, file)), held, context);
    await tell(io, json, { file, ...knowledge(held) });
  }
  return 0;
}

async function make(files: readonly string[], values: Values, io: Io): Promise<ExitCode> {
  if (files.length > 0) throw usageError(`make takes no "${files[0]}"`);
  const from = required(values.from, '--from');
  const out = resolvePath(io, required(values.out, '--out'));
  const context = await contextOf(values.signers, io);
  const before = values.held === undefined ? undefined : await readBytes(resolvePath(io, values.held));
  const held = before && (await acceptBundle(before, undefined, context));
  const offered = { get: fileGetter(from, io), find: fileFinder(from, io) };
  const { state: next } = await fetchUpdate(held, { ...context, ...offered });
  const bytes = fullBundle(next);
  await writeFileAtomically(out, bytes);
  const signersOut = values['signers-out'];
  if (signersOut !== undefined) await writeFileAtomically(resolvePath(io, signersOut), trustOfKept(next));
  await tell(io, values.json, { file: out, bytes: bytes.length, ...knowledge(next) });
  return 0;
}

async function witness(files: readonly string[], values: Values, io: Io): Promise<ExitCode> {
  if (files.length > 0) throw usageError(`witness takes no "${files[0]}"`);
  const config = await readWitnessConfig(resolvePath(io, required(values.config, '--config')));
  const seen = values.from === undefined ? [] : [(await readOffer(values.from, io)).index.checkpoint];
  const { foundWitness, startWitness } = await import('../../auditor/witness/server.ts');
  if (values.found) await foundWitness(config);
  const started = await startWitness(config, { seen, nowSeconds: io.nowSeconds });
  try {
    await io.out.write(`${started.url}  ${config.name}\n`);
    await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  } finally {
    await started.close();
  }
  return 0;
}

async function contextOf(signers: string | undefined, io: Io): Promise<AcceptContext> {
  const { clockSkewSeconds } = defaultPolicy;
  const trust = await readBundleTrust(signers, io);
  return { crypto: nodeCrypto, trust, nowSeconds: io.nowSeconds(), clockSkewSeconds };
}

function knowledge({
  checkpoint,
  leaf,
  timeSeconds,
  state,
  statusLists,
  signers,
  shortFrom,
}: BundleState): Fields {
  return {
    size: checkpoint.size,
    root: toHex(checkpoint.root),
    block: leaf.block.number,
    stateRoot: toHex(leaf.stateRoot),
    time: timeText(timeSeconds),
    roots: state.roots.size,
    shortLivedRootsFrom: shortFrom,
    issuersWithLists: [...statusLists.sets()].length,
    signers: `${signers.threshold} of ${signers.keys.length}, version ${signers.version}`,
  };
}

async function tell(io: Io, json: boolean, fields: Fields): Promise<void> {
  const lines = Object.entries(fields).map(([label, value]) => ({ label, value: String(value) }));
  await io.out.write(json ? `${JSON.stringify(fields)}\n` : `${fieldLines(io.out, lines)}\n`);
}

function expectFiles(files: readonly string[]): readonly string[] {
  if (files.length === 0) throw usageError('name a bundle');
  return files;
}

function timeText(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
