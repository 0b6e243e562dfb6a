/**
 * One issuer on a real embedded ledger, with a web server that publishes its status lists and leaves: all
 * that a verifier and an auditor see of an issuer.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fromBase64url, toBase64url } from '../../../core/bytes/base64url.ts';
import type { ActChanges } from '../../../core/act/places.ts';
import { fromHex, toHex } from '../../../core/bytes/hex.ts';
import { assembleBatch, MAX_BATCH_LEAVES } from '../../../core/commitment/batch.ts';
import { commitmentOf, leafHash } from '../../../core/commitment/leaf.ts';
import { signCredential } from '../../../core/credential/jwt.ts';
import { toClaims } from '../../../core/credential/profiles.ts';
import { policyDigest } from '../../../core/policy/digest.ts';
import type { Policy } from '../../../core/policy/policy.ts';
import { encodeCode } from '../../../core/qr/code.ts';
import { approveActs } from '../../../ledger/act-approval.ts';
import type { Deployment } from '../../../ledger/deployment.ts';
import { addressOfKey } from '../../../ledger/identifiers.ts';
import { policyIdOf } from '../../../ledger/policy-id.ts';
import { PolicyRegistryClient } from '../../../ledger/policy-registry.ts';
import { StatusAnchorClient } from '../../../ledger/status-anchor.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import {
  admitIssuer,
  AUTHORITY,
  deployTo,
  FAR_FUTURE,
  GENESIS_SECONDS,
  handOf,
  ISSUER,
  ISSUER_DID,
  startTestNode,
} from '../../ledger/support/test-ledger.ts';
import { actBatchOf, digestOf, leafOf, type HistoryDocument } from '../../auditor/support/acts-world.ts';
import { APPROVER_KEYS } from '../../issuer/support/memory-ledger.ts';
import { vaccinationRecord } from '../../support/consortium.ts';
import { listWith, manifestOf, newKey, rootOfLists, URI } from './status-world.ts';

/** A moment after everything that the fixture puts on the ledger. */
export const LEDGER_NOW: number = GENESIS_SECONDS + 120;

export interface PublishedIssuer extends AsyncDisposable {
  readonly did: string;
  readonly url: string;
  readonly rpcUrl: string;
  readonly deployment: Deployment;
  /** What the web server answers, by path; change it to lie. */
  readonly documents: Map<string, unknown>;
  /** Paths asked for so far. */
  readonly requests: string[];
  /** Issues one credential with this status index in a batch of its own; the code. */
  issue(statusIndex: number): Promise<string>;
  /** The next status version, with these indices revoked. */
  publish(revoked: readonly number[]): Promise<void>;
  /** That version of a policy of its authority; when it begins, Unix seconds. */
  publishPolicy(policy: Policy, effectiveFrom?: number): Promise<number>;
}

