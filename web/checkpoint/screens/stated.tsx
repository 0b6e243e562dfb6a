/** What the rules ask an officer of the person: asked beside the document, and told with the answer. */
import type { JSX } from 'preact';
import { Choices } from '../../shared/ui/fields.tsx';
import { Facts } from '../../shared/ui/facts.tsx';
import type { Decision } from '../engine/protocol.ts';
import type { Stated, StatedFact } from '../engine/stated.ts';
import type { Texts } from '../texts/text.ts';

type Word = 'yes' | 'no' | 'notAsked';

const WORDS = ['yes', 'no', 'notAsked'] as const;

export interface StatedQuestionsProps {
  readonly asks: readonly StatedFact[];
  readonly stated: Stated;
  readonly texts: Texts;
  readonly onChange: (stated: Stated) => void;
}

/** One tap for each. */
export function StatedQuestions({ asks, onChange, stated, texts }: StatedQuestionsProps): JSX.Element {
  const { facts, help, title } = texts.stated;
  const choices = WORDS.map((word) => ({ value: word, name: texts.stated[word] }));
  return (
    <section class="card">
      <h2>{title}</h2>
      <p class="intro">{help}</p>
      {asks.map((fact) => (
        <Choices
          key={fact}
          legend={facts[fact]}
          value={wordOf(stated[fact])}
          choices={choices}
          isInRow
          onChange={(word) => onChange(withAnswer(stated, fact, word))}
        />
      ))}
    </section>
  );
}

/** On whose word the decision rests, and what is still open. */
export function StatedAnswers({
  decision: { asks = [], stated = {} },
  texts,
}: {
  readonly decision: Decision;
  readonly texts: Texts;
}): JSX.Element | null {
  if (asks.length === 0) return null;
  const { facts, said, unchecked } = texts.stated;
  return (
    <section class="card verdict-card">
      <h2>{said}</h2>
      <Facts facts={asks.map((fact) => ({ name: facts[fact], value: texts.stated[wordOf(stated[fact])] }))} />
      <p class="intro">{unchecked}</p>
    </section>
  );
}

function wordOf(answer: boolean | undefined): Word {
  if (answer === undefined) return 'notAsked';
  return answer ? 'yes' : 'no';
}

function withAnswer(stated: Stated, fact: StatedFact, word: Word): Stated {
  const { [fact]: _, ...others } = stated;
  return word === 'notAsked' ? others : { ...others, [fact]: word === 'yes' };
}
