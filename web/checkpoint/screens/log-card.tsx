/** The sealed log: how much of it lies here, and the way to hand it over. */
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

/** `undefined` until it is known. */
export function useLogExtent(log: LogAtHand): LogExtent | undefined {
  const [extent, setExtent] = useState<LogExtent>();
  useEffect(() => void log.extent().then(setExtent), [log]);
  return extent;
}

export interface LogCardProps {
  readonly log: LogAtHand;
  readonly extent: LogExtent;
  readonly state: CheckpointState;
  readonly texts: Texts;
}

type Outcome = { readonly kind: 'done'; readonly checks: number } | { readonly kind: 'failed' };

export function LogCard({
  extent,
  log,
  state: { settings },
  texts: { log: texts },
}: LogCardProps): JSX.Element {
  const [outcome, setOutcome] = useState<Outcome>();
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
