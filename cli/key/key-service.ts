/** The issuer's routes about keys. */
import type { IssuerClient } from '../issuer-client.ts';
import { jsonReader } from '../json-reader.ts';

export interface KeyUse {
  readonly kid: string;
  readonly isPresent: boolean;
  readonly waiting: number;
}

export async function readKeyUses(client: IssuerClient): Promise<readonly KeyUse[]> {
  return toKeyUses((await client({ method: 'GET', path: '/keys' })).text);
}

export async function useKey(client: IssuerClient, kid: string): Promise<readonly KeyUse[]> {
  const answer = await client({
    method: 'POST',
    path: '/keys/use',
    contentType: 'application/json',
    body: JSON.stringify({ kid }),
  });
  return toKeyUses(answer.text);
}

export async function reSignWaiting(client: IssuerClient): Promise<number> {
  const { text } = await client({ method: 'POST', path: '/keys/re-sign' });
  return jsonReader(text, 'POST /keys/re-sign').integer('count');
}

function toKeyUses(text: string): readonly KeyUse[] {
  return jsonReader(text, 'GET /keys')
    .list('keys')
    .map((key) => ({
      kid: key.text('kid'),
      isPresent: key.boolean('isPresent'),
      waiting: key.integer('waiting'),
    }));
}
