/** The engine on a thread of its own, so that a large list never holds up the camera or a button. */
import { createWebCrypto } from '../../crypto/web-crypto.ts';
import { Engine } from './engine.ts';
import type { EngineAnswer, EngineRequest, Envelope } from './protocol.ts';

const engine = new Engine(createWebCrypto(globalThis.crypto?.subtle));

addEventListener('message', ({ data }: MessageEvent<Envelope<EngineRequest>>) => void answer(data));

async function answer({ content, id }: Envelope<EngineRequest>): Promise<void> {
  const reply: Envelope<EngineAnswer> = { id, content: await engine.answer(content) };
  postMessage(reply);
}
