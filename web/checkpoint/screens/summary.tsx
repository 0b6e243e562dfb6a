/** A family, a coach: everybody's outcome in a row, without names. Gone when it is closed. */
import type { JSX } from 'preact';
import { OUTCOMES, REASONS } from '../../../core/verify/reasons.ts';
import { Button } from '../../shared/ui/button.tsx';
import { Page } from '../../shared/ui/page.tsx';
import type { CheckpointModel, CheckpointState } from '../model.ts';
import type { Texts } from '../texts/text.ts';
import { OutcomeSign } from './outcome-sign.tsx';

export interface SummaryProps {
  readonly model: CheckpointModel;
  readonly state: CheckpointState;
  readonly texts: Texts;
}

export function Summary({ model, state, texts }: SummaryProps): JSX.Element {
  const { group = [], settings } = state;
  return (
    <Page
      title={texts.group.title}
      back={{ name: texts.back, onPress: () => model.scanNext() }}
      actions={
        <Button look="primary" icon="check" onPress={() => model.closeGroup()}>
          {texts.group.close}
        </Button>
      }
    >
      {group.length === 0 ? <p class="intro">{texts.group.empty}</p> : null}
      <ul class="tally">
        {OUTCOMES.map((outcome) => (
          <li class={`tally-part outcome-${outcome}`} key={outcome}>
            <OutcomeSign outcome={outcome} />
            <span>{texts.verdict.words[outcome]}</span>
            <strong>{group.filter((member) => member.outcome === outcome).length}</strong>
          </li>
        ))}
      </ul>
      <ol class="members">
        {group.map(({ outcome, reasons }, i) => (
          // People stand in the order in which they were checked.
          <li class="member" key={i}>
            <span class={`member-sign outcome-${outcome}`}>
              <OutcomeSign outcome={outcome} />
            </span>
            <div>
              <p class="member-name">{`${texts.group.person(i + 1)}: ${texts.verdict.words[outcome]}`}</p>
              <p class="intro">
                {reasons.map((reason) => REASONS[reason].title[settings.language]).join(' ')}
              </p>
            </div>
          </li>
        ))}
      </ol>
    </Page>
  );
}
