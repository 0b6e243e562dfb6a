/**
 * Three issuer services on one ledger, a person with a health code and a test of theirs, and what the person's device
 * does: agree, carry, show.
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { arrivalAudience, type ArrivalAt } from '../../../core/conversion/arrival-audience.ts';
import {
  consentMessage,
  consentName,
  evidenceDigest,
  withdrawalMessage,
  type ConsentTerms,
} from '../../../core/conversion/consent.ts';
import { defaultMappings } from '../../../core/conversion/default-mappings.ts';
import type { Mapping } from '../../../core/conversion/mapping.ts';
import { commitmentOf } from '../../../core/commitment/leaf.ts';
import { parseClaims } from '../../../core/credential/parse.ts';
import { decodeCode } from '../../../core/qr/code.ts';
import type { Colour } from '../../../core/record/derived.ts';
import type { HealthRecord, Subject } from '../../../core/record/record.ts';
import { toIssuerConfig } from '../../../issuer/config.ts';
import type { ConversionAnswer, ConversionPackage } from '../../../issuer/conversion/source/handover.ts';
import type { ConversionRequest } from '../../../issuer/conversion/source/request.ts';
import type { DecisionAnswer } from '../../../issuer/conversion/target/answer.ts';
import type { Arrival } from '../../../issuer/conversion/target/arrivals.ts';
import { Issuer } from '../../../issuer/issuer.ts';
import type { OrderRequest } from '../../../issuer/health/orders.ts';
import type { IssuedRow } from '../../../issuer/row.ts';
import { createSecrets, type IssuerSecrets } from '../../../issuer/secrets.ts';
import { createRandomBytes } from '../../../service/clock.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { makeHolder, type Holder } from '../../support/holder.ts';
import { declarationRecord } from '../../support/sample-records.ts';
import { testRecord, vaccinationRecord } from '../../support/consortium.ts';
import { issueAll } from '../support/issuer-house.ts';
import { SharedLedger, type LedgerMember } from './shared-ledger.ts';

/** 2022-12-21T10:00:00+08:00 */
export const NOON: number = Date.UTC(2022, 11, 21, 2) / 1000;

export const PLACES = {
  HK: { name: 'HK-DH', jurisdiction: 'HK', did: 'did:web:hk-dh.example', scheme: 'HK-HC' },
  GD: { name: 'CN-GD', jurisdiction: 'CN', did: 'did:web:cn-gd.example', scheme: 'GD' },
  MO: { name: 'MO-SSM', jurisdiction: 'MO', did: 'did:web:mo-ssm.example', scheme: 'MO' },
} as const;
export type Place = keyof typeof PLACES;

/** In force on 21 December 2022. */
const IN_FORCE = ['map.hk-gd.1', 'map.hk-mo.1', 'map.gd-mo.2', 'map.mo-gd.2', 'map.gd-hk.1', 'map.mo-hk.1'];

const ORDER = {
  fromSeconds: NOON - 3_600,
  untilSeconds: NOON + 10 * 86_400,
  legalBasis: 'Cap. 599A s.22',
  orderedBy: 'HO-1',
  enteredBy: 'HO-2',
};

export interface Traveller {
  readonly holder: Holder;
  readonly subject: Subject;
  readonly state: Colour;
  /** Travel code of their health code, and those of the records it rests on. */
  readonly code: string;
  readonly evidence: readonly string[];
  /** Of their health code, at its issuer. */
  readonly statusRecordId: string;
}

export interface TravellerOptions {
  /** What turns the colour. */
  readonly order?: Pick<OrderRequest, 'kind' | 'ground'>;
  readonly records?: readonly HealthRecord[];
  /** The last second of the code, sooner than the day's. */
  readonly untilSeconds?: number;
  readonly subject?: Subject;
}

export class ConvertingIssuers implements AsyncDisposable {
  readonly ledger: SharedLedger = new SharedLedger(NOON);
  readonly #folder: string;
  readonly #secrets: Readonly<Record<Place, IssuerSecrets>>;
  readonly #open = new Map<Place, Issuer>();
  readonly #people = new Map<Place, number>();

  readonly #mappings: readonly Mapping[];

