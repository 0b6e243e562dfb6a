/** Listens for a scanner that types, wherever the focus is; fields keep what is typed into them. */
import { useEffect, useRef } from 'preact/hooks';
import { WedgeReader } from './wedge.ts';

export function useWedge(isOn: boolean, onCode: (text: string) => void): void {
  const latest = useRef(onCode);
  latest.current = onCode;
  useEffect(() => {
    if (!isOn) return;
    const reader = new WedgeReader();
    const listen = (event: KeyboardEvent): void => {
      if (isField(event.target)) return;
      const text = reader.press({ key: event.key, at: event.timeStamp });
      // A scanner must not press the button that happens to have the focus.
      if (text !== undefined || reader.isScanning) event.preventDefault();
      if (text !== undefined) latest.current(text);
    };
    addEventListener('keydown', listen, { capture: true });
    return () => removeEventListener('keydown', listen, { capture: true });
  }, [isOn]);
}

function isField(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLInputElement ||
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement
  );
}
