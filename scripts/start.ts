/**
 * `npm start`: the demonstration. Starts the consortium (`demo/consortium.ts`), has each issuer take in its
 * file of people's vaccinations and tests, and shows at a checkpoint what is accepted and what is not. Runs
 * until Ctrl-C and comes back with the same history; `--once` ends after the report.
 */
import { join, relative, resolve } from 'node:path';
import process from 'node:process';
import { verdictPage } from '../cli/verdict-page.ts';
import { fieldLines, styled } from '../cli/page.ts';
import { processIo, type Io, type Output } from '../cli/io.ts';
import { toPng, toSvg } from '../core/qr/image.ts';
import { toTerminal } from '../core/qr/terminal.ts';
import type { Verdict } from '../core/verify/verdict.ts';
import { makePrivateFolder, writeFileAtomically } from '../service/files.ts';
import { startConsortium, type DemoConsortium, type DemoIssuer } from './demo/consortium.ts';
import { forgeWithStolenKey, tamper } from './demo/forge.ts';
import type { SeedFile } from './demo/members.ts';
import { readSeed } from './demo/seed-file.ts';
import { bookingLines } from './demo/to-try.ts';
import {
  postRecords,
  releasedCode,
  revoke,
  verify,
  verifyUntil,
  type IssuedRow,
  type RefusedRow,
} from './demo/service-client.ts';

export interface StartOptions {
  readonly dataFolder: string;
  /** End after the report instead of running until Ctrl-C. */
  readonly once?: boolean;
}

interface Seeded {
  readonly issuer: DemoIssuer;
  readonly file: SeedFile;
  readonly issued: readonly IssuedRow[];
  readonly refused: readonly RefusedRow[];
}

interface Exhibit {
  readonly name: string;
  readonly title: string;
  readonly code: string;
  readonly verdict: Verdict;
}

const DAY_SECONDS = 86_400;
const HOUR_SECONDS = 3600;

export async function start({ dataFolder, once = false }: StartOptions, io: Io = processIo()): Promise<void> {
  const stop = untilStopped();
  const say = (text: string): void => void io.out.write(text);
  say(`\n${styled(io.out, 'bold', 'Health Code Ledger')}: the demonstration consortium\n\n`);
  await using consortium = await startConsortium(dataFolder, (step) => say(`  · ${step}\n`));

  const seeded: Seeded[] = [];
  for (const issuer of consortium.issuers) {
    for (const file of issuer.member.seedFiles) {
      const body = await readSeed(file, { dataFolder, nowMs: Date.now() });
      seeded.push(await seed({ issuer, file, body }, io.out, say));
    }
  }
  const exhibits = await show(consortium, seeded);
  const files = await writeCodes(join(dataFolder, 'codes'), seeded, exhibits);
  say(exhibitsPage(exhibits, io.out));
  say(placesPage(consortium, dataFolder, { files, toTry: handleToTry(seeded) }, io.out));
  if (once) return;
  say(
    `Running. Ctrl-C stops everything; ${styled(io.out, 'bold', 'npm start')} comes back with the same history.\n`,
  );
  await stop;
  say('\nStopping …\n');
}

/** The same file again creates nothing new, so every start may do it. */
async function seed(
  {
    issuer,
    file,
    body,
  }: { readonly issuer: DemoIssuer; readonly file: SeedFile; readonly body: Uint8Array<ArrayBuffer> },
  out: Output,
  say: (text: string) => void,
): Promise<Seeded> {
  const rows = await postRecords(issuer, file.mediaType, body);
  const issued = rows.filter((row): row is IssuedRow => 'recordId' in row);
  const refused = rows.filter((row): row is RefusedRow => 'problems' in row);
  const again = issued.filter(({ duplicate }) => duplicate).length;
  // One piece: a service's warning may come between two.
  say(
    `  · ${issuer.member.name} takes in ${file.name}: ${issued.length - again} new, ${again} known already, ${refused.length} refused\n`,
  );
  for (const { row, problems } of refused) {
    for (const { field, reason } of problems) {
      say(`      ${styled(out, 'yellow', `row ${row}`)}  ${field}: ${reason}\n`);
    }
  }
  return { issuer, file, issued, refused };
}

/** One code of each kind a checkpoint meets, with its verdict from the verifier service. */
async function show(consortium: DemoConsortium, seeded: readonly Seeded[]): Promise<readonly Exhibit[]> {
  const first = seeded[0];
  const good = first?.issued[0];
  const toRevoke = first?.issued[1];
  if (first === undefined || good === undefined || toRevoke === undefined)
    throw new Error('the first seed file needs two good rows');
  const { issuer } = first;
  const { verifierUrl } = consortium;
  const ask = (code: string): Promise<Verdict> => verify(verifierUrl, code);

  const genuine = await releasedCode(issuer, handleOf(good, 'venue'));
  const accepted = await verifyUntil(verifierUrl, genuine, ({ outcome }) => outcome === 'pass');

  const revoked = await releasedCode(issuer, handleOf(toRevoke, 'venue'));
  await revoke(issuer, consortium.deployment, {
    handle: handleOf(toRevoke, 'venue'),
    reason: 'issued-in-error',
    legalBasis: 'Demonstration: no law',
    notice: { en: 'Demonstration: issued in error.' },
  });
  const withdrawn = await verifyUntil(verifierUrl, revoked, ({ outcome }) => outcome === 'stop');

  const tampered = tamper(genuine);
  const nowSeconds = Math.floor(Date.now() / 1000);
  const stolenKey = issuer.member.keys.issuer.signingKey;
  const forged = await forgeWithStolenKey(genuine, stolenKey, nowSeconds);
  const agedForged = await forgeWithStolenKey(
    genuine,
    stolenKey,
    nowSeconds - DAY_SECONDS - 2 * HOUR_SECONDS,
  );
  return [
    { name: 'good', title: 'A genuine code', code: genuine, verdict: accepted },
    {
      name: 'tampered',
      title: 'The same code, one fact altered',
      code: tampered,
      verdict: await ask(tampered),
    },
    { name: 'revoked', title: 'A code that its issuer has revoked', code: revoked, verdict: withdrawn },
    {
      name: 'stolen-key',
      title: 'Signed with a stolen key, never anchored',
      code: forged,
      verdict: await ask(forged),
    },
    {
      name: 'stolen-key-after-a-day',
      title: 'The same forgery, a day later',
      code: agedForged,
      verdict: await ask(agedForged),
    },
  ];
}

