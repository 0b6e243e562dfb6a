/**
 * One issuer of `convert.ts` as a process of its own: it converts, or decides, as it is asked over the channel. Arguments: the
 * folder of the founded consortium, a member's name, the node's address. Tells its DID once it can be asked.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import type { P256Jwk } from '../../core/credential/key.ts';
import { HclError, invariant } from '../../core/errors.ts';
import type { Subject, TestRecord } from '../../core/record/record.ts';
import { toIssuerConfig } from '../../issuer/config.ts';
import type { ConversionPort } from '../../issuer/conversion/ports.ts';
import { isNotReadYet } from '../../issuer/conversion/target.ts';
import { onceABlock } from '../../issuer/conversion/target/once-a-block.ts';
import type { ConversionPackage } from '../../issuer/conversion/source/handover.ts';
import type { ConversionRequest } from '../../issuer/conversion/source/request.ts';
import type { DecisionAnswer } from '../../issuer/conversion/target/answer.ts';
import type { Arrival } from '../../issuer/conversion/target/arrivals.ts';
import { toRfc3339 } from '../../issuer/conversion/times.ts';
import { Issuer } from '../../issuer/issuer.ts';
import { connectLedger, type LedgerPorts } from '../../issuer/ledger-ports.ts';
import type { IssuedCredential } from '../../issuer/row.ts';
import { parseDeployment } from '../../ledger/deployment.ts';
import { createRandomBytes } from '../../service/clock.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { Peer } from '../../verifier/workers/peer.ts';
import { demoHealthPolicies } from '../demo/demo-day.ts';
import { memberKeys } from '../demo/keys.ts';
import { DEMO_MEMBERS } from '../demo/members.ts';
import { sharedNowMs, type Mark, type Stage } from './convert-stages.ts';

/** Codes of somebody who may convert. */
export interface Held {
  readonly code: string;
  readonly evidence: readonly string[];
}

/** What the process tells. */
export type DriverDuties = {
  readonly opened: (did: string) => void;
};

/** How often each refusal, or failure, was met, by its code. */
export type Troubles = Readonly<Record<string, number>>;

/** What the process can be asked. */
export type ConvertingDuties = {
  /** Codes of as many people as there are keys, released. */
  readonly travellers: (holderKeys: readonly P256Jwk[]) => Promise<readonly Held[]>;
  /** Resolves when it is handed over. */
  readonly convert: (request: ConversionRequest) => Promise<ConversionPackage>;
  readonly show: (arrival: Arrival) => Promise<DecisionAnswer>;
  /** As `show`, until the code that was decided on is released. */
  readonly showUntilCode: (arrival: Arrival) => Promise<DecisionAnswer>;
  /** Since the last time. */
  readonly marks: () => readonly Mark[];
  /** What had to be asked again, since the last time. */
  readonly askedAgain: () => Troubles;
  /** Processor time since the start. */
  readonly cpuSeconds: () => number;
  readonly stop: () => Promise<void>;
};

/** The block is what brings conversions together. */
const WINDOW_MS = 5;
const WAIT_MS = 60_000;

const [folder = '', name = '', rpcUrl = ''] = process.argv.slice(2);
const marks: Mark[] = [];
const askedAgain = new Map<string, number>();
const { issuer, read } = await openIssuer();
const driver = new Peer<DriverDuties>(process, {
  travellers,
  convert,
  show,
  showUntilCode,
  marks: () => marks.splice(0),
  askedAgain: () => {
    const troubles = Object.fromEntries(askedAgain);
    askedAgain.clear();
    return troubles;
  },
  cpuSeconds,
  stop: async () => {
    await issuer.close();
    process.disconnect();
  },
} satisfies ConvertingDuties);
await driver.ask('opened', [issuer.config.did]);

function mark(stage: Stage): void {
  marks.push({ stage, atMs: sharedNowMs() });
}

/** The same ports, which mark when something is given to them and when it is in a block. */
function marking(ports: LedgerPorts): LedgerPorts {
  const { conversion, ledger } = ports;
  invariant(conversion !== undefined, 'the registry is founded');
  const marked = async <Result>(write: Promise<Result>): Promise<Result> => {
    mark('staged');
    const result = await write;
    mark('seen');
    return result;
  };
  return {
    ...ports,
    ledger: { ...ledger, anchor: (batch) => marked(ledger.anchor(batch)) },
    conversion: { ...conversion, write: (batch) => marked(conversion.write(batch)) },
    [Symbol.dispose]: () => ports[Symbol.dispose](),
  };
}

