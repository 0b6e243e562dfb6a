/** How old the list is that decides: on every screen where something is decided. */
import type { JSX } from 'preact';
import { ageText } from '../../shared/texts/times.ts';
import type { Language } from '../../shared/texts/languages.ts';
import { Icon } from '../../shared/ui/icon.tsx';
import type { CheckpointPolicy } from '../engine/checkpoint-policy.ts';
import type { Known } from '../engine/protocol.ts';
import { freshnessNow } from '../knowledge/freshness-now.ts';
import type { Texts } from '../texts/text.ts';

export interface ListAgeProps {
  readonly known: Known;
  readonly policy: CheckpointPolicy;
  readonly nowSeconds: number;
  readonly language: Language;
  readonly texts: Texts;
}

export function ListAge({ known, language, nowSeconds, policy, texts }: ListAgeProps): JSX.Element {
  const { ageSeconds, grade } = freshnessNow(known, policy, nowSeconds);
  return (
    <p class={`list-age list-age-${grade}`}>
      <Icon name={grade === 'fresh' ? 'clock' : 'warning'} />
      <span class="visually-hidden">{texts.age.label}: </span>
      <span>{sentence()}</span>
    </p>
  );

  function sentence(): string {
    if (grade !== 'unknown') return texts.age[grade](ageText(ageSeconds, language));
    return known.blockNumber < 0 ? texts.age.none : texts.age.clock;
  }
}
