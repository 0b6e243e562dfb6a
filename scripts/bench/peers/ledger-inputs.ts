/** Venue codes with a 12-step proof, the replica that they are checked against, and one that has been revoked. */
import { createPublicKey } from 'node:crypto';
import { toHex } from '../../../core/bytes/hex.ts';
import { invariant } from '../../../core/errors.ts';
import { decodeCode, encodeCode } from '../../../core/qr/code.ts';
import { toJws } from '../../../core/qr/jws.ts';
import { acceptLists, type PublishedList } from '../../../core/status/accepted-lists.ts';
import { statusListDigest, statusListsRoot } from '../../../core/status/list-digest.ts';
import { StatusList } from '../../../core/status/token-status-list.ts';
import { encodeSnapshot, type Snapshot } from '../../../core/trust/snapshot.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { makeWorld, STATUS_URI, type World } from '../world.ts';
import { bareSignatureOf } from './es256.ts';
import { toInputs, type Signed } from './inputs.ts';
import type { InputOptions, Inputs } from './peer.ts';

const ROOTS_A_CODE = 1000;

export async function ledgerInputs({ codes, seed }: InputOptions): Promise<Inputs> {
  const world = await makeWorld({ codes: codes + 1, roots: (codes + 1) * ROOTS_A_CODE }, seed);
  const snapshot = revoke(world, codes);
  const publicKey = createPublicKey({ key: { ...world.publicJwk }, format: 'jwk' });
  const signed = (text: string): Signed => ({
    sample: { text, nowSeconds: snapshot.state.head.timeSeconds + 1 },
    bare: bareSignatureOf(toJws(decodeCode(text)), publicKey),
  });
  const [code = '', another = ''] = world.codes;
  const { payloadBytes } = decodeCode(another);
  const inputs = toInputs(
    world.codes.slice(0, codes).map(signed),
    {
      tampered: signed(encodeCode({ ...decodeCode(code), payloadBytes })),
      revoked: signed(world.codes[codes] ?? ''),
    },
    {},
  );
  return { ...inputs, snapshot: encodeSnapshot(nodeCrypto, snapshot) };
}

/** The world one version of its status list later. */
function revoke({ state, statusLists }: World, index: number): Snapshot {
  const [anchor] = state.statusAnchors.values();
  invariant(anchor !== undefined, 'the world has an issuer with a status list');
  const list = StatusList.empty().with(index, 'revoked');
  const published: PublishedList = { uri: STATUS_URI, version: 2, list };
  const { bits, bytes } = list;
  const digest = statusListDigest(nodeCrypto, { uri: STATUS_URI, version: 2, bits, bytes });
  const listsRoot = toHex(statusListsRoot(nodeCrypto, [{ uri: STATUS_URI, digest }]));
  const { issuer, version, actsDigest, nextUpdate } = anchor;
  const { number, timeSeconds } = state.head;
  state.apply({
    number: number + 1,
    hash: toHex(new Uint8Array(32)),
    timeSeconds: timeSeconds + 1,
    events: [
      {
        event: 'StatusPublished',
        issuer,
        version: version + 1,
        listsRoot,
        actsDigest,
        nextUpdate,
        account: `0x${'11'.repeat(20)}`,
      },
    ],
  });
  const next = state.statusAnchors.get(issuer);
  invariant(next !== undefined, 'the state knows what was just folded in');
  return { state, statusLists: statusLists.with(acceptLists(nodeCrypto, next, [published])) };
}
