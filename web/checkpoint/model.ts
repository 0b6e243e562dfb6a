/**
 * What the page shows and what happens next, without a DOM. A border shows no outcome before the document was compared,
 * or somebody said that there is none; a venue shows it at once. Codes are forgotten when the next screen comes.
 */
import type { DeltaLine } from '../../core/bundle/follow-deltas.ts';
import type { PresentedIdentity } from '../../core/record/identity-match.ts';
import type { Outcome } from '../../core/verify/reasons.ts';
import { recordsIn } from '../../core/verify/verified-record.ts';
import type { Counters, Counts } from './counters.ts';
import { NO_COUNTS } from './counters.ts';
import type { CheckpointPolicy } from './engine/checkpoint-policy.ts';
import type { Decision, Known, LearnProblem, VerifyQuestion } from './engine/protocol.ts';
import type { Stated } from './engine/stated.ts';
import { CardParts } from '../../core/foreign/shc/card-parts.ts';
import type { SignersReport } from './foreign-trust.ts';
import type { KnowledgeReport } from './knowledge/knowledge.ts';
import { NOTHING_KNOWN } from './knowledge/knowledge.ts';
import { NO_OPERATOR, type Operator } from './operator.ts';
import { policyOf, type Settings } from './settings.ts';

export type Screen =
  | { readonly name: 'starting' }
  | { readonly name: 'set-up' }
  | { readonly name: 'scan' }
  | { readonly name: 'document'; readonly decision: Decision }
  | { readonly name: 'verdict'; readonly decision: Decision; readonly presented?: PresentedIdentity }
  | { readonly name: 'summary' }
  | { readonly name: 'status' };

/** One of a group, as its summary shows it: no name. */
export interface GroupMember {
  readonly outcome: Outcome;
  readonly reasons: Decision['reasons'];
}

export interface CheckpointState {
  readonly screen: Screen;
  readonly settings: Settings;
  readonly operator: Operator;
  readonly known: Known;
  readonly knowledgeProblem?: LearnProblem;
  /** Whose codes of other systems are trusted. */
  readonly signers: SignersReport;
  readonly isUpdating: boolean;
  readonly isChecking: boolean;
  readonly hasFailed: boolean;
  /** The engine that came is of another build than the page: it is not asked, and nothing is decided. */
  readonly isMixed: boolean;
  /** A newer build of the page came and could not be kept: what was kept before works on. */
  readonly isBuildLost: boolean;
  readonly counts: Counts;
  /** Absent: one person at a time. */
  readonly group?: readonly GroupMember[];
  /** How many codes of this person were read before the one that is waited for. */
  readonly codesBefore: number;
}

export interface ModelPorts {
  readonly decide: (question: VerifyQuestion) => Promise<Decision>;
  /** All that is new: of the ledger, and what the operator says. */
  readonly update: (line: DeltaLine) => Promise<KnowledgeReport>;
  /** The latest of the ledger alone, while somebody waits. */
  readonly latest: () => Promise<KnowledgeReport>;
  readonly counters: Counters;
  readonly nowSeconds: () => number;
  readonly keepSettings: (settings: Settings) => void;
  /** Sound, vibration, log. */
  readonly onDecision: (decision: Decision, settings: Settings) => void;
}

export class CheckpointModel {
  readonly #ports: ModelPorts;
  readonly #listeners = new Set<() => void>();
  #state: CheckpointState;
  /** Of the person in front of the checkpoint. */
  #texts: readonly string[] = [];
  #parts = new CardParts();
  /** Another number for each person: an answer about one who was forgotten meanwhile is nobody's. */
  #person = 0;
  /** The last one who got an answer. */
  #answered = -1;
  #learning: Promise<void> | undefined;

