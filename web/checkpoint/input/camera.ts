/**
 * The camera. Opening one takes a phone a second, so it stays open from one person to the next, and is let go when
 * nobody has looked through it for a minute, or the page is hidden.
 */
import { scaledTo } from './scaled.ts';

export type Facing = 'environment' | 'user';

/**
 * `silent`: it was asked for, and nothing came, not even a no; `muted`: it is there, and shows nothing for now; `gone`: it
 * worked, and stopped by itself; `still`: no new picture comes, and it says nothing of it; `unread`: it works, and nobody
 * can read what it shows.
 */
export type CameraProblem =
  'refused' | 'missing' | 'busy' | 'insecure' | 'silent' | 'muted' | 'gone' | 'still' | 'unread';

export type OpenedStream = { readonly stream: MediaStream } | { readonly problem: CameraProblem };

/** Enough for the modules of a version 20 code held at arm's length. */
const WIDTH = 1280;
const HEIGHT = 720;
const KEPT_MS = 60_000;
/** A camera may give more than it is asked for, and reading takes as much longer. */
const LONGEST_SIDE = 1920;

export class Camera {
  #open: { readonly facing: Facing; readonly stream: MediaStream } | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Raised when the camera is let go: what is still opened for an earlier look is for nobody. */
  #look = 0;

  /** To look through from now on, until {@link Camera.rest}. */
  async look(facing: Facing): Promise<OpenedStream> {
    clearTimeout(this.#timer);
    const { stream } = this.#open ?? {};
    const isLive = stream?.getVideoTracks().every(({ readyState }) => readyState === 'live') === true;
    if (stream !== undefined && isLive && !isMuted(stream) && this.#open?.facing === facing)
      return { stream };
    this.letGo();
    const look = this.#look;
    const opened = await openStream(facing);
    if ('stream' in opened && look !== this.#look) {
      stop(opened.stream);
      return { problem: 'gone' };
    }
    if ('stream' in opened) this.#open = { facing, stream: opened.stream };
    return opened;
  }

  /** Nobody looks through it now; soon somebody may. */
  rest(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.letGo(), KEPT_MS);
  }

  letGo(): void {
    clearTimeout(this.#timer);
    this.#look++;
    if (this.#open !== undefined) stop(this.#open.stream);
    this.#open = undefined;
  }
}

function stop(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

/** Whether no picture comes: the camera is switched off, or lent to somebody else. */
export function isMuted(stream: MediaStream): boolean {
  return stream.getVideoTracks().some(({ muted }) => muted);
}

/** Calls back when pictures cease to come, and when they come again. */
export function onMuted(stream: MediaStream, listener: () => void, signal: AbortSignal): void {
  for (const track of stream.getVideoTracks()) {
    for (const event of ['mute', 'unmute']) track.addEventListener(event, listener, { signal });
  }
}

/** Calls back when the camera stops by itself: pulled out, taken by another app, no longer allowed. */
export function onEnded(stream: MediaStream, listener: () => void, signal: AbortSignal): void {
  for (const track of stream.getTracks()) track.addEventListener('ended', listener, { signal });
}

async function openStream(facing: Facing): Promise<OpenedStream> {
  const devices = (navigator as Partial<Navigator>).mediaDevices;
  if (devices === undefined) return { problem: 'insecure' };
  try {
    const video = { facingMode: facing, width: { ideal: WIDTH }, height: { ideal: HEIGHT } };
    return { stream: await devices.getUserMedia({ audio: false, video }) };
  } catch (error) {
    return { problem: problemOf(error) };
  }
}

/** `undefined` while there is no picture yet. */
export async function pictureOf(video: HTMLVideoElement): Promise<ImageBitmap | undefined> {
  if (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return undefined;
  const size = { width: video.videoWidth, height: video.videoHeight };
  return createImageBitmap(video, scaledTo(LONGEST_SIDE, size)).catch(() => undefined);
}

/** How many pictures the camera has given so far; 0 from a browser that does not count those of cameras. */
export function picturesFrom(video: HTMLVideoElement): number {
  return video.getVideoPlaybackQuality().totalVideoFrames;
}

function problemOf(error: unknown): CameraProblem {
  const name = error instanceof Error ? error.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'refused';
  return name === 'NotFoundError' || name === 'OverconstrainedError' ? 'missing' : 'busy';
}
