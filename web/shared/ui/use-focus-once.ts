/**
 * Moves the focus to an element when it first shows, so that who does not see hears where they are; not where the screen has
 * put the cursor into a field. With the screen itself, and not after it: what a scanner types at once has its place.
 */
import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

/** @param of once for each: the focus moves again when another one shows */
export function useFocusOnce<T extends HTMLElement>(of?: unknown): RefObject<T | null> {
  const element = useRef<T>(null);
  useLayoutEffect(() => {
    const own = element.current;
    const isTaken = own?.closest('.page')?.contains(document.activeElement) === true;
    if (!isTaken) own?.focus({ preventScroll: true });
  }, [of]);
  return element;
}
