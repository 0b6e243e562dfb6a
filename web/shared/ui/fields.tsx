/** Fields of forms: each with its label, help and what is wrong with it, in text. */
import type { JSX, TargetedEvent } from 'preact';
import { useId } from 'preact/hooks';
import { Icon } from './icon.tsx';

export interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly help?: string;
  readonly problem?: string;
  readonly isCode?: boolean;
  /** More than one: lines. */
  readonly rows?: number;
}

export function TextField({
  help,
  isCode = false,
  label,
  onChange,
  problem,
  rows = 1,
  value,
}: FieldProps): JSX.Element {
  const id = useId();
  const shared = {
    id,
    class: isCode ? 'input input-code' : 'input',
    value,
    'aria-describedby': `${id}-help ${id}-problem`,
    'aria-invalid': problem !== undefined,
    autocomplete: 'off',
    autocapitalize: 'off',
    spellcheck: false,
    onInput: ({ currentTarget }: TargetedEvent<HTMLInputElement | HTMLTextAreaElement>) =>
      onChange(currentTarget.value),
  } as const;
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {label}
      </label>
      {rows > 1 ? <textarea {...shared} rows={rows} /> : <input {...shared} type="text" />}
      <FieldHelp id={id} help={help} problem={problem} />
    </div>
  );
}

export interface Option<Value extends string> {
  readonly value: Value;
  readonly name: string;
}

export interface SelectProps<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly options: readonly Option<Value>[];
  readonly onChange: (value: Value) => void;
  readonly help?: string;
}

export function SelectField<Value extends string>({
  help,
  label,
  onChange,
  options,
  value,
}: SelectProps<Value>): JSX.Element {
  const id = useId();
  const choose = (text: string): void => {
    const chosen = options.find((option) => option.value === text);
    if (chosen !== undefined) onChange(chosen.value);
  };
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {label}
      </label>
      <select
        id={id}
        class="input"
        aria-describedby={`${id}-help`}
        value={value}
        onChange={(event) => choose(event.currentTarget.value)}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.name}
          </option>
        ))}
      </select>
      <FieldHelp id={id} help={help} problem={undefined} />
    </div>
  );
}

function FieldHelp({
  help,
  id,
  problem,
}: {
  readonly id: string;
  readonly help: string | undefined;
  readonly problem: string | undefined;
}): JSX.Element {
  return (
    <>
      {help === undefined ? null : (
        <p class="field-help" id={`${id}-help`}>
          {help}
        </p>
      )}
      {problem === undefined ? null : (
        <p class="field-problem" id={`${id}-problem`} role="alert">
          <Icon name="warning" />
          {problem}
        </p>
      )}
    </>
  );
}

export interface Choice<Value extends string> extends Option<Value> {
  readonly help?: string;
}

export interface ChoicesProps<Value extends string> {
  readonly legend: string;
  readonly value: Value;
  readonly choices: readonly Choice<Value>[];
  readonly onChange: (value: Value) => void;
  /** Side by side: for a few short words. */
  readonly isInRow?: boolean;
}

export function Choices<Value extends string>({
  choices,
  isInRow = false,
  legend,
  onChange,
  value,
}: ChoicesProps<Value>): JSX.Element {
  const name = useId();
  return (
    <fieldset>
      <legend class="choices-legend">{legend}</legend>
      <div class={isInRow ? 'choices choices-row' : 'choices'}>
        {choices.map((choice) => (
          <label class="choice" key={choice.value}>
            <input
              type="radio"
              name={name}
              checked={choice.value === value}
              onChange={() => onChange(choice.value)}
            />
            <span class="choice-name">{choice.name}</span>
            {choice.help === undefined ? null : <span class="choice-help">{choice.help}</span>}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

export interface ToggleProps {
  readonly name: string;
  readonly help?: string;
  readonly isOn: boolean;
  readonly onChange: (isOn: boolean) => void;
}

export function Toggle({ help, isOn, name, onChange }: ToggleProps): JSX.Element {
  return (
    <label class="choice toggle">
      <span class="choice-name">{name}</span>
      <input
        type="checkbox"
        role="switch"
        checked={isOn}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      {help === undefined ? null : <span class="choice-help">{help}</span>}
    </label>
  );
}
