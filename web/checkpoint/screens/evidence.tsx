/** On what the answer rests, for who asks. A venue sees which steps were taken, and nothing that the code says. */
import type { JSX } from 'preact';
import type { Code } from '../../../core/record/record.ts';
import { displayName } from '../../../core/record/value-sets.ts';
import type { Verdict } from '../../../core/verify/verdict.ts';
import type { Language } from '../../shared/texts/languages.ts';
import { timeText } from '../../shared/texts/times.ts';
import { Facts, type Fact } from '../../shared/ui/facts.tsx';
import type { Mode } from '../engine/checkpoint-policy.ts';
import type { Decision } from '../engine/protocol.ts';
import type { Texts } from '../texts/text.ts';

export interface EvidenceProps {
  readonly decision: Decision;
  readonly mode: Mode;
  readonly language: Language;
  readonly texts: Texts;
}

export function Evidence({ decision, language, mode, texts }: EvidenceProps): JSX.Element {
  const { parts, policies, policy, reasons } = decision;
  return (
    <details class="card verdict-card">
      <summary class="verdict-summary">{texts.verdict.evidence}</summary>
      {parts.map((part, i) => (
        // A person's codes keep their order.
        <div class="verdict-part" key={i}>
          <Facts facts={issuingFacts(part, language, texts)} />
          {mode === 'border' ? <Facts facts={recordFacts(part, language)} /> : null}
          <Steps verdict={part} texts={texts} />
          {part.evidence.foreign === undefined ? null : <p class="intro">{texts.verdict.notOnLedger}</p>}
        </div>
      ))}
      <Facts
        facts={[
          { name: texts.verdict.policy, value: `${policy.id}@${policy.version}` },
          ...policies.map(({ id, title, version }) => ({ name: `${id}@${version}`, value: title[language] })),
        ]}
      />
      {reasons.length === 0 ? null : <p class="verdict-codes">{reasons.join(' · ')}</p>}
    </details>
  );
}

function Steps({ texts, verdict }: { readonly verdict: Verdict; readonly texts: Texts }): JSX.Element {
  const { results, steps } = texts.verdict;
  return (
    <ul class="steps">
      {verdict.steps.map(({ result, step }) => (
        <li class={`step step-${result}`} key={step}>
          <span>{steps[step]}</span>
          <strong>{results[result]}</strong>
        </li>
      ))}
    </ul>
  );
}

function issuingFacts({ evidence }: Verdict, language: Language, { verdict }: Texts): readonly Fact[] {
  const { foreign, format, issuedAtSeconds, issuer } = evidence;
  const signer = foreign?.signer;
  const by = issuer === undefined ? signer : { name: issuer.name, country: issuer.jurisdiction };
  return [
    ...(format === undefined ? [] : [{ name: verdict.kind, value: format }]),
    ...(by === undefined
      ? []
      : [{ name: verdict.issuer, value: [by.name, by.country].filter(Boolean).join(', ') }]),
    ...(issuedAtSeconds === undefined
      ? []
      : [{ name: verdict.issued, value: timeText(issuedAtSeconds, language) }]),
  ];
}

/** What the record says, in the words of its value sets where they have one. */
function recordFacts({ evidence }: Verdict, language: Language): readonly Fact[] {
  const facts = evidence.claims?.facts ?? {};
  return Object.entries(facts).flatMap(([name, value]): readonly Fact[] => {
    if (typeof value === 'number') return [{ name, value: String(value) }];
    // A text that is no code has no entry.
    return typeof value === 'string' ? [{ name, value: displayName(value as Code, language) ?? value }] : [];
  });
}
