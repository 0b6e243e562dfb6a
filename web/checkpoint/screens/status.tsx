/** What the device knows, how old it is, why there is nothing newer, and how many were checked today. */
import type { JSX } from 'preact';
import { OUTCOMES } from '../../../core/verify/reasons.ts';
import { timeText } from '../../shared/texts/times.ts';
import { Button } from '../../shared/ui/button.tsx';
import { Facts, type Fact } from '../../shared/ui/facts.tsx';
import { Notice } from '../../shared/ui/notice.tsx';
import { Page } from '../../shared/ui/page.tsx';
import type { CheckpointModel, CheckpointState } from '../model.ts';
import type { Texts } from '../texts/text.ts';
import { ListAge } from './list-age.tsx';
import { LogCard, useLog, type LogAtHand } from './log-card.tsx';
import { OutcomeSign } from './outcome-sign.tsx';

export interface StatusProps {
  readonly model: CheckpointModel;
  readonly state: CheckpointState;
  readonly texts: Texts;
  readonly nowSeconds: number;
  readonly log: LogAtHand;
}

export function Status({ log, model, nowSeconds, state, texts }: StatusProps): JSX.Element {
  const { isUpdating, known, knowledgeProblem, settings } = state;
  const { status } = texts;
  return (
    <Page
      title={status.title}
      back={{ name: texts.back, onPress: () => model.scanNext() }}
      actions={
        <Button look="primary" isDisabled={isUpdating} onPress={() => void model.update()}>
          {isUpdating ? status.updating : status.update}
        </Button>
      }
    >
      <section class="card">
        <h2>{status.list}</h2>
        <ListAge
          known={known}
          policy={model.policy}
          nowSeconds={nowSeconds}
          language={settings.language}
          texts={texts}
        />
        {known.blockNumber < 0 ? null : <Facts facts={knownFacts(state, texts)} />}
      </section>
      {knowledgeProblem === undefined ? null : (
        <Notice look="warning">
          <p>{state.isMixed ? texts.scan.mixed : status.problems[knowledgeProblem]}</p>
          {known.blockNumber < 0 ? null : <p>{status.keptLast}</p>}
        </Notice>
      )}
      {state.isBuildLost ? <Notice look="warning">{status.buildLost}</Notice> : null}
      <Signers state={state} texts={texts} />
      <Today state={state} texts={texts} />
      <Kept log={log} state={state} texts={texts} />
    </Page>
  );
}

/** That there is no newer list of those whose codes of other systems count, and why. */
function Signers({ state: { signers }, texts }: Pick<StatusProps, 'state' | 'texts'>): JSX.Element | null {
  const { isListInUse, problem } = signers;
  if (problem === undefined) return null;
  return (
    <Notice look="warning">
      <p>{texts.status.signersProblems[problem]}</p>
      {isListInUse ? <p>{texts.status.keptLast}</p> : null}
    </Notice>
  );
}

/** What this device keeps. The log is there when there is anything to say of it. */
function Kept({ log, state, texts }: Pick<StatusProps, 'log' | 'state' | 'texts'>): JSX.Element | null {
  const here = useLog(log);
  if (here === undefined) return null;
  // Without a key nothing is added; what is kept may still be handed over.
  const isNothingKept = here !== 'unreadable' && here.boxes === 0 && here.missing === 0;
  const isLogHere = state.operator.logKey !== undefined || !isNothingKept;
  if (!isLogHere) return <p class="intro">{texts.status.privacy}</p>;
  return (
    <>
      <p class="intro">{texts.status.privacyWithLog}</p>
      <LogCard log={log} here={here} state={state} texts={texts} />
    </>
  );
}

function Today({ state, texts }: Pick<StatusProps, 'state' | 'texts'>): JSX.Element {
  const { counts } = state;
  const isEmpty = OUTCOMES.every((outcome) => counts[outcome] === 0);
  return (
    <section class="card">
      <h2>{texts.status.today}</h2>
      {isEmpty ? (
        <p class="intro">{texts.status.nobodyYet}</p>
      ) : (
        <>
          <ul class="tally">
            {OUTCOMES.map((outcome) => (
              <li class={`tally-part outcome-${outcome}`} key={outcome}>
                <OutcomeSign outcome={outcome} />
                <span>{texts.verdict.words[outcome]}</span>
                <strong>{counts[outcome]}</strong>
              </li>
            ))}
          </ul>
          <Facts facts={[{ name: texts.status.compared, value: String(counts.compared) }]} />
        </>
      )}
    </section>
  );
}

function knownFacts({ known, settings }: CheckpointState, { status }: Texts): readonly Fact[] {
  return [
    {
      name: status.lastBlock,
      value: `${known.blockNumber} · ${timeText(known.timeSeconds, settings.language)}`,
    },
    { name: status.issuers, value: String(known.issuers) },
    { name: status.batches, value: String(known.roots) },
    { name: status.statusLists, value: String(known.statusLists) },
  ];
}
