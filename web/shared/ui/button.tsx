import type { ComponentChildren, JSX } from 'preact';
import { Icon, type IconName } from './icon.tsx';

export interface ButtonProps {
  readonly children: ComponentChildren;
  readonly onPress: () => void;
  readonly icon?: IconName;
  readonly look?: 'primary' | 'plain';
  readonly isDisabled?: boolean;
}

export function Button({ children, icon, isDisabled = false, look, onPress }: ButtonProps): JSX.Element {
  return (
    <button
      type="button"
      class={look === undefined ? 'button' : `button button-${look}`}
      disabled={isDisabled}
      onClick={onPress}
    >
      {icon === undefined ? null : <Icon name={icon} />}
      <span>{children}</span>
    </button>
  );
}

export interface IconButtonProps {
  readonly icon: IconName;
  readonly name: string;
  readonly onPress: () => void;
}

/** A button that shows its icon; the name is for those who hear it. */
export function IconButton({ icon, name, onPress }: IconButtonProps): JSX.Element {
  return (
    <button
      type="button"
      class="button button-plain button-icon"
      aria-label={name}
      title={name}
      onClick={onPress}
    >
      <Icon name={icon} />
    </button>
  );
}
