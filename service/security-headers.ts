/**
 * What helmet says of each answer (no script, no frame, no guessing of types, …), asked of it once: it would make the same
 * headers anew for every request, a tenth of what an answer costs. A route that sets one of them has the last word.
 */
import helmet from '@fastify/helmet';
import fastify from 'fastify';
import type { Service } from './app.ts';

const OPTIONS = { contentSecurityPolicy: { directives: { defaultSrc: ["'none'"] } } } as const;

export async function addSecurityHeaders(app: Service): Promise<void> {
  const headers = await whatHelmetSays();
  app.addHook('onRequest', async (_request, reply) => void reply.headers(headers));
}

/** By lower-case name. */
async function whatHelmetSays(): Promise<Readonly<Record<string, string>>> {
  await using asked = fastify();
  await asked.register(helmet, OPTIONS);
  const names: string[] = [];
  asked.get('/', async (_request, reply) => {
    names.push(...Object.keys(reply.raw.getHeaders()));
    return '';
  });
  const { headers } = await asked.inject('/');
  return Object.fromEntries(names.map((name) => [name, String(headers[name])]));
}
