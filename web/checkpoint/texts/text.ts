/** Every sentence of the page. A language is one value of this type, so none can miss one. */
import type { FreshnessGrade, Step, StepResult } from '../../../core/verify/verdict.ts';
import type { Outcome } from '../../../core/verify/reasons.ts';
import type { CameraProblem } from '../input/camera.ts';
import type { Hint } from '../input/watch.ts';
import type { PageProblem } from '../../../core/bundle/day-pages.ts';
import type { SignersProblem } from '../foreign-trust.ts';
import type { LearnProblem } from '../engine/protocol.ts';
import type { StatedFact } from '../engine/stated.ts';
import type { Place, Route, RulesOf, Traveller } from '../places.ts';

export interface Texts {
  readonly app: string;
  readonly loading: string;
  readonly back: string;
  readonly close: string;
  readonly language: string;
  readonly setUp: {
    readonly title: string;
    readonly intro: string;
    readonly introWithLog: string;
    readonly mode: string;
    readonly venue: string;
    readonly venueHelp: string;
    readonly border: string;
    readonly borderHelp: string;
    readonly place: string;
    readonly route: string;
    readonly traveller: string;
    readonly rules: string;
    readonly rulesHelp: string;
    readonly notInForce: string;
    readonly device: string;
    readonly frontCamera: string;
    readonly kiosk: string;
    readonly kioskHelp: string;
    readonly sound: string;
    readonly begin: string;
  };
  readonly places: Readonly<Record<Place, string>>;
  readonly routes: Readonly<Record<Route, string>>;
  readonly travellers: Readonly<Record<Traveller, string>>;
  readonly rulesOf: Readonly<Record<RulesOf, string>>;
  readonly scan: {
    readonly title: string;
    readonly aim: string;
    readonly starting: string;
    readonly hints: Readonly<Record<Hint, string>>;
    readonly camera: Readonly<Record<CameraProblem, string>>;
    readonly retry: string;
    readonly type: string;
    readonly picture: string;
    readonly group: string;
    readonly settings: string;
    readonly status: string;
    readonly hold: (name: string) => string;
    readonly pasteTitle: string;
    readonly pasteLabel: string;
    readonly check: string;
    readonly pictureUnreadable: string;
    readonly pictureSeveral: string;
    readonly checking: string;
    readonly failed: string;
    /** The page and its engine are of two builds. */
    readonly mixed: string;
    readonly another: string;
  };
  readonly age: Readonly<Record<Exclude<FreshnessGrade, 'unknown'>, (age: string) => string>> & {
    readonly none: string;
    readonly clock: string;
    readonly label: string;
  };
  readonly verdict: {
    readonly words: Readonly<Record<Outcome, string>>;
    readonly advice: Readonly<Record<Outcome, string>>;
    readonly next: string;
    readonly nextPerson: string;
    readonly addCode: string;
    readonly evidence: string;
    readonly holder: string;
    readonly document: string;
    readonly born: string;
    readonly issuer: string;
    readonly issued: string;
    readonly kind: string;
    readonly steps: Readonly<Record<Step, string>>;
    readonly results: Readonly<Record<StepResult, string>>;
    readonly policy: string;
    /** A rule that fails, and one that cannot be decided, by its message. */
    readonly missing: (rule: string) => string;
    readonly undecided: (rule: string) => string;
    readonly identity: (result: string) => string;
    readonly identityResults: Readonly<Record<'match' | 'near' | 'mismatch' | 'undecided', string>>;
    readonly notOnLedger: string;
    readonly returns: string;
    readonly newerThanList: string;
    /** What else than of a list that was asked for (`status.problems`) is said at an answer that a newer one may change. */
    readonly listProblems: Readonly<Record<'OFFLINE' | 'NO_NEWER_YET', string>>;
    /** Why the ledger's entry of an older credential is not at hand. */
    readonly pageProblems: Readonly<Record<PageProblem, string>>;
  };
  readonly document: {
    readonly title: string;
    readonly intro: string;
    readonly zone: string;
    readonly zoneHelp: string;
    readonly zoneInvalid: string;
    readonly or: string;
    readonly number: string;
    readonly name: string;
    readonly birth: string;
    readonly birthHelp: string;
    readonly birthInvalid: string;
    readonly compare: string;
    readonly skip: string;
    readonly empty: string;
  };
  /** What the rules ask an officer. */
  readonly stated: {
    readonly title: string;
    readonly help: string;
    readonly facts: Readonly<Record<StatedFact, string>>;
    readonly yes: string;
    readonly no: string;
    readonly notAsked: string;
    /** At the answer. */
    readonly said: string;
    readonly unchecked: string;
  };
  readonly group: {
    readonly running: (count: number) => string;
    readonly finish: string;
    readonly title: string;
    readonly empty: string;
    readonly person: (number: number) => string;
    readonly close: string;
  };
  readonly status: {
    readonly title: string;
    readonly list: string;
    readonly lastBlock: string;
    readonly issuers: string;
    readonly batches: string;
    readonly statusLists: string;
    readonly update: string;
    readonly updating: string;
    readonly problems: Readonly<Record<LearnProblem, string>>;
    /** Of those whose codes of other systems count. */
    readonly signersProblems: Readonly<Record<SignersProblem, string>>;
    readonly keptLast: string;
    readonly buildLost: string;
    readonly today: string;
    readonly nobodyYet: string;
    readonly compared: string;
    readonly privacy: string;
    readonly privacyWithLog: string;
  };
  /** The sealed log. */
  readonly log: {
    readonly title: string;
    readonly about: string;
    readonly empty: string;
    readonly checks: string;
    readonly since: string;
    readonly handOver: string;
    readonly handedOver: (checks: number) => string;
    readonly failed: string;
    /** Checks that are not in it. */
    readonly missing: (checks: number) => string;
    readonly unreadable: string;
  };
}
