import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Icon, type IconName } from '../../shared/ui/icon.tsx';

export interface HoldButtonProps {
  readonly icon: IconName;
  /** Says that it has to be held. */
  readonly name: string;
  readonly onHeld: () => void;
}

const HOLD_MS = 2000;

/** For who knows what it is for: it opens when it is held, by hand or by a key. A tap, or what a scanner types, does nothing. */
export function HoldButton({ icon, name, onHeld }: HoldButtonProps): JSX.Element {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const release = (): void => clearTimeout(timer.current);
  const press = (): void => {
    release();
    timer.current = setTimeout(onHeld, HOLD_MS);
  };
  useEffect(() => release, []);
  return (
    <button
      type="button"
      class="button button-plain button-icon button-hold"
      aria-label={name}
      title={name}
      onPointerDown={press}
      onPointerUp={release}
      onPointerLeave={release}
      onPointerCancel={release}
      onKeyDown={({ key, repeat }) => {
        if (!repeat && (key === 'Enter' || key === ' ')) press();
      }}
      onKeyUp={release}
      onBlur={release}
      // A finger that rests would open the browser's menu.
      onContextMenu={(event) => event.preventDefault()}
    >
      <Icon name={icon} />
    </button>
  );
}
