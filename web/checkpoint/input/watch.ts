/**
 * Looks at one picture after the other until it is told to stop. A code is reported once while it stays in view;
 * what is wrong with the pictures is reported once it has been so for a while, not for a frame.
 */
import type { Reading } from './read-picture.ts';
import type { Sightings } from './sightings.ts';
import type { Trouble } from './diagnose.ts';

export type Hint = Trouble | 'several';

export interface WatchPorts {
  /** `undefined`: no picture yet. */
  readonly nextReading: () => Promise<Reading | undefined>;
  /** Resolves before the next picture is worth a look. */
  readonly pause: () => Promise<void>;
  /** Milliseconds. */
  readonly now: () => number;
  readonly sightings: Sightings;
  readonly onCode: (text: string) => void;
  /** `undefined`: nothing to say. */
  readonly onHint: (hint: Hint | undefined) => void;
}

/** A hand needs this long to hold a code still. */
const HINT_AFTER_MS = 900;
/** Nobody may have come yet. */
const NOTHING_AFTER_MS = 8000;

export async function watch(ports: WatchPorts, signal: AbortSignal): Promise<void> {
  const { nextReading, now, onCode, onHint, pause, sightings } = ports;
  sightings.resume(now());
  let trouble: { readonly hint: Hint; readonly since: number } | undefined;
  while (!signal.aborted) {
    const reading = await nextReading();
    if (signal.aborted) return;
    if (reading?.kind === 'code') {
      const isNew = sightings.isNew(reading.text, now());
      trouble = undefined;
      onHint(undefined);
      if (isNew) onCode(reading.text);
    } else if (reading !== undefined) {
      const hint = reading.kind === 'several' ? 'several' : reading.trouble;
      if (trouble?.hint !== hint) trouble = { hint, since: now() };
      if (now() - trouble.since >= (hint === 'nothing' ? NOTHING_AFTER_MS : HINT_AFTER_MS)) onHint(hint);
    }
    await pause();
  }
}
