/**
 * What an issuer holds of one person's health code: their identity, the orders on them, what was ruled, and which
 * change gave the colour that they have. The colour itself is derived anew each time. Sealed as JSON under the person's
 * number, found by the person's documents.
 *
 * Who writes a file has its person's turn (`whileAlone`); the end of an epoch takes all turns.
 */
import { toCanonicalJson } from '../../core/bytes/canonical-json.ts';
import { concatBytes } from '../../core/bytes/concat.ts';
import { fromUtf8, toUtf8 } from '../../core/bytes/utf8.ts';
import type { Order } from '../../core/health/orders.ts';
import type { Ruling } from '../../core/health/derive.ts';
import { toHex, type Hex } from '../../core/bytes/hex.ts';
import type { Colour, Scheme } from '../../core/record/derived.ts';
import type { Code, DocumentRef, Subject } from '../../core/record/record.ts';
import { readUint64, toUint64 } from '../../service/big-endian.ts';
import { EnvelopeError, epochOf } from '../../service/envelope.ts';
import type { Log } from '../../service/logging.ts';
import { WriteBatch, type Store } from '../../service/store.ts';
import { Lock } from '../lock.ts';
import type { DocumentReference, KeyRing } from '../privacy/key-ring.ts';
import { TABLES, type IssuerTables } from '../store.ts';
import { Together } from '../together.ts';

export interface StoredOrder extends Order {
  readonly id: string;
  /** Of the order as it was issued: its number at the authority. */
  readonly reference: string;
  readonly legalBasis: string;
  /** Number of the officer who made it, and of the one who entered it here. */
  readonly orderedBy: string;
  readonly enteredBy: string;
  readonly releasedBy?: string;
  readonly releaseEnteredBy?: string;
}

export interface StoredRuling extends Ruling {
  readonly scheme: Scheme;
  /** The legal act that two people approve. */
  readonly act: number;
  readonly actLeaf: Hex;
  readonly proposedBy: Hex;
  /** References to what it rests on, at the authority. */
  readonly evidence: readonly string[];
  /** Ids of the records and orders that were known when it was proposed. */
  readonly weighed: readonly string[];
  /** Of the digest that the act names: 16 random bytes, base64url. */
  readonly salt: string;
  /** Absent while they have not. */
  readonly approvers?: readonly Hex[];
}

/** Which change gave a colour, and the records of the codes that were issued under it. */
export interface HeldColour {
  readonly state: Colour;
  readonly ruleId: string;
  readonly ruleVersion: number;
  readonly ground?: Code;
  readonly basis: 'rules' | 'ruling';
  readonly sinceSeconds: number;
  readonly change: string;
  /** Of the same change, which `change` is the first half of. */
  readonly leaf: Hex;
  readonly recordIds: readonly string[];
  /** When each of these codes ends, Unix seconds, by record. */
  readonly codeEnds?: Readonly<Record<string, number>>;
}

/** Codes of a former colour, and the leaf of the change that ends them. */
export interface EndedCodes {
  readonly change: Hex;
  readonly recordIds: readonly string[];
}

/** See `disputes.ts`; the same in both files. */
export interface Dispute {
  readonly document: DocumentRef;
  /** Who had only named it, under their own document. */
  readonly claimer: Subject;
}

export interface HealthFile {
  readonly version: 1;
  /** 16 random bytes, base64url: what colour acts call the person. */
  readonly ref: string;
  /** 16 random bytes, base64url: see `evidence-salt.ts`. Files of before there were any have none until `file-secret.ts` gives them one. */
  readonly secret?: string;
  readonly subject: Subject;
  /** The name came with an order or a ruling, typed by whoever entered it: no code shows it. */
  readonly isTyped?: true;
  readonly disputes?: readonly Dispute[];
  readonly orders: readonly StoredOrder[];
  readonly rulings: readonly StoredRuling[];
  readonly colours: Readonly<Partial<Record<Scheme, HeldColour>>>;
  /** To be ended in the status lists. */
  readonly ended: readonly EndedCodes[];
  readonly usedAtSeconds: number;
}

