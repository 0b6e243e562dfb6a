/**
 * V4 for `trust.json`, in which the operator says whose codes of other systems count: whatever becomes of it, nothing
 * passes but by the last good list and within its time, and each fault is told apart.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { fullBundle } from '../../../core/bundle/make-bundle.ts';
import { toUtf8 } from '../../../core/bytes/utf8.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { Engine } from '../../../web/checkpoint/engine/engine.ts';
import { fetchBesideWith } from '../../../web/checkpoint/file-beside.ts';
import {
  ForeignTrustFile,
  type SignersProblem,
  type SignersReport,
} from '../../../web/checkpoint/foreign-trust.ts';
import { defaultSettings, policyOf } from '../../../web/checkpoint/settings.ts';
import { makeHcertSigner } from '../../core/foreign/support/hcert-signer.ts';
import { makeShcSigner, SHC_ISSUER } from '../../core/foreign/support/shc-signer.ts';
import { makeConsortium } from '../../support/consortium.ts';
import { FaultProxy, FAULTS, type Fault } from '../../support/fault-proxy.ts';
import { Publishing } from '../../support/publishing.ts';
import { memoryStore, type MemoryStore } from '../support/memory-store.ts';

const HOUR = 3600;
/** Nobody waits longer for a server that says nothing; any other answers in time. */
const TIMEOUT_MS: Readonly<Partial<Record<Fault, number>>> = { timeout: 300 };
const PATIENT_MS = 60_000;

const PROBLEMS: Readonly<Record<Fault, SignersProblem | undefined>> = {
  refused: 'OFFLINE',
  timeout: 'OFFLINE',
  '500': 'NO_ANSWER',
  empty: 'TRUST_LIST_INVALID',
  garbage: 'TRUST_LIST_INVALID',
  old: 'TRUST_LIST_EXPIRED',
  oversize: 'TOO_LARGE',
  // The word of whoever has the server: a list of other signers is a list.
  'wrong content': undefined,
};

describe('the page’s list of signers of other systems fails closed (V4)', function () {
  this.timeout(120_000);
  const signer = makeShcSigner();
  const code = signer.issue();
  const consortium = makeConsortium({ seed: 7 });
  const { nowSeconds } = consortium;
  const good = listOf({ keys: signer.keys, untilSeconds: nowSeconds + HOUR });
  const expired = listOf({ keys: signer.keys, untilSeconds: nowSeconds });
  const others = listOf({ keys: makeShcSigner().keys, untilSeconds: nowSeconds + HOUR });
  let file: Uint8Array | undefined = good;
  let server: Server;
  let url: string;

  before(async () => {
    server = createServer((_, response) => response.writeHead(file === undefined ? 404 : 200).end(file));
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    // It listens on a port.
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  after(() => server.close());

  /** The page at a start, with what `store` keeps; the ledger is known and fresh. */
  async function start(store: MemoryStore, from: string, timeoutMs = PATIENT_MS): Promise<Device> {
    const engine = new Engine({ crypto: nodeCrypto, get: () => Promise.reject(new Error('not asked for')) });
    const publishing = new Publishing(consortium);
    const trust = toUtf8(JSON.stringify(publishing.context().trust));
    const bundle = fullBundle(await publishing.source());
    await engine.answer({ kind: 'restore', kept: { bundle, trust, deltas: [] } });
    const get: typeof fetch = (name, init) =>
      fetch(new URL(name instanceof Request ? name.url : name, `${from}/`), init);
    const signers = new ForeignTrustFile({
      ask: (request) => engine.answer(request),
      store,
      fetchBeside: fetchBesideWith(get, timeoutMs),
      nowSeconds: () => nowSeconds,
    });
    return {
      ask: () => signers.update(),
      async outcome(at = nowSeconds) {
        const question = { texts: [code], policy: policyOf(defaultSettings('en')), nowSeconds: at };
        const answer = await engine.answer({ kind: 'verify', question });
        return answer.kind === 'decision' ? answer.decision.outcome : answer.kind;
      },
    };
  }

  /** A device that took the good list when all was well. */
  async function knowing(): Promise<MemoryStore> {
    file = good;
    const store = memoryStore();
    const device = await start(store, url);
    expect(await device.ask()).to.deep.equal({ isListInUse: true });
    expect(await device.outcome()).to.equal('pass');
    return store;
  }

  async function expectClosed(
    from: string,
    problem: SignersProblem | undefined,
    { isReplaced = false, timeoutMs = PATIENT_MS } = {},
  ): Promise<void> {
    const device = await start(await knowing(), from, timeoutMs);
    const report = await device.ask();
    expect(report).to.deep.equal({ isListInUse: true, ...(problem === undefined ? {} : { problem }) });
    expect(await device.outcome(), 'by the last good list').to.equal(isReplaced ? 'refer' : 'pass');
    expect(await device.outcome(nowSeconds + HOUR), 'after its time').to.equal('refer');
    const fresh = await start(memoryStore(), from, timeoutMs);
    await fresh.ask();
    expect(await fresh.outcome(), 'on a new device').to.equal('refer');
  }

  for (const fault of FAULTS) {
    it(`${fault}: ${PROBLEMS[fault] ?? 'other signers'}`, async () => {
      const lies = async (lie: string): Promise<Uint8Array> => (lie === 'old' ? expired : others);
      await using proxy = await FaultProxy.start({ target: url, lies });
      proxy.fault = fault;
      await expectClosed(proxy.url, PROBLEMS[fault], {
        isReplaced: fault === 'wrong content',
        timeoutMs: TIMEOUT_MS[fault] ?? PATIENT_MS,
      });
    });
  }

  it('signed by others than it says: TRUST_LIST_SIGNATURE', async () => {
    const { certificate } = makeHcertSigner();
    const directory = { snapshotFile: 'a', signatureFile: 'b', certificate };
    const list = toUtf8(JSON.stringify({ shcDirectories: [directory] }));
    await using proxy = await FaultProxy.start({ target: url, lies: async () => list });
    proxy.fault = 'wrong content';
    await expectClosed(proxy.url, 'TRUST_LIST_SIGNATURE');
  });

  it('taken away by the operator: nobody’s codes count any more, and nothing is wrong', async () => {
    const store = await knowing();
    file = undefined;
    const device = await start(store, url);
    expect(await device.ask()).to.deep.equal({ isListInUse: false });
    expect(await device.outcome()).to.equal('refer');
  });

  it('says nothing of a network to a device that never had a list, and names a kept one that is past its time', async () => {
    const nobody = await start(memoryStore(), 'http://127.0.0.1:1');
    expect(await nobody.ask()).to.deep.equal({ isListInUse: false });
    const store = memoryStore();
    await store.put('trust', expired);
    const late = await start(store, 'http://127.0.0.1:1');
    expect(await late.ask()).to.deep.equal({ isListInUse: false, problem: 'TRUST_LIST_EXPIRED' });
    expect(await late.outcome()).to.equal('refer');
  });
});

interface Device {
  readonly ask: () => Promise<SignersReport>;
  /** On the signer's code. */
  readonly outcome: (at?: number) => Promise<string>;
}

function listOf({
  keys,
  untilSeconds,
}: {
  readonly keys: readonly object[];
  readonly untilSeconds: number;
}): Uint8Array {
  const validUntil = new Date(untilSeconds * 1000).toISOString().replace('.000Z', 'Z');
  return toUtf8(JSON.stringify({ validUntil, shc: [{ iss: SHC_ISSUER, keys }] }));
}
