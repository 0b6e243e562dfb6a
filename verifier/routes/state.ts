/** `GET /state`: what this checkpoint knows and how old it is. No personal data, nothing about codes shown. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { toHex } from '../../core/bytes/hex.ts';
import { StateRoot } from '../../core/trust/state-root.ts';
import type { Service } from '../../service/app.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { Closed, Type, type Static } from '../../service/schema.ts';
import type { Deployment } from '../../ledger/deployment.ts';
import type { Checkpoint } from '../verifier.ts';

const Seconds = Type.Integer({ description: 'Unix time' });

const State = Closed({
  ledger: Closed({
    chainId: Type.Integer(),
    genesisHash: Type.String(),
    head: Type.Union([
      Closed({ number: Type.Integer(), hash: Type.String(), timeSeconds: Seconds }),
      Type.Null(),
    ]),
    confirmedAtSeconds: Type.Union([Seconds, Type.Null()]),
    roots: Type.Integer(),
    stateRoot: Type.String({
      description:
        'all that the ledger says up to `head`, in one hash: compare it with others (docs/state-root.md)',
    }),
  }),
  issuers: Type.Array(
    Closed({
      did: Type.String(),
      name: Type.String({ description: 'the authority that accredited it' }),
      jurisdiction: Type.String(),
      status: Closed({
        anchoredVersion: Type.Union([Type.Integer(), Type.Null()]),
        acceptedVersion: Type.Union([Type.Integer(), Type.Null()]),
        failure: Type.Union([Type.String({ description: 'code of the last failed fetch' }), Type.Null()]),
      }),
    }),
  ),
});

/** Hashed before others have their turn: some 50 ms. */
const ROOTS_AT_ONCE = 32_768;

export function addStateRoute(app: Service, verifier: Checkpoint, deployment: Deployment): void {
  const stateRoot = new StateRoot(nodeCrypto, verifier.state);
  app.get(
    '/state',
    { schema: { tags: ['state'], summary: 'What this checkpoint knows', response: { 200: State } } },
    async () => {
      while (!stateRoot.advance(ROOTS_AT_ONCE)) await nextTurn();
      return toState(verifier, deployment, toHex(stateRoot.root()));
    },
  );
}

function toState(
  verifier: Checkpoint,
  { chainId, genesisHash }: Deployment,
  stateRoot: string,
): Static<typeof State> {
  const { head, roots, trust, statusAnchors } = verifier.state;
  const { follower } = verifier;
  return {
    ledger: {
      chainId,
      genesisHash,
      head: head.number < 0 ? null : { ...head },
      confirmedAtSeconds: verifier.confirmedAtSeconds ?? null,
      roots: roots.size,
      stateRoot,
    },
    issuers: [...trust.issuers()].map(({ id, did, authority }) => ({
      did,
      name: authority.name,
      jurisdiction: authority.jurisdiction,
      status: {
        anchoredVersion: statusAnchors.get(id)?.version ?? null,
        acceptedVersion: follower.lists.versionOf(id) || null,
        failure: follower.failureOf(id) ?? null,
      },
    })),
  };
}