export async function startPublishedIssuer(): Promise<PublishedIssuer> {
  const node = await startTestNode();
  const deployment = await deployTo(node.url);
  await admitIssuer(node.url, deployment);
  const key = newKey();
  {
    using admin = handOf('issuer', node.url, deployment);
    const window = { from: 0, until: FAR_FUTURE };
    await admin.trust.addKey(ISSUER, {
      thumbprint: fromBase64url(key.kid),
      publicKey: key.publicKey,
      ...window,
    });
    for (const approver of APPROVER_KEYS)
      await admin.trust.addApprover(ISSUER, addressOfKey(approver), window);
  }
  const documents = new Map<string, unknown>();
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.url ?? '');
    const document = documents.get(request.url ?? '');
    if (document === undefined) response.writeHead(404).end();
    else response.setHeader('content-type', 'application/json').end(JSON.stringify(document));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  // It listens on a port, not on a socket file.
  const { port } = server.address() as AddressInfo;
  const hand = handOf('account', node.url, deployment);
  let sequence = 0;
  let version = 0;
  let listVersion = 0;
  let actBatches = 0;
  const revokedSoFar = new Set<number>();
  const history: HistoryDocument['versions'][number][] = [];

  /** An act that two people approve, on the ledger and among the documents. */
  async function anchorAct(statuses: StatusAnchorClient, indices: readonly number[]): Promise<ActChanges> {
    const { leaf } = leafOf(++actBatches);
    const batch = actBatchOf(ISSUER, actBatches, leaf);
    const toSign = { ...batch, root: fromHex(batch.root), deadline: FAR_FUTURE };
    const [first, second] = APPROVER_KEYS.map((person) =>
      approveActs(person, { deployment, issuer: ISSUER }, toSign),
    );
    if (first === undefined || second === undefined) throw new Error('two people approve');
    await statuses.anchorActs(toSign, [first, second]);
    documents.set(`/acts/batches/${batch.root}`, batch);
    return { act: leaf, lists: [{ uri: URI, value: 'revoked', indices }] };
  }

  return {
    did: ISSUER_DID,
    url: `http://127.0.0.1:${port}`,
    rpcUrl: node.url,
    deployment,
    documents,
    requests,
    async issue(statusIndex) {
      sequence++;
      const claims = toClaims(vaccinationRecord(), 'venue', {
        iss: ISSUER_DID,
        jti: toBase64url(new Uint8Array(16).fill(sequence)),
        issuedAtSeconds: GENESIS_SECONDS,
        status: { idx: statusIndex, uri: URI },
      });
      const { headerBytes, payloadBytes, signature } = await signCredential(claims, key);
      const leaf = leafHash(nodeCrypto, commitmentOf(nodeCrypto, headerBytes, payloadBytes));
      const batch = assembleBatch(nodeCrypto, {
        leafHashes: leaf,
        seed: new Uint8Array(32).fill(sequence),
        randomNumbers: new Uint32Array(MAX_BATCH_LEAVES),
      });
      const { root } = batch.tree;
      await hand.batches.anchor({
        root,
        log2Size: batch.log2Size,
        class: 'long',
        expectedSequence: sequence,
      });
      documents.set(`/batches/${toHex(root)}`, {
        issuer: ISSUER,
        root: toHex(root),
        class: 'long',
        log2Size: batch.log2Size,
        sequence,
        leaves: hexLeaves(batch.leafHashes),
      });
      const index = batch.positions[0] ?? 0;
      return encodeCode({ headerBytes, payloadBytes, signature, index, path: batch.tree.path(index) });
    },
    async publish(revoked) {
      version++;
      const { rpc, sender } = hand;
      const statuses = new StatusAnchorClient({ rpc, deployment, sender, issuer: ISSUER });
      const indices = revoked.filter((index) => !revokedSoFar.has(index)).sort((a, b) => a - b);
      for (const index of indices) revokedSoFar.add(index);
      if (indices.length > 0 || version === 1) listVersion = version;
      const changes = indices.length === 0 ? [] : [await anchorAct(statuses, indices)];
      const lists = [listWith(listVersion, revoked)];
      await statuses.publish({
        version,
        listsRoot: fromHex(rootOfLists(lists)),
        actsDigest: fromHex(digestOf(changes)),
        nextUpdate: GENESIS_SECONDS + 86_400,
      });
      history.push({ version, listCount: 1, changes });
      documents.set('/acts/history?after=0', {
        lists: [URI],
        size: 131_072,
        versions: history,
        erasures: [],
        more: false,
      });
      documents.set('/status', await manifestOf(version, lists, key));
    },
    async publishPolicy(policy, effectiveFrom = LEDGER_NOW) {
      using authority = handOf('authority', node.url, deployment);
      const client = new PolicyRegistryClient({ ...authority, deployment });
      await client.publish({
        authority: AUTHORITY,
        policy: policyIdOf(policy.id),
        version: policy.version,
        digest: policyDigest(nodeCrypto, policy),
        effectiveFrom,
      });
      return effectiveFrom;
    },
    async [Symbol.asyncDispose]() {
      hand[Symbol.dispose]();
      server.closeAllConnections();
      server.close();
      await node[Symbol.asyncDispose]();
    },
  };
}

function hexLeaves(flat: Uint8Array): readonly string[] {
  return Array.from({ length: flat.length / 32 }, (_, i) => toHex(flat.subarray(i * 32, i * 32 + 32)));
}
