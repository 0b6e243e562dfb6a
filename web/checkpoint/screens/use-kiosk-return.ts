import { useEffect } from 'preact/hooks';

export interface KioskReturn {
  readonly afterMs: number;
  /** Time starts anew when it is another one. */
  readonly since: unknown;
}

/** Who stands at a kiosk may walk away at any time: it goes back by itself. */
export function useKioskReturn(
  isKiosk: boolean,
  onReturn: () => void,
  { afterMs, since }: KioskReturn,
): void {
  useEffect(() => {
    if (!isKiosk) return;
    const timer = setTimeout(onReturn, afterMs);
    return () => clearTimeout(timer);
  }, [isKiosk, since]);
}
