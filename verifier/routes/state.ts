/** `GET /state`: what this checkpoint knows and how old it is. No personal data, nothing about codes shown. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { toHex } from '../../core/bytes/hex.ts';
import { StateRoot } from '../../core/trust/state-root.ts';
import { REGISTRATIONS } from '../../core/verify/policy-rules.ts';
import type { Service } from '../../service/app.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { Closed, Type, type Static } from '../../service/schema.ts';
import type { Deployment } from '../../ledger/deployment.ts';
import type { CheckpointFiles } from '../checkpoint-files.ts';
import type { Checkpoint } from '../verifier.ts';

const Seconds = Type.Integer({ description: 'Unix time' });

const Refused = Type.Union([
  Closed(
    { code: Type.String(), problem: Type.String(), sinceSeconds: Seconds },
    {
      description:
        'why what the file holds now is not good: the last good one is in use or, without one, nobody passes by it',
    },
  ),
  Type.Null(),
]);

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
  policies: Type.Array(
    Closed({
      file: Type.String({ description: 'its name: of a policy or a file' }),
      id: Type.String(),
      version: Type.Integer(),
      isDefault: Type.Boolean(),
      loadedAtSeconds: Seconds,
      digest: Type.String({ description: 'over the files that it was read from' }),
      problems: Type.Array(Closed({ kind: Type.String(), what: Type.String() })),
      rules: Type.Array(
        Closed({
          id: Type.String(),
          version: Type.Integer(),
          jurisdiction: Type.String(),
          digest: Type.String({ description: 'of its content, as the ledger registers it' }),
          registration: Type.Enum([...REGISTRATIONS], {
            description:
              'what the ledger says of it: in force with this content; nothing, or nothing yet; another content in force (then it is not asked); withdrawn (nor then)',
          }),
        }),
        { description: 'that it asks of everybody now' },
      ),
      refused: Refused,
    }),
  ),
  trust: Type.Union([
    Closed({
      file: Type.String(),
      loadedAtSeconds: Type.Union([Seconds, Type.Null()]),
      digest: Type.Union([Type.String(), Type.Null()]),
      validUntilSeconds: Type.Union([Seconds, Type.Null()]),
      refused: Refused,
    }),
    Type.Null(),
  ]),
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
  let rooted: { readonly state: Checkpoint['state']; readonly root: StateRoot } | undefined;
  const rootOf = async (state: Checkpoint['state']): Promise<string> => {
    // A worker whose ledger was another one begins with a state of its own.
    if (rooted?.state !== state) rooted = { state, root: new StateRoot(nodeCrypto, state) };
    const { root } = rooted;
    while (!root.advance(ROOTS_AT_ONCE)) await nextTurn();
    return toHex(root.root());
  };
  app.get(
    '/state',
    { schema: { tags: ['state'], summary: 'What this checkpoint knows', response: { 200: State } } },
    async () => {
      const { state } = verifier;
      const stateRoot = await rootOf(state);
      return toState(verifier, deployment, { state, stateRoot });
    },
  );
}

function toState(
  verifier: Checkpoint,
  { chainId, genesisHash }: Deployment,
  { state, stateRoot }: { readonly state: Checkpoint['state']; readonly stateRoot: string },
): Static<typeof State> {
  const { head, roots, trust, statusAnchors } = state;
  const { files, follower } = verifier;
  return {
    ledger: {
      chainId,
      genesisHash,
      head: head.number < 0 ? null : { ...head },
      confirmedAtSeconds: verifier.confirmedAtSeconds ?? null,
      roots: roots.size,
      stateRoot,
    },
    policies: policiesOf(files, state),
    trust: trustOf(files),
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

function policiesOf(files: CheckpointFiles, state: Checkpoint['state']): Static<typeof State>['policies'] {
  return files.policies.flatMap(({ good, name, refusal }, place) =>
    good === undefined
      ? []
      : {
          file: name,
          id: good.value.policy.id,
          version: good.value.policy.version,
          isDefault: place === 0,
          loadedAtSeconds: good.loadedAtSeconds,
          digest: good.digest,
          problems: good.value.problems.map((problem) => ({ ...problem })),
          rules: files.rulesInUse(good.value, state).map((rule) => ({ ...rule })),
          refused: refusal ?? null,
        },
  );
}

function trustOf({ trustFile }: CheckpointFiles): Static<typeof State>['trust'] {
  if (trustFile === undefined) return null;
  const { good, name, refusal } = trustFile;
  return {
    file: name,
    loadedAtSeconds: good?.loadedAtSeconds ?? null,
    digest: good?.digest ?? null,
    validUntilSeconds: good?.value.life?.untilSeconds ?? null,
    refused: refusal ?? null,
  };
}
