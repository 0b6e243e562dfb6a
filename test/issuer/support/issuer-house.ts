/** An issuer on a folder and a ledger that outlive it, as tests need it: opened, crashed, opened again. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandomBytes } from '../../../service/clock.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { toIssuerConfig, type IssuerConfig } from '../../../issuer/config.ts';
import { Issuer } from '../../../issuer/issuer.ts';
import type { IssuerPorts } from '../../../issuer/parts.ts';
import { createSecrets, type IssuerSecrets } from '../../../issuer/secrets.ts';
import type { IntakeRow } from '../../../issuer/intake/row.ts';
import type { IssuedRow, RowResult } from '../../../issuer/row.ts';
import type { HealthRecord } from '../../../core/record/record.ts';
import { MemoryLedger } from './memory-ledger.ts';

export const DID = 'did:web:hk-dh.example';
/** 2022-12-21T08:30:00Z */
export const START_MS: number = Date.UTC(2022, 11, 21, 8, 30);

export class IssuerHouse implements AsyncDisposable {
  readonly folder: string;
  readonly secrets: IssuerSecrets = createSecrets(createRandomBytes());
  readonly ledger: MemoryLedger = new MemoryLedger(START_MS / 1000);
  nowMs: number = START_MS;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async create(): Promise<IssuerHouse> {
    return new IssuerHouse(await mkdtemp(join(tmpdir(), 'hcl-issuer-')));
  }

  /** On a folder that another process made. */
  static at(folder: string): IssuerHouse {
    return new IssuerHouse(folder);
  }

  config(changes: Partial<IssuerConfig> = {}): IssuerConfig {
    return toIssuerConfig({
      did: DID,
      name: 'Department of Health (specimen)',
      jurisdiction: 'HK',
      dataFolder: join(this.folder, 'issuer'),
      publicBaseUrl: 'https://hk-dh.example',
      windowMs: { short: 30_000, long: 600_000 },
      status: { freshForSeconds: 86_400 },
      maxWaiting: 100_000,
      http: { host: '127.0.0.1', port: 0, maxFileBytes: 10_000_000 },
      logLevel: 'silent',
      ...changes,
    });
  }

  ports(changes: Partial<IssuerPorts> = {}): IssuerPorts {
    return {
      crypto: nodeCrypto,
      ledger: this.ledger.ledger,
      status: this.ledger.status,
      now: () => this.nowMs,
      randomBytes: createRandomBytes(),
      ...changes,
    };
  }

  async open(
    options: { config?: Partial<IssuerConfig>; ports?: Partial<IssuerPorts> } = {},
  ): Promise<Issuer> {
    return await Issuer.open(this.config(options.config), this.secrets, this.ports(options.ports));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** A specimen vaccination; `n` makes it another person's. */
export function vaccination(n: number): HealthRecord {
  return {
    type: 'vaccination',
    subject: {
      nameEn: `SPECIMEN, PERSON ${n}`,
      dob: '1980-05-17',
      sex: 'F',
      docType: 'HKID',
      docNumber: `A${String(n).padStart(6, '0')}(3)`,
      docIssuer: 'HK',
    },
    disease: 'sct|840539006',
    prophylaxis: 'sct|1119349007',
    product: 'eu|EU/1/20/1528',
    manufacturer: 'eu|ORG-100030215',
    doseNumber: 2,
    seriesDoses: 2,
    date: '2021-06-01',
    lot: `LOT${n % 7}`,
    centre: 'Specimen Community Vaccination Centre',
    practitioner: 'M00001',
    country: 'HK',
  };
}

/** A specimen vaccination that intake takes too: no digits in its name, no check digit in its document. */
export function passportVaccination(n: number): HealthRecord {
  const record = vaccination(n);
  const document = { docType: 'PASSPORT', docNumber: `K${10_000_000 + n}` } as const;
  const subject = { ...record.subject, nameEn: 'SPECIMEN, PERSON', ...document };
  return { ...record, subject };
}

/** A specimen test of the short-lived class. */
export function labTest(n: number): HealthRecord {
  return {
    type: 'test',
    subject: {
      nameZh: '樣本人',
      dob: '1990',
      docType: 'PASSPORT',
      docNumber: `K${10_000_000 + n}`,
      docIssuer: 'HK',
    },
    disease: 'sct|840539006',
    method: 'loinc|LP6464-4',
    result: 'sct|260415000',
    collectedAt: '2022-12-21T09:00:00+08:00',
    laboratory: 'Specimen Laboratory',
    country: 'HK',
  };
}

export function rowsOf(records: readonly HealthRecord[]): IntakeRow[] {
  return records.map((record, i) => ({ row: i + 1, record }));
}

export async function issueAll(issuer: Issuer, records: readonly HealthRecord[]): Promise<IssuedRow[]> {
  return (await collect(issuer.issueRows(rowsOf(records)))).map(issued);
}

export async function collect<Item>(source: AsyncIterable<Item>): Promise<Item[]> {
  const items: Item[] = [];
  for await (const item of source) items.push(item);
  return items;
}

/** Asserts by type what a good row's answer is. */
export function issued(result: RowResult | undefined): IssuedRow {
  if (result === undefined || 'problems' in result) throw new Error('the row was refused');
  return result;
}
