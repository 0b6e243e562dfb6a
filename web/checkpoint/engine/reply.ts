import type { Engine } from './engine.ts';
import type { EngineAnswer, EngineRequest, Envelope } from './protocol.ts';

/** Whatever happens in the engine, who asked hears of it: a question without an answer would be waited for for ever. */
export async function replyTo(
  engine: Pick<Engine, 'answer'>,
  { content, id }: Envelope<EngineRequest>,
): Promise<Envelope<EngineAnswer>> {
  return { id, content: await engine.answer(content).catch(() => ({ kind: 'failed' }) as const) };
}
