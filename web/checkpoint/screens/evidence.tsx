/** On what the answer rests, for who asks. A venue sees which steps were taken, and nothing that the code says. */
import type { JSX } from 'preact';
import type { JsonValue } from '../../../core/bytes/canonical-json.ts';
import type { Code } from '../../../core/record/record.ts';
import { displayName } from '../../../core/record/value-sets.ts';
import type { Verdict } from '../../../core/verify/verdict.ts';
import { recordsIn } from '../../../core/verify/verified-record.ts';
import type { Language } from '../../shared/texts/languages.ts';
import { dateText, timeText } from '../../shared/texts/times.ts';
import { Facts, type Fact } from '../../shared/ui/facts.tsx';
import type { Mode } from '../engine/checkpoint-policy.ts';
import type { Decision } from '../engine/protocol.ts';
import { FACT_NAMES } from '../texts/facts.ts';
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
      <div class="verdict-evidence">
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
            ...policies.map(({ id, title, version }) => ({
              name: `${id}@${version}`,
              value: title[language],
            })),
          ]}
        />
        {reasons.length === 0 ? null : <p class="verdict-codes">{reasons.join(' · ')}</p>}
      </div>
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

/** What the records say, in the words of the value sets where these have one. */
function recordFacts({ evidence }: Verdict, language: Language): readonly Fact[] {
  return recordsIn(evidence).flatMap(({ facts }) =>
    Object.entries(facts).flatMap(([name, value]): readonly Fact[] => {
      const text = valueText(value, language);
      return text === '' ? [] : [{ name: FACT_NAMES.get(name)?.[language] ?? name, value: text }];
    }),
  );
}

/** Empty for what has no place in a line. */
function valueText(value: JsonValue, language: Language): string {
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value)) return value.map((one: JsonValue) => valueText(one, language)).join(', ');
  if (typeof value !== 'string') return '';
  // A text that is no code has no entry.
  const name = displayName(value as Code, language);
  return name ?? (/^\d{4}-\d{2}-\d{2}$/.test(value) ? dateText(value, language) : value);
}