  constructor(settings: Settings, ports: ModelPorts) {
    this.#ports = ports;
    this.#state = {
      screen: { name: 'starting' },
      settings,
      operator: NO_OPERATOR,
      known: NOTHING_KNOWN,
      signers: { isListInUse: false },
      isUpdating: false,
      isChecking: false,
      hasFailed: false,
      isMixed: false,
      isBuildLost: false,
      counts: NO_COUNTS,
      codesBefore: 0,
    };
  }

  get state(): CheckpointState {
    return this.#state;
  }

  get policy(): CheckpointPolicy {
    const { operator, settings } = this.#state;
    return policyOf(settings, operator.ageingSeconds);
  }

  /** Calls `listener` after every change, until the function that comes back is called. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** @param isSetUp whether somebody has chosen before */
  begin(counts: Counts, isSetUp: boolean): void {
    this.#set({ counts, screen: { name: isSetUp ? 'scan' : 'set-up' } });
  }

  /** What the operator says counts from now on. */
  obey(operator: Operator): void {
    this.#set({ operator });
  }

  signersTold(signers: SignersReport): void {
    this.#set({ signers });
  }

  engineLoaded(isOurVersion: boolean): void {
    this.#set({ isMixed: !isOurVersion });
  }

  buildCame(isKept: boolean): void {
    this.#set({ isBuildLost: !isKept });
  }

  learned({ known, problem }: KnowledgeReport): void {
    const { knowledgeProblem: _, ...state } = this.#state;
    this.#state = {
      ...state,
      known,
      isUpdating: false,
      ...(problem === undefined ? {} : { knowledgeProblem: problem }),
    };
    this.#tell();
  }

  async update(line: DeltaLine = 'deltas'): Promise<void> {
    await this.#learn(() => this.#ports.update(line));
  }

  /** After whoever asks already, for that one may ask for less. */
  async latest(): Promise<void> {
    await this.#learning?.catch(() => undefined);
    await this.#learn(this.#ports.latest);
  }

  /** At an answer: asks for what is new, and what that makes of the person who waits. */
  async updateAndJudge(): Promise<void> {
    const { screen } = this.#state;
    if (screen.name !== 'verdict') return;
    await this.update();
    if (this.#state.screen !== screen) return;
    const decision = await this.#decide(screen.presented, screen.decision.stated);
    if (decision !== undefined) this.#show(decision, screen.presented);
  }

  choose(settings: Settings): void {
    this.#ports.keepSettings(settings);
    this.#set({ settings });
  }

  /** To the camera, from wherever; whoever was in front of the checkpoint is forgotten. */
  scanNext(): void {
    this.#leaveFor({ name: 'scan' });
  }

  /** The next code belongs to the same person. */
  addCode(): void {
    this.#set({ screen: { name: 'scan' }, codesBefore: this.#texts.length });
  }

  open(name: 'set-up' | 'status'): void {
    this.#leaveFor({ name });
  }

  beginGroup(): void {
    this.#set({ group: [] });
  }

  showSummary(): void {
    this.#set({ screen: { name: 'summary' } });
  }

  closeGroup(): void {
    const { group: _, ...state } = this.#state;
    this.#state = state;
    this.scanNext();
  }

  /** A code came in, by camera, scanner, picture or hand. */
  async scanned(text: string): Promise<void> {
    if (this.#state.isChecking) return;
    if (this.#state.codesBefore === 0) this.#forget();
    this.#add(text);
    const decision = await this.#decide();
    if (decision === undefined) return;
    // Bad evidence needs no document to be bad, and a code that names nobody has nothing to compare.
    const isAboutSomebody = decision.parts.some(({ evidence }) => recordsIn(evidence).length > 0);
    const needsDocument =
      this.#state.settings.mode === 'border' && decision.validity !== 'invalid' && isAboutSomebody;
    if (needsDocument) this.#set({ screen: { name: 'document', decision } });
    else this.#show(decision);
  }

  /**
   * Once for each person: a zone that was typed and a button that was pressed are one answer.
   * @param presented nothing in it: there is no document to compare with
   * @param stated what the officer was asked, and said
   */
  async compare(presented: PresentedIdentity, stated?: Stated): Promise<void> {
    if (this.#state.isChecking || this.#state.screen.name !== 'document') return;
    const decision = await this.#decide(presented, stated);
    if (decision !== undefined) this.#show(decision, presented);
  }

  /** One at a time: who asks meanwhile waits for the same answer. */
  #learn(ask: () => Promise<KnowledgeReport>): Promise<void> {
    this.#learning ??= this.#take(ask).finally(() => (this.#learning = undefined));
    return this.#learning;
  }

  async #take(ask: () => Promise<KnowledgeReport>): Promise<void> {
    this.#set({ isUpdating: true });
    try {
      this.learned(await ask());
    } finally {
      // The next one is asked for though this one broke.
      if (this.#state.isUpdating) this.#set({ isUpdating: false });
    }
  }

  #leaveFor(screen: Screen): void {
    this.#forget();
    this.#set({ screen, codesBefore: 0, hasFailed: false, isChecking: false });
  }

  #forget(): void {
    this.#person++;
    this.#texts = [];
    this.#parts = new CardParts();
  }

  /** A card that is whole takes the place of its parts. */
  #add(text: string): void {
    const code = this.#parts.add(text);
    const parts = new Set(code.split('\n'));
    this.#texts = [...this.#texts.filter((before) => !parts.has(before)), code];
  }

  /** `undefined`: there is no answer, or it came after its person was forgotten. */
  async #decide(presented?: PresentedIdentity, stated?: Stated): Promise<Decision | undefined> {
    const person = this.#person;
    this.#set({ isChecking: true, hasFailed: false });
    const decision = await this.#ask(presented, stated).catch(() => undefined);
    if (person !== this.#person) return undefined;
    this.#set({ isChecking: false, hasFailed: decision === undefined });
    return decision;
  }

  async #ask(presented?: PresentedIdentity, stated?: Stated): Promise<Decision> {
    return this.#ports.decide({
      texts: this.#texts,
      policy: this.policy,
      nowSeconds: this.#ports.nowSeconds(),
      ...(presented === undefined ? {} : { presented }),
      ...(stated === undefined ? {} : { stated }),
    });
  }

  #show(decision: Decision, presented?: PresentedIdentity): void {
    const { group, settings } = this.#state;
    const { outcome, reasons } = decision;
    const isSamePerson = this.#answered === this.#person;
    this.#answered = this.#person;
    const others = isSamePerson ? group?.slice(0, -1) : group;
    this.#ports.onDecision(decision, settings);
    this.#set({
      screen: { name: 'verdict', decision, ...(presented === undefined ? {} : { presented }) },
      ...(others === undefined ? {} : { group: [...others, { outcome, reasons }] }),
    });
    // One person is counted once, by their first answer.
    if (isSamePerson) return;
    const isCompared = presented !== undefined && Object.keys(presented).length > 0;
    const nowSeconds = this.#ports.nowSeconds();
    void this.#ports.counters
      .add(outcome, { isCompared, nowSeconds })
      .then((counts) => counts && this.#set({ counts }));
  }

  #set(change: Partial<CheckpointState>): void {
    this.#state = { ...this.#state, ...change };
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
