/**
 * Code text → verdict against the raw ES256 verification of the same tokens with the same key, all in turns:
 * every check on, in ledger mode, for codes seen before; and did-jwt and jose on the same tokens.
 */
import { Buffer } from 'node:buffer';
import { createPublicKey, verify as verifyNatively } from 'node:crypto';
import { compactVerify, importJWK } from 'jose';
import { verifyJwsWithDidJwt } from '../../core/credential/jwt.ts';
import { CodeCache } from '../../core/verify/code-cache.ts';
import { defaultPolicy } from '../../core/verify/policy.ts';
import { verifyCode, type VerifyContext } from '../../core/verify/verify.ts';
import type { Verdict } from '../../core/verify/verdict.ts';
import { toDerSignature } from '../../service/der-signature.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import {
  alternate,
  latencies,
  machineLine,
  quantile,
  type Contender,
  type Figure,
  type Settings,
} from './harness.ts';
import { makeWorld, type World } from './world.ts';

const ROOTS = 1_000_000;
/** Distinct codes in turn; as at a gate, the text of each has just been read and lies in the cache. */
const CODES = 1024;
const SEEN_CODES = 1024;
const LATENCY_SAMPLES = 20_000;

export async function benchVerify(settings: Settings): Promise<readonly Figure[]> {
  const world = await makeWorld({ codes: CODES, roots: ROOTS }, settings.seed);
  const context: VerifyContext = {
    crypto: nodeCrypto,
    state: world.state,
    statusLists: world.statusLists,
    nowSeconds: world.nowSeconds,
    policy: defaultPolicy,
  };
  const ledgerMode = { ...context, policy: { ...defaultPolicy, id: 'ledger', ledgerMode: true } };
  const cache = new CodeCache({ maxEntries: 4 * SEEN_CODES });
  const seen = world.codes.slice(0, SEEN_CODES);
  for (const code of seen) await cache.verify(code, context);

  const rates = await alternate(
    [
      rawVerify(world),
      over('verify', world.codes, (code) => verifyCode(code, context)),
      over('ledger', world.codes, (code) => verifyCode(code, ledgerMode)),
      over('seen', seen, (code) => cache.verify(code, context)),
      await joseVerify(world),
      didJwtVerify(world),
    ],
    settings,
  );
  let next = 0;
  const sorted = await latencies(async () => {
    expectPass(await verifyCode(world.codes[next++ % CODES] ?? '', context));
  }, LATENCY_SAMPLES);

  const raw = rates.get('raw');
  const line = (bench: string, name: string, target?: number): Figure => {
    const { median: rate = 0, n = 0 } = rates.get(name) ?? {};
    const limit = raw?.median ?? Number.NaN;
    const ratio = rate / limit;
    return {
      bench,
      unit: 'codes/s',
      median: rate,
      limit,
      ratio,
      ...(target === undefined ? {} : { target: `≥ ${target} × raw verify`, met: ratio >= target }),
      n,
      seed: settings.seed,
      machine: machineLine(),
    };
  };
  const [p50, p99] = [quantile(sorted, 0.5), quantile(sorted, 0.99)];
  return [
    { ...line('verify', 'verify', 0.75), note: `all steps, 12-step proof, ${ROOTS} roots` },
    {
      bench: 'verify-latency-p99',
      unit: 'µs',
      median: p99,
      limit: p50,
      ratio: p99 / p50,
      target: '≤ 3 × p50',
      met: p99 <= 3 * p50,
      n: sorted.length,
      seed: settings.seed,
      machine: machineLine(),
      note: 'limit = p50',
    },
    { ...line('verify-ledger-mode', 'ledger', 3), note: 'no signature' },
    { ...line('verify-seen-before', 'seen', 15), note: 'same bytes, same state' },
    { ...line('jose', 'jose'), unit: 'tokens/s', note: 'compactVerify on the same tokens: signature alone' },
    {
      ...line('did-jwt', 'did-jwt'),
      unit: 'tokens/s',
      note: 'verifyJWS on the same tokens: signature alone',
    },
    {
      bench: 'replica-memory',
      unit: 'bytes/root',
      median: world.state.roots.byteLength / world.state.roots.size,
      target: '≤ 48',
      met: world.state.roots.byteLength / world.state.roots.size <= 48,
      n: world.state.roots.size,
      seed: settings.seed,
      machine: machineLine(),
    },
  ];
}

/** The floor: OpenSSL's verification of a DER signature over the same signing input, key kept. */
function rawVerify({ tokens, publicJwk }: World): Contender {
  const key = createPublicKey({ key: { ...publicJwk }, format: 'jwk' });
  const inputs = tokens.map((token) => {
    const end = token.lastIndexOf('.');
    const der = toDerSignature(Buffer.from(token.slice(end + 1), 'base64url'));
    if (der === undefined) throw new Error('an ES256 signature has 64 bytes');
    return { message: Buffer.from(token.slice(0, end)), der };
  });
  return over('raw', inputs, ({ message, der }) => {
    if (!verifyNatively('sha256', message, key, der)) throw new Error('a genuine signature verifies');
  });
}

async function joseVerify({ tokens, publicJwk }: World): Promise<Contender> {
  const key = await importJWK({ ...publicJwk }, 'ES256');
  return over('jose', tokens, async (token) => void (await compactVerify(token, key)));
}

function didJwtVerify({ tokens, publicKey }: World): Contender {
  return over('did-jwt', tokens, (token) => {
    if (!verifyJwsWithDidJwt(token, publicKey)) throw new Error('a genuine token verifies');
  });
}

/** Goes through `inputs` again and again; verdicts that come back must be "pass". */
function over<T>(
  name: string,
  inputs: readonly T[],
  operation: (input: T) => void | Promise<Verdict | void>,
): Contender {
  let next = 0;
  return {
    name,
    async run(count) {
      for (let i = 0; i < count; i++) {
        // The index stays below the length.
        const done = operation(inputs[next++ % inputs.length]!);
        const verdict = done instanceof Promise ? await done : undefined;
        if (verdict !== undefined) expectPass(verdict);
      }
    },
  };
}

function expectPass({ outcome, reasons }: Verdict): void {
  if (outcome !== 'pass') throw new Error(`a genuine code passes, not ${outcome}: ${reasons.join(', ')}`);
}
