import type { ComponentChildren, JSX } from 'preact';
import { IconButton } from './button.tsx';
import { useFocusOnce } from './use-focus-once.ts';

export interface PageProps {
  readonly title: string;
  /** Absent: there is no way back from here. */
  readonly back?: { readonly name: string; readonly onPress: () => void };
  readonly tools?: ComponentChildren;
  readonly children: ComponentChildren;
  readonly actions?: ComponentChildren;
}

/** A bar with the title, the content, and what can be done, within reach of a thumb. */
export function Page({ actions, back, children, title, tools }: PageProps): JSX.Element {
  const heading = useFocusOnce<HTMLHeadingElement>();
  return (
    <div class="page">
      <header class={back === undefined ? 'page-bar' : 'page-bar page-bar-back'}>
        {back === undefined ? null : <IconButton icon="back" name={back.name} onPress={back.onPress} />}
        <h1 class="page-title" ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {tools}
      </header>
      <main class="page-content">{children}</main>
      {actions === undefined ? null : <div class="page-actions">{actions}</div>}
    </div>
  );
}
