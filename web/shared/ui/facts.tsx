import type { JSX } from 'preact';

export interface Fact {
  readonly name: string;
  readonly value: string;
}

/** Names and values; always as text, whatever stands in them. */
export function Facts({ facts }: { readonly facts: readonly Fact[] }): JSX.Element {
  return (
    <dl class="facts">
      {facts.map(({ name, value }) => (
        <div class="fact" key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