/** A code to try an act on: one that nothing is shown with. */
function handleToTry([first]: readonly Seeded[]): string {
  const row = first?.issued[2];
  if (row === undefined) throw new Error('the first seed file needs three good rows');
  return handleOf(row, 'venue');
}

function handleOf({ credentials }: IssuedRow, profile: 'venue' | 'travel'): string {
  const credential = credentials.find((candidate) => candidate.profile === profile);
  if (credential === undefined) throw new Error(`a record has a ${profile} credential`);
  return credential.handle;
}

/** Codes as text, one a line, by file of records; the exhibits also as pictures. */
async function writeCodes(
  folder: string,
  seeded: readonly Seeded[],
  exhibits: readonly Exhibit[],
): Promise<readonly string[]> {
  await makePrivateFolder(folder);
  const files: string[] = [];
  const put = async (name: string, content: string | Uint8Array): Promise<void> => {
    await writeFileAtomically(join(folder, name), content);
    files.push(name);
  };
  for (const { issuer, file, issued } of seeded) {
    const codes = await Promise.all(issued.map((row) => releasedCode(issuer, handleOf(row, 'venue'))));
    await put(file.codes, codes.map((code) => `${code}\n`).join(''));
  }
  for (const { name, code } of exhibits) {
    await put(`${name}.txt`, `${code}\n`);
    await put(`${name}.svg`, toSvg(code));
    await put(`${name}.png`, toPng(code));
  }
  return files;
}

function exhibitsPage(exhibits: readonly Exhibit[], out: Output): string {
  const [genuine] = exhibits;
  return [
    genuine === undefined ? '' : `\n${toTerminal(genuine.code)}\n`,
    `${styled(out, 'bold', 'At a checkpoint, from its own copy of the ledger')}\n\n`,
    ...exhibits.flatMap(({ title, name, verdict }) => [
      `${styled(out, 'bold', title)}\n`,
      `${verdictPage(verdict, { source: `${name}.txt`, line: 1 }, out)}\n`,
    ]),
  ].join('');
}

function placesPage(
  { nodeUrl, verifierUrl, issuers }: DemoConsortium,
  dataFolder: string,
  { files, toTry }: { readonly files: readonly string[]; readonly toTry: string },
  out: Output,
): string {
  // Shorter to read and to type, where the folder lies below the one we are in.
  const near = relative(process.cwd(), dataFolder);
  const at = (name: string): string => join(near.startsWith('..') ? dataFolder : near, name);
  const command = (words: string): string => `  npm run -s hcl -- ${words}\n`;
  return [
    `${styled(out, 'bold', 'Where things are')}\n\n`,
    fieldLines(out, [
      {
        label: 'Checkpoint',
        value: `${verifierUrl}/checkpoint/ (a page; works offline after the first visit)`,
      },
      { label: 'Ledger', value: `${nodeUrl} (JSON-RPC)` },
      { label: 'Verifier', value: `${verifierUrl}/docs` },
      { label: 'Bundles', value: `${verifierUrl}/bundle/latest, signed by two of three witnesses` },
      ...issuers.map(({ member, url }) => ({ label: `Issuer ${member.name}`, value: `${url}/docs` })),
      { label: 'Codes', value: `${at('codes')} (${files.length} files: text, SVG, PNG)` },
      { label: 'Keys', value: at('keys') },
      { label: 'State', value: at('') },
    ]),
    `\n${styled(out, 'bold', 'Try, in a second terminal')}\n\n`,
    command(`verify ${at('codes/good.png')}`),
    command(`verify --json < ${at('codes/hk-dh-venue.txt')}`),
    command(`act suspend --issuer HK-DH --handle=${toTry} --reason under-investigation`),
    command(`bundle make --from ${at('bundle')} --out bundle.hclb`),
    command('audit'),
    `\n${styled(out, 'bold', 'A booked place, used with a conversion (REFERENCE: as the booking is answered)')}\n\n`,
    ...bookingLines(at(''), Date.now() / 1000).map(command),
    '\n',
  ].join('');
}

/** Resolves at the first Ctrl-C or SIGTERM; a second one ends at once. */
function untilStopped(): Promise<void> {
  return new Promise((done) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => done());
  });
}

if (import.meta.main) {
  const words = process.argv.slice(2);
  const unknown = words.find((word) => word !== '--once');
  if (unknown !== undefined) {
    process.stderr.write(`npm start takes --once, not "${unknown}"\n`);
    process.exit(2);
  }
  const dataFolder = resolve(process.env['HCL_DATA'] ?? resolve(import.meta.dirname, '..', 'data', 'demo'));
  try {
    await start({ dataFolder, once: words.includes('--once') });
  } catch (error) {
    process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
