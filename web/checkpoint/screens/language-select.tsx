import type { JSX } from 'preact';
import { isLanguage, LANGUAGE_NAMES, type Language } from '../../shared/texts/languages.ts';
import { Icon } from '../../shared/ui/icon.tsx';
import type { Texts } from '../texts/text.ts';

export interface LanguageSelectProps {
  readonly language: Language;
  readonly texts: Texts;
  readonly onChange: (language: Language) => void;
}

/** Each language under its own name. */
export function LanguageSelect({ language, onChange, texts }: LanguageSelectProps): JSX.Element {
  const choose = (value: string): void => {
    if (isLanguage(value)) onChange(value);
  };
  return (
    <label class="language-select">
      <Icon name="language" />
      <span class="visually-hidden">{texts.language}</span>
      <select value={language} onChange={(event) => choose(event.currentTarget.value)}>
        {LANGUAGE_NAMES.map(({ language: value, name }) => (
          <option key={value} value={value} lang={value}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
