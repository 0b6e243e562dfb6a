/** The camera: opened for as long as it is looked through, one picture handed over at a time. */
export type Facing = 'environment' | 'user';

export type CameraProblem = 'refused' | 'missing' | 'busy' | 'insecure';

export type OpenedCamera = { readonly camera: Camera } | { readonly problem: CameraProblem };

/** Enough for the modules of a version 20 code held at arm's length. */
const WIDTH = 1280;
const HEIGHT = 720;

export class Camera implements Disposable {
  readonly #stream: MediaStream;
  readonly #video: HTMLVideoElement;

  private constructor(stream: MediaStream, video: HTMLVideoElement) {
    this.#stream = stream;
    this.#video = video;
  }

  static async open(video: HTMLVideoElement, facing: Facing): Promise<OpenedCamera> {
    const devices = (navigator as Partial<Navigator>).mediaDevices;
    if (devices === undefined) return { problem: 'insecure' };
    try {
      const stream = await devices.getUserMedia({
        audio: false,
        video: { facingMode: facing, width: { ideal: WIDTH }, height: { ideal: HEIGHT } },
      });
      video.srcObject = stream;
      await video.play();
      return { camera: new Camera(stream, video) };
    } catch (error) {
      return { problem: problemOf(error) };
    }
  }

  /** `undefined` while there is no picture yet. */
  async picture(): Promise<ImageBitmap | undefined> {
    if (this.#video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return undefined;
    return createImageBitmap(this.#video).catch(() => undefined);
  }

  [Symbol.dispose](): void {
    for (const track of this.#stream.getTracks()) track.stop();
    this.#video.srcObject = null;
  }
}

function problemOf(error: unknown): CameraProblem {
  const name = error instanceof Error ? error.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'refused';
  return name === 'NotFoundError' || name === 'OverconstrainedError' ? 'missing' : 'busy';
}