export interface HealthFilesDependencies {
  readonly store: Store;
  readonly tables: IssuerTables;
  readonly ring: KeyRing;
  readonly did: string;
  readonly log: Log;
}

const TURNS = 64;

export class HealthFiles {
  readonly #deps: HealthFilesDependencies;
  readonly #aad: Uint8Array;
  readonly #turns = Array.from({ length: TURNS }, () => new Lock());
  readonly #creating = new Lock();
  readonly #makingFiles = new Together((all: readonly HealthFile[]) =>
    this.#creating.run(() => this.#findOrCreateAll(all)),
  );
  #last: number;

  private constructor(deps: HealthFilesDependencies, last: number) {
    this.#deps = deps;
    this.#aad = toUtf8(`hcl/health/1\0${deps.did}\0`);
    this.#last = last;
  }

  static async open(deps: HealthFilesDependencies): Promise<HealthFiles> {
    const last = await deps.tables.healthFiles.first({ reverse: true });
    return new HealthFiles(deps, last === undefined ? 0 : readUint64(last.key));
  }

  /** Runs `action` while nobody else writes the person's file. */
  async whileAlone<Result>(number: number, action: () => Promise<Result>): Promise<Result> {
    // There is one for each remainder.
    return await this.#turns[number % TURNS]!.run(action);
  }

  /** As {@link whileAlone}, of several people. */
  async whileAllAlone<Result>(numbers: readonly number[], action: () => Promise<Result>): Promise<Result> {
    // In one order for everybody, so that no two wait for each other.
    const turns = [...new Set(numbers.map((number) => number % TURNS))].toSorted((a, b) => b - a);
    return await turns.reduce<() => Promise<Result>>(
      (inner, turn) => () => this.whileAlone(turn, inner),
      action,
    )();
  }

  /** Runs `action` while no document gets to lead to another person. */
  async whileNamesStand<Result>(action: () => Promise<Result>): Promise<Result> {
    return await this.#creating.run(action);
  }

  /** The person with any of these documents: the first, of several. */
  async find(documents: readonly DocumentReference[]): Promise<number | undefined> {
    return (await this.findAll(documents))[0];
  }

  /** Numbers of all people with any of these documents, each once. */
  async findAll(documents: readonly DocumentReference[]): Promise<readonly number[]> {
    const names = documents.flatMap((document) => this.#deps.ring.documentNames(document).all);
    const found = await this.#deps.tables.healthNames.getMany(names);
    return [...new Set(found.flatMap((value) => (value === undefined ? [] : [readUint64(value)])))];
  }

  /** The person, with a file when there was none; on the disk when it resolves. */
  async findOrCreate(fresh: HealthFile): Promise<number> {
    return await this.#makingFiles.run(fresh);
  }

  /** In one commit; of several who share a document the first makes the file. */
  async #findOrCreateAll(all: readonly HealthFile[]): Promise<readonly number[]> {
    const batch = new WriteBatch();
    const made = new Map<string, number>();
    const numbers: number[] = [];
    for (const fresh of all) {
      const documents = documentsOf(fresh.subject);
      const names = documents.map((document) => toHex(this.#deps.ring.documentNames(document).newest));
      let number = (await this.find(documents)) ?? names.map((name) => made.get(name)).find(isNumber);
      if (number === undefined) {
        number = this.add(batch, fresh);
        for (const name of names) made.set(name, number);
      }
      numbers.push(number);
    }
    await this.#deps.store.commit(batch);
    return numbers;
  }

  /** Throws `ENVELOPE_TAMPERED` for a file that is not this person's, or was touched. */
  async load(number: number): Promise<HealthFile | undefined> {
    const sealed = await this.#deps.tables.healthFiles.get(toUint64(number));
    return sealed === undefined ? undefined : this.#open(number, sealed);
  }

  /** Adds the write of the file and of all names that lead to it. */
  put(batch: WriteBatch, number: number, file: HealthFile): void {
    const { ring } = this.#deps;
    const sealed = ring.envelope.seal(toUtf8(toCanonicalJson(file)), this.#aadOf(number));
    batch.put(TABLES.healthFiles, toUint64(number), sealed);
    for (const document of documentsOf(file.subject)) {
      batch.put(TABLES.healthNames, ring.documentNames(document).newest, toUint64(number));
    }
  }

  /** Adds a new file; returns its number. To be called while names stand. */
  add(batch: WriteBatch, fresh: HealthFile): number {
    const number = ++this.#last;
    this.put(batch, number, fresh);
    return number;
  }

  /** Adds the deletion of the file and of all that leads to it; the changes stay, and lead to nobody. */
  delete(batch: WriteBatch, number: number, file: HealthFile): void {
    batch.delete(TABLES.healthFiles, toUint64(number));
    this.deleteNames(batch, documentsOf(file.subject));
  }

  /** Adds the deletion of what leads from these documents to a file. */
  deleteNames(batch: WriteBatch, documents: readonly DocumentReference[]): void {
    for (const document of documents) {
      for (const name of this.#deps.ring.documentNames(document).all) batch.delete(TABLES.healthNames, name);
    }
  }

  /** Of all who have a file. */
  async *numbers(): AsyncGenerator<number> {
    for await (const { key } of this.#deps.tables.healthFiles.entries()) yield readUint64(key);
  }

  /**
   * All of them, with their names, under the newest epoch. One that does not open is reported and left where it is: the
   * others move, and the old epoch lives on, since under the next one its names would lead to nobody, and its order
   * with them.
   */
  async rewrapAll(): Promise<void> {
    let count = 0;
    for await (const { key, value } of this.#deps.tables.healthFiles.entries()) {
      if (isUnder(value, this.#deps.ring.envelope.epoch)) continue;
      const number = readUint64(key);
      if (!(await opens(this.whileAlone(number, () => this.#rewrap(number))))) count++;
    }
    if (count === 0) return;
    this.#deps.log.error(
      { code: 'HEALTH_FILE_UNREADABLE', count },
      'health files do not open: the keys of former epochs are kept until they do',
    );
  }

  async #rewrap(number: number): Promise<void> {
    const file = await this.load(number);
    if (file === undefined) return;
    const batch = new WriteBatch();
    this.deleteNames(batch, documentsOf(file.subject));
    this.put(batch, number, file);
    await this.#deps.store.commit(batch);
  }

  #open(number: number, sealed: Uint8Array): HealthFile {
    const bytes = this.#deps.ring.envelope.open(sealed, this.#aadOf(number));
    // Sealed, so it is what `put` wrote.
    return JSON.parse(fromUtf8(bytes) ?? '') as HealthFile;
  }

  #aadOf(number: number): Uint8Array {
    return concatBytes(this.#aad, toUint64(number));
  }
}

/** The person's own document and those that are linked to it. */
export function documentsOf({
  docType,
  docNumber,
  docIssuer,
  linked = [],
}: Subject): readonly DocumentReference[] {
  return [{ docType, docNumber, docIssuer }, ...linked];
}

function isNumber(value: number | undefined): value is number {
  return value !== undefined;
}

function isUnder(sealed: Uint8Array, epoch: number): boolean {
  try {
    return epochOf(sealed) === epoch;
  } catch (error) {
    // Not even its first bytes are what they were.
    if (error instanceof EnvelopeError) return false;
    throw error;
  }
}

/** False when what was to be opened is not what was sealed. */
async function opens(work: Promise<void>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    if (error instanceof EnvelopeError) return false;
    throw error;
  }
}
