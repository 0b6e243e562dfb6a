/** What the camera sees, a frame to hold the code in, and a word on what is wrong when nothing can be read. */
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Button } from '../../shared/ui/button.tsx';
import { Icon } from '../../shared/ui/icon.tsx';
import {
  isMuted,
  onEnded,
  onMuted,
  pictureOf,
  picturesFrom,
  type Camera,
  type CameraProblem,
  type Facing,
} from '../input/camera.ts';
import type { Reading } from '../input/read-picture.ts';
import type { Sightings } from '../input/sightings.ts';
import { Stillness } from '../input/stillness.ts';
import { watch, type Hint } from '../input/watch.ts';
import type { Texts } from '../texts/text.ts';
import { useIsVisible } from '../use-is-visible.ts';
import { codeWasRead } from '../timings.ts';

/** What sees: one camera, and a memory of what was in view, from person to person. */
export interface Eyes {
  readonly camera: Camera;
  readonly sightings: Sightings;
  readonly read: (picture: ImageBitmap) => Promise<Reading>;
}

export interface ViewerProps {
  readonly eyes: Eyes;
  readonly facing: Facing;
  readonly texts: Texts;
  /** Nothing is read while something else is in front. */
  readonly isPaused: boolean;
  readonly onCode: (text: string) => void;
}

/** Long enough for a slow camera, and to answer a browser that asks; who answers later is not too late. */
const SILENT_AFTER_MS = 10_000;

type Stage = 'starting' | 'watching' | CameraProblem;

export function Viewer({ eyes, facing, isPaused, onCode, texts }: ViewerProps): JSX.Element {
  const video = useRef<HTMLVideoElement>(null);
  const [stage, setStage] = useState<Stage>('starting');
  const [hint, setHint] = useState<Hint>();
  const [attempt, setAttempt] = useState(0);
  const isVisible = useIsVisible();
  const ports = useRef({ isPaused, onCode });
  ports.current = { isPaused, onCode };

  useEffect(() => {
    // Nobody looks through the camera of a page that nobody sees.
    if (!isVisible) return eyes.camera.letGo();
    const closing = new AbortController();
    setStage('starting');
    void look(video.current, facing, { ...eyes, onStage: setStage, onHint: setHint, ports }, closing);
    return () => {
      closing.abort();
      eyes.camera.rest();
    };
  }, [facing, attempt, isVisible]);

  const isWatching = stage === 'watching';
  return (
    <div class={`viewer viewer-${isWatching ? 'watching' : 'still'}`}>
      <video
        ref={video}
        class={facing === 'user' ? 'viewer-video viewer-mirror' : 'viewer-video'}
        muted
        playsInline
        aria-hidden="true"
      />
      {isWatching ? <div class="viewer-frame" aria-hidden="true" /> : null}
      <ViewerWord stage={stage} hint={hint} texts={texts} onRetry={() => setAttempt(attempt + 1)} />
    </div>
  );
}

interface ViewerWordProps {
  readonly stage: Stage;
  readonly hint: Hint | undefined;
  readonly texts: Texts;
  readonly onRetry: () => void;
}

function ViewerWord({ hint, onRetry, stage, texts }: ViewerWordProps): JSX.Element {
  if (stage === 'starting') {
    return (
      <div class="viewer-message" role="status">
        <div class="spinner" />
        <p>{texts.scan.starting}</p>
      </div>
    );
  }
  if (stage === 'watching') {
    return (
      <p class={hint === undefined ? 'viewer-word' : 'viewer-word viewer-word-hint'} role="status">
        {hint === undefined ? texts.scan.aim : texts.scan.hints[hint]}
      </p>
    );
  }
  return (
    <div class="viewer-message" role="alert">
      <Icon name="camera" />
      <p>{texts.scan.camera[stage]}</p>
      <Button onPress={onRetry}>{texts.scan.retry}</Button>
    </div>
  );
}

interface LookPorts extends Eyes {
  readonly onStage: (stage: Stage) => void;
  readonly onHint: (hint: Hint | undefined) => void;
  readonly ports: { readonly current: Pick<ViewerProps, 'isPaused' | 'onCode'> };
}

async function look(
  video: HTMLVideoElement | null,
  facing: Facing,
  { camera, onHint, onStage, ports, read, sightings }: LookPorts,
  closing: AbortController,
): Promise<void> {
  if (video === null) return;
  const { signal } = closing;
  const silence = setTimeout(() => {
    if (!signal.aborted) onStage('silent');
  }, SILENT_AFTER_MS);
  const opened = await camera.look(facing).finally(() => clearTimeout(silence));
  if (signal.aborted) return;
  if ('problem' in opened) return onStage(opened.problem);
  const end = (stage: 'gone' | 'still'): void => {
    closing.abort();
    onStage(stage);
  };
  const { stream } = opened;
  const show = (): void => onStage(isMuted(stream) ? 'muted' : 'watching');
  onEnded(stream, () => end('gone'), signal);
  onMuted(stream, show, signal);
  video.srcObject = stream;
  // Fails when the page turns to something else meanwhile.
  await video.play().catch(() => undefined);
  if (signal.aborted) return;
  show();
  const unread = (cause: unknown): never => {
    if (!signal.aborted) onStage('unread');
    throw cause;
  };
  const stillness = new Stillness();
  let pictureAt = 0;
  await watch(
    {
      nextReading: async () => {
        pictureAt = performance.now();
        if (!isMuted(stream) && stillness.hasSetIn(picturesFrom(video), pictureAt)) {
          // What stands there is of before; whoever tries again opens it anew.
          camera.letGo();
          end('still');
          return undefined;
        }
        const picture = ports.current.isPaused ? undefined : await pictureOf(video);
        return picture === undefined ? undefined : read(picture).catch(unread);
      },
      pause: nextFrame,
      now: () => performance.now(),
      sightings,
      onCode: (text) => {
        codeWasRead(pictureAt);
        ports.current.onCode(text);
      },
      onHint,
    },
    signal,
  );
}

function nextFrame(): Promise<void> {
  return new Promise((resolve) => {
    requestAnimationFrame(() => resolve());
  });
}
