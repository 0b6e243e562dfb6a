/**
 * F21, D1 for conversions: both issuers of a pair are killed, at named points and at any time, while people are
 * converted from one to the other on a real ledger, as `hcl convert` does it. Whoever was told something is told the same
 * ever after, everybody is converted once, and both sides agree with each other and with the ledger.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import { runAudit } from '../../../auditor/audit.ts';
import { withAuditorTokens } from '../../../cli/auditor-tokens.ts';
import type { ConsortiumIssuer } from '../../../cli/consortium-file.ts';
import { demoTraveller, specimenOf } from '../../../cli/convert/demo-traveller.ts';
import { HolderDevice } from '../../../cli/convert/holder.ts';
import type { Journey } from '../../../cli/convert/journey.ts';
import { holderClient } from '../../../cli/convert/holder-client.ts';
import { convertCode } from '../../../cli/convert/way.ts';
import { processIo, type Io } from '../../../cli/io.ts';
import type { Subject } from '../../../core/record/record.ts';
import { toIssuerConfig, type IssuerConfig } from '../../../issuer/config.ts';
import { arrivalAudience } from '../../../core/conversion/arrival-audience.ts';
import type { PairAccount } from '../../../issuer/conversion/account.ts';
import type { ConversionAnswer } from '../../../issuer/conversion/source/handover.ts';
import type { DecisionAnswer } from '../../../issuer/conversion/target/answer.ts';
import { Issuer } from '../../../issuer/issuer.ts';
import { connectLedger } from '../../../issuer/ledger-ports.ts';
import { writeSecrets } from '../../../issuer/secrets.ts';
import { seededRandom } from '../../../scripts/bench/harness.ts';
import { demoHealthPolicies } from '../../../scripts/demo/demo-day.ts';
import type { Member } from '../../../scripts/demo/found-ledger.ts';
import { createRandomBytes } from '../../../service/clock.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { fetchJsonWith } from '../../../verifier/fetch-json.ts';
import { foundDemoLedger, type DemoLedger } from '../../support/demo-ledger.ts';
import { printFindings } from '../../support/findings.ts';
import { runs, testSeed } from '../../support/scale.ts';
import { until } from '../../support/until.ts';
import { CONVERSION_FAULT_POINTS } from '../support/fault-points.ts';
import type { IssuerProcessOptions } from '../support/killed-issuer.ts';
import { MortalIssuer, type Death } from '../support/mortal-issuer.ts';

/** Of each of the two. */
const KILLS = runs(3, 250);
const DAY_SECONDS = 86_400;
const NEEDED_SECONDS = 300 + 6 * KILLS;
const TRAVELLERS_AT_ONCE = 3;
const MOST_TAKEN = 5;
/** A point that is not passed so often is killed when it has taken this much all the same. */
const ENOUGH = 12;
const WINDOW_MS = 200;

/** Somebody, and all that they were told. */
interface Told {
  readonly device: HolderDevice;
  readonly subject: Subject;
  readonly heard: Heard;
}

/** Each once, however often it was told: of one person all must be one. */
interface Heard {
  readonly ids: Set<string>;
  /** What the source handed over, and its receipt. */
  readonly carried: Set<string>;
  readonly sourceReceipts: Set<string>;
  /** What the target gave for it, and what its receipt says. */
  readonly codes: Set<string>;
  readonly targetReceipts: Set<string>;
}

interface Pair {
  readonly source: ConsortiumIssuer;
  readonly target: ConsortiumIssuer;
}

