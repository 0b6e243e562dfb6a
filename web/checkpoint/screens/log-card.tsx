/** The sealed log: how much of it lies here, and the way to hand it over. */
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Language } from '../../shared/texts/languages.ts';
import { dateText } from '../../shared/texts/times.ts';
import { Button } from '../../shared/ui/button.tsx';
import { Facts } from '../../shared/ui/facts.tsx';
import { Notice } from '../../shared/ui/notice.tsx';
import type { LogExtent } from '../log/kept-log.ts';
import type { CheckpointState } from '../model.ts';
import type { Texts } from '../texts/text.ts';

export interface LogAtHand {
  readonly extent: () => Promise<LogExtent>;
  /** Checks since the page was opened that could not be kept. */
  readonly missing: () => number;
  /** Saves it as a file; resolves to the number of checks in it. */
  readonly handOver: () => Promise<number>;
}

/** `unreadable`: nobody can say now. */
export type KnownExtent = LogExtent | 'unreadable';

/** `undefined` until it is known. */
export function useLogExtent(log: LogAtHand): KnownExtent | undefined {
  const [extent, setExtent] = useState<KnownExtent>();
  useEffect(() => void log.extent().then(setExtent, () => setExtent('unreadable')), [log]);
  return extent;
}

export interface LogCardProps {
  readonly log: LogAtHand;
  readonly extent: KnownExtent;
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
  const missing = log.missing();
  const isEmpty = extent !== 'unreadable' && extent.since === undefined;
  const handOver = (): void =>
    void log.handOver().then(
      (checks) => setOutcome({ kind: 'done', checks }),
      () => setOutcome({ kind: 'failed' }),
    );
  return (
    <section class="card">
      <h2>{texts.title}</h2>
      <p class="intro">{texts.about}</p>
      {missing === 0 ? null : <Notice look="warning">{texts.missing(missing)}</Notice>}
      <Kept extent={extent} language={settings.language} texts={texts} />
      {outcome === undefined ? null : (
        <Notice {...(outcome.kind === 'done' ? { icon: 'check' } : { look: 'warning' })}>
          {outcome.kind === 'done' ? texts.handedOver(outcome.checks) : texts.failed}
        </Notice>
      )}
      {isEmpty ? null : (
        <Button icon="list" onPress={handOver}>
          {texts.handOver}
        </Button>
      )}
    </section>
  );
}

interface KeptProps {
  readonly extent: KnownExtent;
  readonly language: Language;
  readonly texts: Texts['log'];
}

function Kept({ extent, language, texts }: KeptProps): JSX.Element {
  if (extent === 'unreadable') return <Notice look="warning">{texts.unreadable}</Notice>;
  if (extent.since === undefined) return <p class="intro">{texts.empty}</p>;
  return (
    <Facts
      facts={[
        { name: texts.checks, value: String(extent.boxes) },
        { name: texts.since, value: dateText(extent.since, language) },
      ]}
    />
  );
}