function cpuSeconds(): number {
  const { system, user } = process.cpuUsage();
  return (system + user) / 1e6;
}

async function openIssuer(): Promise<{
  readonly issuer: Issuer;
  readonly read: Pick<ConversionPort, 'state'>;
}> {
  const member = DEMO_MEMBERS.find((one) => one.name === name);
  invariant(member !== undefined, 'a member of the demonstration');
  const { did, jurisdiction, publicBaseUrl } = member;
  const keys = (await memberKeys(join(folder, 'keys'), name)).issuer;
  const config = toIssuerConfig({
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
    healthPolicies: demoHealthPolicies(),
  });
  const deployment = parseDeployment(await readFile(join(folder, 'deployment.json'), 'utf8'));
  const { ledgerAccountKey: accountKey } = keys;
  const ports = marking(connectLedger({ rpcUrl, deployment, did, accountKey }));
  invariant(ports.conversion !== undefined, 'the registry is founded');
  const opened = await Issuer.open(config, keys, {
    ...ports,
    crypto: nodeCrypto,
    now: Date.now,
    randomBytes: createRandomBytes(),
  });
  opened.start();
  return { issuer: opened, read: ports.conversion };
}

async function travellers(holderKeys: readonly P256Jwk[]): Promise<readonly Held[]> {
  const nowSeconds = Math.floor(Date.now() / 1000);
  const people = holderKeys.map((holderKey, i) => ({ holderKey, subject: specimen(i) }));
  const tests: (readonly IssuedCredential[])[] = [];
  const rows = people.map(({ subject }, i) => ({ row: i + 1, record: testOf(subject, nowSeconds) }));
  for await (const row of issuer.issueRows(rows)) {
    invariant('credentials' in row, 'a good record');
    tests.push(row.credentials);
  }
  const statuses = await Promise.all(
    people.map(({ holderKey, subject }) =>
      issuer.health.issue({ person: { subject }, scheme: 'HK-HC', holderKey }),
    ),
  );
  await issuer.settle();
  const travel = (credentials: readonly IssuedCredential[]): Promise<string> =>
    issuer.code(credentials.find(({ profile }) => profile === 'travel')?.handle ?? '');
  return await Promise.all(
    people.map(async (_, i) => ({
      code: await travel(statuses[i]?.issued.credentials ?? []),
      evidence: [await travel(tests[i] ?? [])],
    })),
  );
}

function specimen(number: number): Subject {
  return {
    nameEn: 'SPECIMEN, TRAVELLER',
    dob: '1980-01-01',
    docType: 'PASSPORT',
    docNumber: `B${10_000_000 + number}`,
    docIssuer: 'HK',
  };
}

function testOf(subject: Subject, nowSeconds: number): TestRecord {
  return {
    type: 'test',
    subject,
    disease: 'sct|840539006',
    method: 'loinc|LP6464-4',
    result: 'sct|260415000',
    collectedAt: toRfc3339(nowSeconds - 3_600),
    laboratory: 'Specimen Laboratory',
    country: 'HK',
  };
}

async function convert(request: ConversionRequest): Promise<ConversionPackage> {
  const { source } = issuer.conversion;
  await patiently(() => source.convert(request));
  mark('accepted');
  const answer = await source.conversion(request.terms.id, WAIT_MS);
  invariant(answer.package !== undefined, 'it is handed over in time');
  mark('answered');
  return answer.package;
}

async function show(arrival: Arrival): Promise<DecisionAnswer> {
  const answer = await patiently(() => issuer.conversion.target.admit(arrival));
  mark('accepted');
  return answer;
}

async function showUntilCode(arrival: Arrival): Promise<DecisionAnswer> {
  await show(arrival);
  const answer = await issuer.conversion.target.admitPatiently(arrival, WAIT_MS);
  mark('answered');
  return answer;
}

/** What was not read from the ledger yet will have been in a moment; any other refusal is the asker's to count. */
async function patiently<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  const counted = async (): Promise<Answer> => {
    try {
      return await ask();
    } catch (error) {
      const code = error instanceof HclError ? error.code : 'INTERNAL';
      askedAgain.set(code, (askedAgain.get(code) ?? 0) + 1);
      throw error;
    }
  };
  const terms = { isEnough: () => true, isEarly: isNotReadYet, waitMs: WAIT_MS };
  return await issuer.conversion.progress.until(onceABlock(read, counted), terms);
}
