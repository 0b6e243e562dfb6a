/** The engine on a thread of its own, so that a large list never holds up the camera or a button. */
import { createWebCrypto } from '../../crypto/web-crypto.ts';
import { Engine } from './engine.ts';
import type { EngineAnswer, EngineRequest, Envelope } from './protocol.ts';

const engine = new Engine(createWebCrypto(globalThis.crypto?.subtle));

addEventListener('message', ({ data }: MessageEvent<Envelope<EngineRequest>>) => {
  void engine.answer(data.content).then((content) => {
    const answer: Envelope<EngineAnswer> = { id: data.id, content };
    postMessage(answer);
  });
});
