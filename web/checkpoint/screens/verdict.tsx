/** The answer, for a glance at two metres: colour, shape and word first, then why, then the person, then the proof. */
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { REASONS } from '../../../core/verify/reasons.ts';
import { Button } from '../../shared/ui/button.tsx';
import { useFocusOnce } from '../../shared/ui/use-focus-once.ts';
import type { PresentedIdentity } from '../../../core/record/identity-match.ts';
import type { Decision, ListProblem } from '../engine/protocol.ts';
import type { CheckpointModel, CheckpointState } from '../model.ts';
import type { Texts } from '../texts/text.ts';
import { verdictShows } from '../timings.ts';
import { Evidence } from './evidence.tsx';
import { ListAge } from './list-age.tsx';
import { OutcomeSign } from './outcome-sign.tsx';
import { Person } from './person.tsx';
import { placeText } from './place-text.ts';
import { StatedAnswers } from './stated.tsx';
import { useKioskReturn } from './use-kiosk-return.ts';

export interface VerdictProps {
  readonly model: CheckpointModel;
  readonly state: CheckpointState;
  readonly decision: Decision;
  readonly presented: PresentedIdentity | undefined;
  readonly texts: Texts;
  readonly nowSeconds: number;
}

/** Long enough to read a refusal and turn to somebody. */
const KIOSK_RETURN_MS = 8000;

export function Verdict({ decision, model, nowSeconds, presented, state, texts }: VerdictProps): JSX.Element {
  const { outcome } = decision;
  const { group, known, settings } = state;
  const word = useFocusOnce<HTMLHeadingElement>(decision);
  useEffect(verdictShows, [decision]);
  useKioskReturn(settings.isKiosk, () => model.scanNext(), { afterMs: KIOSK_RETURN_MS, since: decision });
  return (
    <div class={`verdict verdict-${outcome}`}>
      <header class="verdict-bar">
        <p class="verdict-place">{placeText(settings, texts)}</p>
        <ListAge
          known={known}
          policy={model.policy}
          nowSeconds={nowSeconds}
          language={settings.language}
          texts={texts}
        />
      </header>
      <main class="verdict-main">
        <div class="verdict-answer" role="alert">
          <OutcomeSign outcome={outcome} />
          <h1 class="verdict-word" ref={word} tabIndex={-1}>
            {texts.verdict.words[outcome]}
          </h1>
          <p class="verdict-advice">{texts.verdict.advice[outcome]}</p>
        </div>
        <Reasons decision={decision} state={state} texts={texts} />
        {decision.listProblem === undefined || settings.isKiosk ? null : (
          <div class="verdict-update">
            <Button
              icon="clock"
              isDisabled={state.isUpdating || state.isChecking}
              onPress={() => void model.updateAndJudge()}
            >
              {state.isUpdating ? texts.status.updating : texts.status.update}
            </Button>
          </div>
        )}
        <Person decision={decision} presented={presented} mode={settings.mode} texts={texts} />
        {settings.mode === 'border' ? <StatedAnswers decision={decision} texts={texts} /> : null}
        <Evidence decision={decision} mode={settings.mode} language={settings.language} texts={texts} />
      </main>
      <div class={group === undefined ? 'verdict-actions' : 'verdict-actions verdict-actions-group'}>
        {settings.isKiosk ? <p class="verdict-returns">{texts.verdict.returns}</p> : null}
        {settings.isKiosk ? null : <MoreActions model={model} isGroup={group !== undefined} texts={texts} />}
        <Button look="primary" icon="next" onPress={() => model.scanNext()}>
          {group === undefined ? texts.verdict.next : texts.verdict.nextPerson}
        </Button>
      </div>
    </div>
  );
}

interface MoreActionsProps {
  readonly model: CheckpointModel;
  readonly isGroup: boolean;
  readonly texts: Texts;
}

function MoreActions({ isGroup, model, texts }: MoreActionsProps): JSX.Element {
  return (
    <>
      <Button icon="add" onPress={() => model.addCode()}>
        {texts.verdict.addCode}
      </Button>
      {isGroup ? (
        <Button icon="group" onPress={() => model.showSummary()}>
          {texts.group.finish}
        </Button>
      ) : null}
    </>
  );
}

/** In plain words, and what the rules of the place miss; a venue is not told what somebody lacks. */
function Reasons({
  decision,
  state,
  texts,
}: Pick<VerdictProps, 'decision' | 'state' | 'texts'>): JSX.Element | null {
  const { language, mode } = state.settings;
  const missing =
    mode === 'venue'
      ? []
      : decision.policies.flatMap(({ rules }) => rules.filter(({ result }) => result !== 'pass'));
  if (decision.reasons.length === 0) return null;
  return (
    <ul class="verdict-reasons">
      {decision.reasons.map((reason) => (
        <li key={reason}>{REASONS[reason].title[language]}</li>
      ))}
      {decision.pageProblem === undefined ? null : (
        <li>{texts.verdict.pageProblems[decision.pageProblem]}</li>
      )}
      {decision.listProblem === undefined ? null : (
        <li class="verdict-detail">
          {decision.reasons.includes('ROOT_NOT_SEEN') ? <p>{texts.verdict.newerThanList}</p> : null}
          <p>{listProblemText(decision.listProblem, texts)}</p>
        </li>
      )}
      {missing.map(({ id, message, result }) => (
        <li class="verdict-detail" key={id}>
          {result === 'undecided'
            ? texts.verdict.undecided(message[language])
            : texts.verdict.missing(message[language])}
        </li>
      ))}
    </ul>
  );
}

function listProblemText(problem: ListProblem, { status, verdict }: Texts): string {
  const isSaidHere = problem === 'OFFLINE' || problem === 'NO_NEWER_YET';
  return isSaidHere ? verdict.listProblems[problem] : status.problems[problem];
}
