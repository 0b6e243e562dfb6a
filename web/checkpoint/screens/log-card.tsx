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

export interface LogHere extends LogExtent {
  /** Checks of the days that are kept which have no box: there was no room for it. */
  readonly missing: number;
}

export interface LogAtHand {
  /** Rejects where it cannot be read. */
  readonly look: () => Promise<LogHere>;
  /** Saves it as a file; resolves to the number of checks in it. */
  readonly handOver: () => Promise<number>;
}

/** `unreadable`: nobody can say now. */
export type KnownLog = LogHere | 'unreadable';

/** `undefined` until it is known. */
export function useLog(log: LogAtHand): KnownLog | undefined {
  const [here, setHere] = useState<KnownLog>();
  useEffect(() => void log.look().then(setHere, () => setHere('unreadable')), [log]);
  return here;
}

export interface LogCardProps {
  readonly log: LogAtHand;
  readonly here: KnownLog;
  readonly state: CheckpointState;
  readonly texts: Texts;
}

type Outcome = { readonly kind: 'done'; readonly checks: number } | { readonly kind: 'failed' };

export function LogCard({
  here,
  log,
  state: { settings },
  texts: { log: texts },
}: LogCardProps): JSX.Element {
  const [outcome, setOutcome] = useState<Outcome>();
  const missing = here === 'unreadable' ? 0 : here.missing;
  const isEmpty = here !== 'unreadable' && here.since === undefined && missing === 0;
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
      <Kept here={here} language={settings.language} texts={texts} />
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
  readonly here: KnownLog;
  readonly language: Language;
  readonly texts: Texts['log'];
}

function Kept({ here, language, texts }: KeptProps): JSX.Element {
  if (here === 'unreadable') return <Notice look="warning">{texts.unreadable}</Notice>;
  if (here.since === undefined) return <p class="intro">{texts.empty}</p>;
  return (
    <Facts
      facts={[
        { name: texts.checks, value: String(here.boxes) },
        { name: texts.since, value: dateText(here.since, language) },
      ]}
    />
  );
}