describe('conversions: kill -9 at both ends', function () {
  this.timeout(180_000 + KILLS * 30_000);

  before(function () {
    if (secondsLeftInHongKong() < NEEDED_SECONDS) this.skip();
  });

  it(`convert everybody once through ${2 * KILLS} kills`, async () => {
    await using stack = new AsyncDisposableStack();
    const folder = await mkdtemp(join(tmpdir(), 'hcl-convert-kill-'));
    stack.defer(() => rm(folder, { recursive: true, force: true }));
    const ledger = await foundDemoLedger(folder, stack);
    const [hk, mo] = [memberOf(ledger, 'HK-DH'), memberOf(ledger, 'MO-SSM')];
    const told: Told[] = [];
    {
      await using source = new MortalIssuer(await optionsOf(hk, ledger, folder), deaths(testSeed));
      await using target = new MortalIssuer(await optionsOf(mo, ledger, folder), deaths(testSeed + 1));
      const pair = { source: asConsortiumIssuer(hk), target: asConsortiumIssuer(mo) };
      const ask = askingAt({ [pair.source.url]: source, [pair.target.url]: target });
      const over = new AbortController();
      const travel = async (): Promise<void> => {
        while (!over.signal.aborted) told.push(await convertSomebody(pair, ask));
      };
      const travels = Promise.all(Array.from({ length: TRAVELLERS_AT_ONCE }, travel));
      // Awaited at the end: until then a failure must not count as unhandled.
      travels.catch(() => undefined);
      await Promise.race([Promise.all([source.live(), target.live()]), travels]);
      over.abort();
      await travels;
      expect(source.taken + target.taken, 'the load was real').to.be.greaterThan(4 * KILLS);
      for (const one of told) await hearAgain(one, pair, ask);
      await expectBothSides(pair, ask, told.length);
      await expectAuditPasses(ledger, pair, ask);
    }
    for (const { heard, subject } of told) {
      for (const [what, all] of Object.entries(heard)) {
        expect([...(all as ReadonlySet<string>)], `${what} of ${subject.docNumber}`).to.have.length(1);
      }
    }
    const given = await codesGiven(told, mo, ledger, folder);
    expect(given).to.deep.equal(told.map(() => 1));
    printFindings(`${told.length} people converted once`, [{ people: told.length, kills: 2 * KILLS }]);
  });
});

/** A health code is of its day there: what goes over midnight says nothing of kills. */
function secondsLeftInHongKong(): number {
  return DAY_SECONDS - ((Date.now() / 1000 + 8 * 3600) % DAY_SECONDS);
}

/** Every second death is at a named point, drawn by lot. */
function deaths(seed: number): readonly Death[] {
  const random = seededRandom(seed);
  const draw = (length: number): number => Math.floor(random() * length);
  return Array.from({ length: KILLS }, (_, i) => {
    if (i % 2 === 0) return { afterTaken: 1 + draw(MOST_TAKEN) };
    const point = CONVERSION_FAULT_POINTS[draw(CONVERSION_FAULT_POINTS.length)] ?? '';
    return { fault: `${point}:${1 + draw(3)}`, afterTaken: ENOUGH };
  });
}

function memberOf({ members }: DemoLedger, name: string): Member {
  const member = members.find((one) => one.name === name);
  if (member === undefined) throw new Error(`${name} takes no part`);
  return member;
}

/** Without what is no JSON. */
function configOf({ did, jurisdiction, name, publicBaseUrl }: Member, folder: string): IssuerConfig {
  return toIssuerConfig({
    did,
    name,
    jurisdiction,
    dataFolder: join(folder, name),
    publicBaseUrl,
    windowMs: { short: WINDOW_MS, long: WINDOW_MS },
    status: { freshForSeconds: 86_400 },
    maxWaiting: 100_000,
    http: { host: '127.0.0.1', port: 0, maxFileBytes: 1_000_000 },
    logLevel: 'silent',
  });
}

async function optionsOf(
  member: Member,
  { deployment, url: rpcUrl }: DemoLedger,
  folder: string,
): Promise<IssuerProcessOptions> {
  const secretsFile = join(folder, `${member.name}.json`);
  await writeSecrets(secretsFile, member.keys.issuer);
  const config = configOf(member, folder);
  return { config, secretsFile, isOfDemoDay: true, ledger: { rpcUrl, deployment } };
}

/** Under a name that only {@link askingAt} knows. */
function asConsortiumIssuer({ did, jurisdiction, keys, name }: Member): ConsortiumIssuer {
  const { auditorTokenFile, operatorTokenFile } = keys;
  const url = `http://${name.toLowerCase()}.test`;
  return { name, did, url, jurisdiction, operatorTokenFile, auditorTokenFile };
}

function askingAt(issuers: Readonly<Record<string, MortalIssuer>>): typeof fetch {
  return async (input, init) => {
    const url = new Request(input).url;
    const [base, issuer] = Object.entries(issuers).find(([each]) => url.startsWith(each)) ?? [];
    if (base === undefined || issuer === undefined) throw new Error(`nobody is at ${url}`);
    return await issuer.fetch(url.slice(base.length), init);
  };
}

/** As `hcl convert` does it. */
async function convertSomebody({ source, target }: Pair, ask: typeof fetch): Promise<Told> {
  const device = HolderDevice.make();
  const heard: Heard = {
    ids: new Set(),
    carried: new Set(),
    sourceReceipts: new Set(),
    codes: new Set(),
    targetReceipts: new Set(),
  };
  const io = ioOver(hearing(heard, ask));
  const codes = await demoTraveller({ issuer: source, testedBy: source }, device, io);
  const wishes = { port: undefined, plannedOn: undefined, booking: undefined, isQuiet: true };
  const journey = { device, source, target, issuers: [source, target], language: 'en', ...wishes, io };
  const converted = await convertCode(codes, journey satisfies Journey);
  expect(converted).to.include({ decision: 'accepted', state: 'green' });
  expect(converted.receipts.areOfOneConversion).to.equal(true);
  return { device, subject: specimenOf(device), heard };
}

