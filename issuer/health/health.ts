/**
 * Health codes of one issuer: orders and rulings in, colours out. Every colour is derived anew from what is known, and
 * every change of one is recorded and anchored (`recolour.ts`). There is no other way to change a colour: no route and
 * no caller hands one in.
 */
import type { DerivedColour } from '../../core/health/derive.ts';
import { shippedHealthPolicies } from '../../core/health/policies.ts';
import { SCHEME_FORMS } from '../../core/health/schemes.ts';
import type { Policy } from '../../core/policy/policy.ts';
import { SCHEMES, type Scheme } from '../../core/record/derived.ts';
import type { Subject } from '../../core/record/record.ts';
import { EnvelopeError } from '../../service/envelope.ts';
import type { Log } from '../../service/logging.ts';
import { IssuerError } from '../errors.ts';
import type { IssuerMetrics } from '../metrics.ts';
import type { DocumentReference } from '../privacy/key-ring.ts';
import type { Release } from '../release.ts';
import { ActedFacts } from './acted-facts.ts';
import { EndedCodes, type EndedCodesDependencies } from './ended-codes.ts';
import { Following } from './following.ts';
import type { HealthFile } from './health-file.ts';
import type { KnownFactsDependencies } from './known-facts.ts';
import { indexLinkedDocuments } from './linked-documents.ts';
import { ManualAlarm } from './manual-alarm.ts';
import { orSkip } from './or-skip.ts';
import type { OnFile } from './one-file.ts';
import { Orders } from './orders.ts';
import { People, type Person } from './people.ts';
import { Recolour, type Asked, type IssuedStatus, type RecolourDependencies } from './recolour.ts';
import { Rulings } from './rulings.ts';
import { shownOf, type ShownColour } from './shown-colours.ts';
import type { RulingTerms } from './ruling.ts';
import { UnneededFiles } from './unneeded-files.ts';

export interface HealthDependencies
  extends
    EndedCodesDependencies,
    KnownFactsDependencies,
    Pick<RecolourDependencies, 'colourActs' | 'records' | 'onEnded'> {
  /** ISO 3166-1 alpha-2: its schemes are those that count there. */
  readonly jurisdiction: string;
  readonly release: Pick<Release, 'content' | 'statusPlaces'>;
  readonly metrics: IssuerMetrics;
  readonly log: Log;
  readonly policies?: readonly Policy[];
  /** There is something to carry out, now or at an edge. */
  readonly onDue: () => void;
}

export interface StatusRequest extends Omit<Asked, 'presented'> {
  readonly person: Person;
}

export class Health {
  readonly orders: Orders;
  readonly unneeded: UnneededFiles;
  readonly #deps: HealthDependencies;
  readonly #people: People;
  readonly #recolour: Recolour;
  readonly #rulings: Rulings;
  readonly #ended: EndedCodes;
  readonly #following: Following;
  /** Those whose colours this issuer gives. */
  readonly schemes: readonly Scheme[];
  /** Codes wait to be ended: after a start perhaps. */
  #isDue = true;

