/** What the operator says of other systems, while there is a network and while there is none. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { fromUtf8, toUtf8 } from '../../../core/bytes/utf8.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { Engine } from '../../../web/checkpoint/engine/engine.ts';
import { fetchBesideWith, type FileBeside } from '../../../web/checkpoint/file-beside.ts';
import { ForeignTrustFile, type SignersReport } from '../../../web/checkpoint/foreign-trust.ts';
import { makeShcSigner, SHC_ISSUER } from '../../core/foreign/support/shc-signer.ts';
import { memoryStore, type MemoryStore } from '../support/memory-store.ts';

const LIST = toUtf8('{"name":"list"}');

/** A page at its start; `asked` are the lists that its engine was given, and what it made of each. */
function start(store: MemoryStore): {
  readonly asked: string[];
  readonly update: (file: FileBeside, nowSeconds?: number) => Promise<SignersReport>;
} {
  const asked: string[] = [];
  let file: FileBeside = 'none';
  let now = 0;
  const engine = new Engine({ crypto: nodeCrypto, get: () => Promise.reject(new Error('not asked for')) });
  const trust = new ForeignTrustFile({
    ask: async (request) => {
      const answer = await engine.answer(request);
      if (request.kind === 'trust-foreign') asked.push(`${fromUtf8(request.bytes)} ${answer.kind}`);
      return answer;
    },
    store,
    fetchBeside: async () => file,
    nowSeconds: () => now,
  });
  const update = (next: FileBeside, nowSeconds = 0): Promise<SignersReport> => {
    file = next;
    now = nowSeconds;
    return trust.update();
  };
  return { asked, update };
}

describe('the list of foreign signers beside the page', () => {
  it('is asked for again and again, written down when it is another, and kept for when there is no network', async () => {
    const store = memoryStore();
    let writes = 0;
    const put: MemoryStore['put'] = (key, value) => {
      writes++;
      return store.put(key, value);
    };
    const { update } = start({ ...store, put });
    for (const file of [LIST, LIST.slice(), 'OFFLINE'] as const) await update(file);
    expect(writes).to.equal(1);
    const restarted = start(store);
    await restarted.update('OFFLINE');
    expect(restarted.asked).to.deep.equal(['{"name":"list"} trusted']);
  });

  it('is told to have run out when it does so while the page is open, and when it is there no more', async () => {
    const { update } = start(memoryStore());
    const shc = [{ iss: SHC_ISSUER, keys: makeShcSigner().keys }];
    const list = toUtf8(JSON.stringify({ validUntil: '1970-01-01T01:00:00Z', shc }));
    expect(await update(list, 3599)).to.deep.equal({ isListInUse: true });
    const ranOut = { isListInUse: true, problem: 'TRUST_LIST_EXPIRED' };
    expect(await update(list.slice(), 3601)).to.deep.equal(ranOut);
    expect(await update('none', 3602)).to.deep.equal({ isListInUse: false });
  });

  it('is trusted no longer when the operator takes it away, after a restart neither', async () => {
    const store = memoryStore();
    const { asked, update } = start(store);
    await update(LIST);
    await update('none');
    expect(asked.at(-1)).to.equal('{} trusted');
    const restarted = start(store);
    await restarted.update('OFFLINE');
    expect(restarted.asked).to.deep.equal([]);
  });

  it('stays as it was when the new one cannot be read', async () => {
    const store = memoryStore();
    const { asked, update } = start(store);
    await update(LIST);
    const refused = { isListInUse: true, problem: 'TRUST_LIST_INVALID' };
    expect(await update(toUtf8('{'))).to.deep.equal(refused);
    expect(asked.at(-1)).to.equal('{ trust-refused');
    expect(store.values.get('trust')).to.deep.equal(LIST);
    const restarted = start(store);
    expect(await restarted.update(toUtf8('{')), 'after a restart, too').to.deep.equal(refused);
    expect(restarted.asked).to.deep.equal(['{ trust-refused', '{"name":"list"} trusted']);
  });
});

describe('a file beside the page', () => {
  const answers = { 200: toUtf8('x'), 204: 'none', 404: 'none', 403: 'NO_ANSWER', 503: 'NO_ANSWER' } as const;
  for (const [status, expected] of Object.entries(answers)) {
    it(`${status}: ${expected instanceof Uint8Array ? 'its bytes' : expected}`, async () => {
      const body = status === '200' ? 'x' : null;
      const fetchBeside = fetchBesideWith(async () => new Response(body, { status: Number(status) }));
      expect(await fetchBeside('trust.json')).to.deep.equal(expected);
    });
  }

  it('404 of what the operator says: nobody knows, and what was said stays', async () => {
    const fetchBeside = fetchBesideWith(async () => new Response(null, { status: 404 }));
    expect(await fetchBeside('operator.json')).to.equal('NO_ANSWER');
  });

  it('no network: nobody knows', async () => {
    const fetchBeside = fetchBesideWith(() => Promise.reject(new TypeError('offline')));
    expect(await fetchBeside('trust.json')).to.equal('OFFLINE');
  });

  it('a server that never answers: nobody knows', async () => {
    const never: typeof fetch = (_, init) =>
      new Promise((_resolve, reject) => {
        init?.signal?.addEventListener('abort', () => reject(new TypeError('timed out')));
      });
    expect(await fetchBesideWith(never, 1)('trust.json')).to.equal('OFFLINE');
  });
});