/** Keeps what is told of a conversion. */
function hearing(heard: Heard, ask: typeof fetch): typeof fetch {
  return async (input, init) => {
    const answer = await ask(input, init);
    const { pathname } = new URL(new Request(input).url);
    if (!answer.ok || !/^\/conversions(?:\/arrivals|\/[0-9a-f]{32})?$/.test(pathname)) return answer;
    // As the routes' response schemas say.
    const told = (await answer.clone().json()) as Partial<ConversionAnswer> &
      Pick<Partial<DecisionAnswer>, 'code' | 'receipt'>;
    if (told.id !== undefined) heard.ids.add(told.id);
    if (told.package !== undefined) {
      heard.carried.add(told.package.code);
      heard.sourceReceipts.add(told.package.receipt);
    }
    if (told.code !== undefined) heard.codes.add(told.code);
    // Signed anew each time; what it says is the same.
    if (told.receipt !== undefined) heard.targetReceipts.add(withoutSignature(told.receipt));
    return answer;
  };
}

function withoutSignature(jws: string): string {
  return jws.slice(0, jws.lastIndexOf('.'));
}

function ioOver(ask: typeof fetch): Io {
  return { ...processIo(), fetch: ask };
}

/** From those that are left. */
async function hearAgain(
  { device, heard }: Told,
  { source, target }: Pair,
  ask: typeof fetch,
): Promise<void> {
  const io = ioOver(hearing(heard, ask));
  const [here, there] = [holderClient(source, 'en', io), holderClient(target, 'en', io)];
  const [id = ''] = heard.ids;
  // The route's response.
  const { package: carried } = (await here.get(`/conversions/${id}`)) as ConversionAnswer;
  const audience = arrivalAudience({ target: target.did });
  const code = device.present(carried?.code ?? '', io.nowSeconds(), audience);
  await there.post('/conversions/arrivals', { code, list: carried?.list });
}

/** Everybody is counted once by either, and nobody waits for an answer. */
async function expectBothSides(pair: Pair, ask: typeof fetch, people: number): Promise<void> {
  const asAuditor = await withAuditorTokens(ask, [pair.source, pair.target]);
  const accountOf = async ({ url }: ConsortiumIssuer): Promise<PairAccount | undefined> => {
    const answer = await asAuditor(`${url}/conversions/account`);
    const [account] = (await answer.json()) as readonly PairAccount[]; // the route's response
    return account;
  };
  const spent = await until(async () => {
    const account = await accountOf(pair.source);
    return account?.open === 0 ? account : undefined;
  });
  const acknowledged = await accountOf(pair.target);
  for (const account of [spent, acknowledged]) {
    expect(account?.batches.reduce((sum, { values }) => sum + values, 0)).to.equal(people);
    expect(account?.answers).to.have.length(people);
  }
  expect(acknowledged?.decisions).to.deep.equal({ accepted: people, refused: 0, referred: 0 });
}

async function expectAuditPasses(
  { deployment, url }: DemoLedger,
  { source, target }: Pair,
  ask: typeof fetch,
): Promise<void> {
  const issuers = [source, target];
  const { findings } = await runAudit(
    { rpcUrls: [url], deployment, issuers },
    { crypto: nodeCrypto, fetch: fetchJsonWith(await withAuditorTokens(ask, issuers)) },
  );
  expect(findings).to.deep.equal([]);
}

/** How many codes the target has made for each, told or not. */
async function codesGiven(
  told: readonly Told[],
  member: Member,
  { deployment, url: rpcUrl }: DemoLedger,
  folder: string,
): Promise<readonly number[]> {
  const config = { ...configOf(member, folder), healthPolicies: demoHealthPolicies() };
  const { issuer: secrets } = member.keys;
  const accountKey = secrets.ledgerAccountKey;
  await using issuer = await Issuer.open(config, secrets, {
    ...connectLedger({ rpcUrl, deployment, did: member.did, accountKey }),
    crypto: nodeCrypto,
    now: Date.now,
    randomBytes: createRandomBytes(),
  });
  const counts: number[] = [];
  for (const { subject } of told) {
    const { docIssuer, docNumber, docType } = subject;
    const document = { docIssuer, docNumber, docType };
    const { records } = await issuer.privacy.report({ document }, 'subject-access');
    counts.push(records.filter(({ record }) => record.type === 'status').length);
  }
  return counts;
}
