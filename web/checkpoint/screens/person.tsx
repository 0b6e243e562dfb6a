/** Whom the code names: at a venue a masked name and nothing else; at a border what is compared with the document. */
import type { JSX } from 'preact';
import type { PresentedIdentity } from '../../../core/record/identity-match.ts';
import { maskName } from '../../../core/record/masking.ts';
import { recordsIn, type ShownPerson } from '../../../core/verify/verified-record.ts';
import { Facts, type Fact } from '../../shared/ui/facts.tsx';
import type { Mode } from '../engine/checkpoint-policy.ts';
import type { Decision } from '../engine/protocol.ts';
import type { Texts } from '../texts/text.ts';

export interface PersonProps {
  readonly decision: Decision;
  readonly presented: PresentedIdentity | undefined;
  readonly mode: Mode;
  readonly texts: Texts;
}

/** Between a name and the same name in another script. */
const EM_SPACE = '\u2003';

export function Person({ decision, mode, presented, texts }: PersonProps): JSX.Element | null {
  const [record] = decision.parts.flatMap(({ evidence }) => recordsIn(evidence));
  if (record === undefined) return null;
  const { person } = record;
  if (mode === 'venue') {
    const name = maskedName(person);
    return name === '' ? null : <p class="verdict-person">{name}</p>;
  }
  const identity = decision.parts
    .map(({ evidence }) => evidence.identity)
    .find((match) => match !== undefined);
  return (
    <section class="card verdict-card">
      <Facts facts={factsOf(person, texts)} />
      {presented === undefined || identity === undefined ? null : (
        <>
          <h2>{texts.verdict.identity(texts.verdict.identityResults[identity.result])}</h2>
          <Facts facts={presentedFacts(presented, texts)} />
        </>
      )}
    </section>
  );
}

function maskedName({ nameEn, nameZh }: ShownPerson): string {
  return [nameEn, nameZh].flatMap((name) => (name === undefined ? [] : [maskName(name)])).join(EM_SPACE);
}

function factsOf({ dob, doc, docType, nameEn, nameZh }: ShownPerson, { verdict }: Texts): readonly Fact[] {
  const name = [nameEn, nameZh].filter((part) => part !== undefined).join(EM_SPACE);
  return present([
    { name: verdict.holder, value: name },
    { name: verdict.document, value: [docType, doc].filter((part) => part !== undefined).join(' ') },
    { name: verdict.born, value: dob ?? '' },
  ]);
}

function presentedFacts(
  { birth, documentNumber, documentType, name }: PresentedIdentity,
  { verdict }: Texts,
): readonly Fact[] {
  return present([
    { name: verdict.holder, value: name ?? '' },
    {
      name: verdict.document,
      value: [documentType, documentNumber].filter((part) => part !== undefined).join(' '),
    },
    { name: verdict.born, value: birth ?? '' },
  ]);
}

function present(facts: readonly Fact[]): readonly Fact[] {
  return facts.filter(({ value }) => value.trim() !== '');
}
