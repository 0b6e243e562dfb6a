/**
 * Listens for a scanner that types, wherever the focus is; fields keep what is typed into them. What comes behind a code
 * without a pause goes nowhere, on the screen that the code has led to neither: a code presses no button and fills in
 * no field.
 */
import { useEffect, useRef } from 'preact/hooks';
import { WedgeReader } from './wedge.ts';

/** @param isOn whether codes are waited for */
export function useWedge(isOn: boolean, onCode: (text: string) => void): void {
  const latest = useRef({ isOn, onCode });
  latest.current = { isOn, onCode };
  useEffect(() => {
    const reader = new WedgeReader();
    const listen = (event: KeyboardEvent): void => {
      const isListening = latest.current.isOn && !isField(event.target);
      if (!isListening && !reader.isBehindCode(event.timeStamp)) return;
      const text = reader.press({ key: event.key, at: event.timeStamp });
      // A scanner must not press the button that happens to have the focus.
      if (text !== undefined || reader.isScanning) event.preventDefault();
      if (text !== undefined && isListening) latest.current.onCode(text);
    };
    addEventListener('keydown', listen, { capture: true });
    return () => removeEventListener('keydown', listen, { capture: true });
  }, []);
}

function isField(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLInputElement ||
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement
  );
}
