import { expect } from 'chai';
import { describe, it } from 'mocha';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { AGEING_SECONDS, type CheckpointPolicy } from '../../../web/checkpoint/engine/checkpoint-policy.ts';
import { Engine } from '../../../web/checkpoint/engine/engine.ts';
import type { EngineAnswer, EngineRequest, Envelope } from '../../../web/checkpoint/engine/protocol.ts';
import { replyTo } from '../../../web/checkpoint/engine/reply.ts';

const VENUE: CheckpointPolicy = { mode: 'venue', ageingSeconds: AGEING_SECONDS.venue };
/** Nothing can be asked under it: the fault is none of the code's. */
const BROKEN: CheckpointPolicy = {
  mode: 'border',
  ageingSeconds: AGEING_SECONDS.border,
  get passage(): never {
    throw new Error('the rules cannot be read');
  },
};

function reply(content: EngineRequest): Promise<Envelope<EngineAnswer>> {
  const get = (): Promise<never> => Promise.reject(new Error('nothing is asked for'));
  return replyTo(new Engine({ crypto: nodeCrypto, get }), { id: 7, content });
}

function verify(policy: CheckpointPolicy): EngineRequest {
  return { kind: 'verify', question: { texts: ['HCL1:A'], policy, nowSeconds: 0 } };
}

describe('what the engine’s thread replies', () => {
  it('is the engine’s answer, under the number of the question', async () => {
    const { content, id } = await reply(verify(VENUE));
    expect(id).to.equal(7);
    expect(content.kind).to.equal('decision');
  });

  it('is that it failed where the engine did: nobody waits for ever, and nothing is decided', async () => {
    expect(await reply(verify(BROKEN))).to.deep.equal({ id: 7, content: { kind: 'failed' } });
  });
});
