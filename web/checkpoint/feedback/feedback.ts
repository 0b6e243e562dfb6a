/** Sound and vibration. Browsers allow sound only after a touch: `wake` is called with one. */
import type { Outcome } from '../../../core/verify/reasons.ts';
import { PATTERNS, type Tone } from './patterns.ts';

const GAP_SECONDS = 0.06;
const RAMP_SECONDS = 0.01;
const VOLUME = 0.35;

export class Feedback {
  #audio: AudioContext | undefined;

  wake(): void {
    this.#audio ??= new AudioContext();
    void this.#audio.resume();
  }

  give(outcome: Outcome, { isSoundOn }: { readonly isSoundOn: boolean }): void {
    const { pulses, tones } = PATTERNS[outcome];
    (navigator as Partial<Navigator>).vibrate?.([...pulses]);
    if (isSoundOn && this.#audio?.state === 'running') play(this.#audio, tones);
  }
}

function play(audio: AudioContext, tones: readonly Tone[]): void {
  let at = audio.currentTime;
  for (const { hertz, milliseconds } of tones) {
    const end = at + milliseconds / 1000;
    const oscillator = new OscillatorNode(audio, { frequency: hertz, type: 'triangle' });
    const gain = new GainNode(audio, { gain: 0 });
    // A tone that begins at full volume clicks.
    gain.gain.setTargetAtTime(VOLUME, at, RAMP_SECONDS);
    gain.gain.setTargetAtTime(0, end - RAMP_SECONDS, RAMP_SECONDS);
    oscillator.connect(gain).connect(audio.destination);
    oscillator.start(at);
    oscillator.stop(end + GAP_SECONDS);
    at = end + GAP_SECONDS;
  }
}