  private constructor(
    deps: HealthDependencies,
    { alarm, acted }: { readonly alarm: ManualAlarm; readonly acted: ActedFacts },
  ) {
    const { jurisdiction, policies = shippedHealthPolicies() } = deps;
    this.#deps = deps;
    this.schemes = SCHEMES.filter((scheme) => SCHEME_FORMS[scheme].country === jurisdiction);
    this.#recolour = new Recolour({
      ...deps,
      policies,
      schemes: this.schemes,
      onEnded: (recordIds) => {
        this.#isDue = true;
        deps.onDue();
        deps.onEnded(recordIds);
      },
      onEdge: (atSeconds) => {
        this.#following.comesAt(atSeconds);
        deps.onDue();
      },
    });
    this.#people = new People({ ...deps, update: (number, merged) => this.#recolour.update(number, merged) });
    this.#ended = new EndedCodes(deps);
    this.unneeded = new UnneededFiles(deps);
    const shared = { ...deps, people: this.#people, recolour: this.#recolour, alarm };
    this.#following = new Following({ ...shared, acted });
    this.orders = new Orders(shared);
    this.#rulings = new Rulings({ ...shared, placesOf: (recordIds) => this.#ended.placesOf(recordIds) });
  }

  static async open(deps: HealthDependencies): Promise<Health> {
    await indexLinkedDocuments(deps);
    const [alarm, acted] = await Promise.all([ManualAlarm.open(deps), ActedFacts.open(deps)]);
    return new Health(deps, { alarm, acted });
  }

  /** Derives the colour and issues its code. Throws `HEALTH_…`, and as `RecordIssuer.issueDerived`. */
  async issue({ person, ...asked }: StatusRequest): Promise<IssuedStatus> {
    this.#checkOwn(asked.scheme);
    const presented = 'subject' in person ? { presented: person.subject } : {};
    const issue: OnFile<IssuedStatus> = (number, file, look) =>
      this.#recolour.issue(number, { file, look }, { ...asked, ...presented });
    return await this.#people.whileAlone(person, issue, { isWhole: true });
  }

  /** The colour as it follows now; writes nothing. Throws as {@link issue}. */
  async colourOf(person: Person, scheme: Scheme): Promise<DerivedColour> {
    this.#checkOwn(scheme);
    return await this.#recolour.colourOf(await this.#people.fileOf(person), scheme);
  }

  /** Whether nothing is known under the documents of somebody who comes from elsewhere that is not of them. */
  async isAllOf(subject: Subject): Promise<boolean> {
    return await this.#people.isAllOf(subject);
  }

  /** Throws `HEALTH_PERSON_UNKNOWN`. */
  async shown(person: Person): Promise<readonly ShownColour[]> {
    return (await this.#people.filesOf(person)).flatMap(shownOf);
  }

  /** All that is held of the person with this document, each file as it is. */
  async heldUnder(document: DocumentReference): Promise<readonly HealthFile[]> {
    return await this.#people.heldUnder(document);
  }

  /**
   * Whether a colour is what it is because of this record: it cannot go before a rule looks at it no more, since whoever
   * may erase would turn colours. Throws `HEALTH_FILE_TOUCHED`.
   */
  async restsOn(recordId: string): Promise<boolean> {
    try {
      const files = await this.#people.filesOf({ recordId });
      const rests = await Promise.all(files.map((file) => this.#recolour.restsOn(file, recordId)));
      return rests.includes(true);
    } catch (error) {
      // What is gone, or does not open, gives no colour.
      if (error instanceof EnvelopeError) return false;
      if (error instanceof IssuerError && error.code === 'RECORD_NOT_FOUND') return false;
      throw error;
    }
  }

  /** Proposes another colour than the rules give: the id of the legal act that two people must approve. */
  async rule(person: Person, terms: RulingTerms, idempotencyKey?: string): Promise<string> {
    this.#checkOwn(terms.scheme);
    return await this.#rulings.propose(person, terms, idempotencyKey);
  }

  /**
   * All that waits: new facts, and the time, turn the colours of whom they are about, approved rulings hold, codes of
   * former colours end, files that nobody needs are destroyed. Cut short, the next call goes on.
   */
  async carryOut(): Promise<void> {
    this.#isDue = false;
    await this.#following.lookAgain();
    await this.#following.facts();
    await this.#following.acts();
    await this.#following.edges();
    await this.#rulings.settle((work) => orSkip(work, this.#deps.log));
    await this.#ended.end((work) => orSkip(work, this.#deps.log));
    await this.unneeded.endForgotten();
    await this.unneeded.prune();
  }

  /** When the next pass is due, milliseconds. */
  get nextDueMs(): number {
    return this.#isDue ? 0 : this.#following.nextEdge * 1000;
  }

  #checkOwn(scheme: Scheme): void {
    if (!this.schemes.includes(scheme)) {
      throw new IssuerError('HEALTH_SCHEME_ELSEWHERE', 'the scheme is given in another jurisdiction');
    }
  }
}
