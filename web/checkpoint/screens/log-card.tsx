/** The sealed log: how much of it lies here, and the way to hand it over. It is there when there is anything to say. */
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { dateText } from '../../shared/texts/times.ts';
import { Button } from '../../shared/ui/button.tsx';
import { Facts } from '../../shared/ui/facts.tsx';
import { Notice } from '../../shared/ui/notice.tsx';
import type { LogExtent } from '../log/kept-log.ts';
import type { CheckpointState } from '../model.ts';
import type { Texts } from '../texts/text.ts';

export interface LogAtHand {
  readonly extent: () => Promise<LogExtent>;
  /** Saves it as a file; resolves to the number of checks in it. */
  readonly handOver: () => Promise<number>;
}

export interface LogCardProps {
  readonly log: LogAtHand;
  readonly state: CheckpointState;
  readonly texts: Texts;
}

type Outcome = { readonly kind: 'done'; readonly checks: number } | { readonly kind: 'failed' };

export function LogCard({ log, state, texts: { log: texts } }: LogCardProps): JSX.Element | null {
  const { operator, settings } = state;
  const [extent, setExtent] = useState<LogExtent>({ boxes: 0 });
  const [outcome, setOutcome] = useState<Outcome>();
  useEffect(() => void log.extent().then(setExtent), [log]);
  // Without a key nothing is added; what is kept may still be handed over.
  if (operator.logKey === undefined && extent.boxes === 0) return null;
  const handOver = (): void =>
    void log.handOver().then(
      (checks) => setOutcome({ kind: 'done', checks }),
      () => setOutcome({ kind: 'failed' }),
    );
  return (
    <section class="card">
      <h2>{texts.title}</h2>
      <p class="intro">{texts.about}</p>
      {extent.since === undefined ? (
        <p class="intro">{texts.empty}</p>
      ) : (
        <Facts
          facts={[
            { name: texts.checks, value: String(extent.boxes) },
            { name: texts.since, value: dateText(extent.since, settings.language) },
          ]}
        />
      )}
      {outcome === undefined ? null : (
        <Notice {...(outcome.kind === 'done' ? { icon: 'check' } : { look: 'warning' })}>
          {outcome.kind === 'done' ? texts.handedOver(outcome.checks) : texts.failed}
        </Notice>
      )}
      {extent.since === undefined ? null : (
        <Button icon="list" onPress={handOver}>
          {texts.handOver}
        </Button>
      )}
    </section>
  );
}
