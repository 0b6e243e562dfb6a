import type { ComponentChildren, JSX } from 'preact';
import { Icon, type IconName } from './icon.tsx';

export interface NoticeProps {
  readonly children: ComponentChildren;
  readonly look?: 'warning';
  readonly icon?: IconName;
}

/** Something to know, not in the way. */
export function Notice({ children, icon = 'warning', look }: NoticeProps): JSX.Element {
  return (
    <div class={look === undefined ? 'notice' : `notice notice-${look}`} role="status">
      <Icon name={icon} />
      <div>{children}</div>
    </div>
  );
}