  private constructor(folder: string, mappings: readonly Mapping[]) {
    this.#folder = folder;
    this.#mappings = mappings;
    const secrets = (): IssuerSecrets => createSecrets(createRandomBytes());
    this.#secrets = { HK: secrets(), GD: secrets(), MO: secrets() };
  }

  /** @param mappings that every house has; those of {@link IN_FORCE} are on the ledger */
  static async create(mappings: readonly Mapping[] = defaultMappings().all): Promise<ConvertingIssuers> {
    const issuers = new ConvertingIssuers(await mkdtemp(join(tmpdir(), 'hcl-convert-')), mappings);
    issuers.ledger.found(
      Object.values(PLACES).map((_, i) => issuers.#member((['HK', 'GD', 'MO'] as const)[i] ?? 'HK')),
    );
    for (const name of IN_FORCE) {
      const mapping = mappings.find(({ id, version }) => `${id}.${version}` === name);
      if (mapping === undefined) throw new Error(`no mapping ${name}`);
      issuers.ledger.publishMapping(mapping);
    }
    return issuers;
  }

  /** The issuer of a place, opened when it is first asked for, and after it was closed. */
  async at(place: Place): Promise<Issuer> {
    const known = this.#open.get(place);
    if (known !== undefined) return known;
    const { did, jurisdiction, name } = PLACES[place];
    const config = toIssuerConfig({
      did,
      name,
      jurisdiction,
      dataFolder: join(this.#folder, place),
      publicBaseUrl: `https://${name.toLowerCase()}.example`,
      windowMs: { short: 0, long: 0 },
      status: { freshForSeconds: 86_400 },
      maxWaiting: 100_000,
      http: { host: '127.0.0.1', port: 0, maxFileBytes: 1_000_000 },
      logLevel: 'silent',
      mappings: this.#mappings,
    });
    const issuer = await Issuer.open(config, this.#secrets[place], {
      crypto: nodeCrypto,
      now: () => this.ledger.nowSeconds * 1000,
      randomBytes: createRandomBytes(),
      ...this.ledger.portsOf(this.#member(place)),
    });
    this.#open.set(place, issuer);
    return issuer;
  }

  /** Where a place keeps what it has. */
  storeOf(place: Place): string {
    return join(this.#folder, place, 'store');
  }

  /** From which the keys of what a place stores are derived. */
  indexKeyOf(place: Place): Uint8Array {
    return this.#secrets[place].indexKey;
  }

  /** The service ends; `at` opens it again. */
  async stop(place: Place): Promise<void> {
    await this.#open.get(place)?.close();
    this.#open.delete(place);
  }

  /** Everything that waits is on the ledger and read from there, at these places or everywhere. */
  async settle(...places: readonly Place[]): Promise<void> {
    const which = places.length > 0 ? places : [...this.#open.keys()];
    for (let round = 0; round < 2; round++) {
      for (const place of which) {
        const issuer = await this.at(place);
        await issuer.settle();
        await issuer.conversion.pass();
      }
      if (!this.ledger.isHalted) this.ledger.tick(1);
    }
    for (const place of which) await (await this.at(place)).conversion.pass();
  }

  /** A person of the place, with a code and what it rests on, released. */
  async traveller(place: Place, options: TravellerOptions = {}): Promise<Traveller> {
    const issuer = await this.at(place);
    const { scheme, jurisdiction } = PLACES[place];
    const number = (this.#people.get(place) ?? 0) + 1;
    this.#people.set(place, number);
    const person: Subject = {
      ...vaccinationRecord().subject,
      docType: 'PASSPORT',
      docNumber: `K${10_000_000 + number}`,
    };
    const { subject = person } = options;
    const holder = makeHolder();
    const records = options.records ?? goodEvidence(subject, jurisdiction);
    const rows = await issueAll(issuer, records);
    if (options.order !== undefined) {
      await issuer.health.orders.place({ ...ORDER, ...options.order, subject, reference: `ORDER-${number}` });
    }
    const status = await issuer.health.issue({
      person: { subject },
      scheme,
      holderKey: holder.jwk,
      ...(options.untilSeconds === undefined ? {} : { untilSeconds: options.untilSeconds }),
    });
    await this.settle(place);
    const travel = async (row_: IssuedRow): Promise<string> => {
      const handle = row_.credentials.find(({ profile }) => profile === 'travel')?.handle ?? '';
      return await issuer.code(handle);
    };
    return {
      holder,
      subject,
      code: await travel(status.issued),
      state: status.colour.state,
      evidence: await Promise.all(rows.map(travel)),
      statusRecordId: status.issued.recordId,
    };
  }

  /** What the device sends when its holder has agreed. */
  request(traveller: Traveller, target: Place, changes: Partial<ConsentTerms> = {}): ConversionRequest {
    const terms: ConsentTerms = {
      at: this.ledger.nowSeconds,
      evidence: evidenceDigest(nodeCrypto, traveller.evidence.map(commitmentIn)),
      id: randomUUID().replaceAll('-', ''),
      target: PLACES[target].did,
      text: consentName('zh-Hant'),
      ...changes,
    };
    return this.signed(traveller, terms);
  }

  signed(traveller: Traveller, terms: ConsentTerms): ConversionRequest {
    return { code: traveller.code, evidence: traveller.evidence, terms, signature: sign(traveller, terms) };
  }

  async withdraw(place: Place, traveller: Traveller, id: string): Promise<ConversionAnswer> {
    const at = this.ledger.nowSeconds;
    const issuer = await this.at(place);
    return await issuer.conversion.source.withdraw(
      id,
      at,
      traveller.holder.sign(withdrawalMessage({ id, at })),
    );
  }

  /** What the device shows at the target that the conversion is for, or makes for another place. */
  arrival(
    { holder }: Pick<Traveller, 'holder'>,
    { code, list }: Pick<ConversionPackage, 'code' | 'list'>,
    { booking, target = targetOf(code) }: Partial<ArrivalAt> = {},
  ): Arrival {
    const audience = arrivalAudience({ booking, target });
    const shown = holder.presentTo(audience, code, this.ledger.nowSeconds);
    return { code: shown, list, ...(booking === undefined ? {} : { booking }) };
  }

  /** From the consent to what the device carries. */
  async carry(
    traveller: Traveller,
    source: Place,
    target: Place,
    changes: Partial<ConsentTerms> = {},
  ): Promise<ConversionPackage & { readonly id: string }> {
    const issuer = await this.at(source);
    const { id } = await issuer.conversion.source.convert(this.request(traveller, target, changes));
    await this.settle(source);
    const { package: carried } = await issuer.conversion.source.conversion(id);
    if (carried === undefined) throw new Error('not handed over');
    await (await this.at(target)).conversion.pass();
    return { ...carried, id };
  }

  /** All of it: the target's decision. */
  async convert(traveller: Traveller, source: Place, target: Place): Promise<DecisionAnswer> {
    const carried = await this.carry(traveller, source, target);
    return await (await this.at(target)).conversion.target.admit(this.arrival(traveller, carried));
  }

  #member(place: Place): LedgerMember {
    const account = `0x${String(Object.keys(PLACES).indexOf(place) + 1).repeat(40)}` as const;
    return { ...PLACES[place], account, signingKey: this.#secrets[place].signingKey };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const open = [...this.#open.keys()];
    for (const place of open) await this.stop(place);
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** A test of yesterday and a declaration without symptoms. */
export function goodEvidence(
  subject: Subject,
  country: string,
  {
    collectedAt = '2022-12-20T12:15:00+08:00',
    declaredAt = '2022-12-21T08:00:00+08:00',
  }: { readonly collectedAt?: string; readonly declaredAt?: string } = {},
): readonly HealthRecord[] {
  const { contactOn: _, ...declaration } = declarationRecord({
    subject,
    country,
    symptoms: ['hcl|none'],
    contact: 'hcl|no',
    declaredAt,
  });
  return [testRecord({ subject, country, collectedAt }), declaration];
}

function targetOf(code: string): string {
  const claims = parseClaims(decodeCode(code).payloadBytes);
  if (claims.vct !== 'urn:hcl:conversion:1') throw new Error('no conversion');
  return claims.facts.target ?? '';
}

function sign(traveller: Traveller, terms: ConsentTerms): Uint8Array {
  return traveller.holder.sign(consentMessage(commitmentIn(traveller.code), terms));
}

function commitmentIn(code: string): Uint8Array {
  const { headerBytes, payloadBytes } = decodeCode(code);
  return commitmentOf(nodeCrypto, headerBytes, payloadBytes);
}
