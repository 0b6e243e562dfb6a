/**
 * One issuer on the embedded ledger, with its keys in a sealed file, its admin, and a checkpoint that follows the ledger:
 * all that a story about keys is told with. One clock for ledger, issuer and checkpoint, moved by hand.
 */
import { join } from 'node:path';
import { toHex } from '../../../../core/bytes/hex.ts';
import type { CredentialType } from '../../../../core/credential/credential-type.ts';
import { fromJwk } from '../../../../core/credential/key.ts';
import { thumbprintOf } from '../../../../core/credential/thumbprint.ts';
import { LedgerState } from '../../../../core/trust/ledger-state.ts';
import { defaultPolicy } from '../../../../core/verify/policy.ts';
import type { Verdict } from '../../../../core/verify/verdict.ts';
import { verifyCode } from '../../../../core/verify/verify.ts';
import type { Issuer } from '../../../../issuer/issuer.ts';
import { fileKeyStore } from '../../../../issuer/keys/file-key-store.ts';
import {
  SigningKeyStore,
  toStoredKey,
  type StoredSigningKey,
} from '../../../../issuer/keys/signing-key-store.ts';
import { connectLedger } from '../../../../issuer/ledger-ports.ts';
import type { Deployment } from '../../../../ledger/deployment.ts';
import { IssuerAdmin, type KeyToRegister } from '../../../../ledger/issuer-admin.ts';
import { Replica } from '../../../../ledger/replica.ts';
import { createRandomBytes } from '../../../../service/clock.ts';
import { silentLogger } from '../../../../service/logging.ts';
import { nodeCrypto } from '../../../../service/node-crypto.ts';
import { VERIFIER_DEFAULTS } from '../../../../verifier/config.ts';
import { StatusFollower } from '../../../../verifier/status-follower.ts';
import {
  admitIssuer,
  deployTo,
  FAR_FUTURE,
  GENESIS_SECONDS,
  handOf,
  ISSUER,
  ISSUER_DID,
  keyOf,
  startTestNode,
  type Hand,
} from '../../../ledger/support/test-ledger.ts';
import { IssuerHouse } from '../../support/issuer-house.ts';

export class KeyWorld implements AsyncDisposable {
  readonly house: IssuerHouse;
  readonly url: string;
  readonly deployment: Deployment;
  readonly admin: IssuerAdmin;
  readonly keys: SigningKeyStore;
  readonly issuer: Issuer;
  readonly #state: LedgerState = new LedgerState();
  readonly #replica: Replica<LedgerState>;
  readonly #follower: StatusFollower;
  readonly #everything: AsyncDisposableStack;

  private constructor(parts: {
    house: IssuerHouse;
    url: string;
    deployment: Deployment;
    admin: IssuerAdmin;
    keys: SigningKeyStore;
    issuer: Issuer;
    state: LedgerState;
    replica: Replica<LedgerState>;
    everything: AsyncDisposableStack;
  }) {
    const { house, issuer } = parts;
    this.house = house;
    this.url = parts.url;
    this.deployment = parts.deployment;
    this.admin = parts.admin;
    this.keys = parts.keys;
    this.issuer = issuer;
    this.#state = parts.state;
    this.#replica = parts.replica;
    this.#everything = parts.everything;
    this.#follower = new StatusFollower(
      {
        issuers: [{ did: ISSUER_DID, url: 'https://clinic.example' }],
        limits: VERIFIER_DEFAULTS.manifestLimits,
      },
      {
        crypto: nodeCrypto,
        fetchJson: async () => JSON.parse(JSON.stringify(await issuer.statusManifest())) as unknown,
        nowSeconds: () => this.nowSeconds,
        log: silentLogger,
      },
    );
  }

  /** The issuer's key is registered, and in use. @param accredited for types of credentials, if not the usual */
  static async start(accredited: { readonly types?: readonly CredentialType[] } = {}): Promise<KeyWorld> {
    await using stack = new AsyncDisposableStack();
    const house = stack.use(await IssuerHouse.create());
    house.nowMs = GENESIS_SECONDS * 1000;
    const node = stack.use(await startTestNode({ nowSeconds: () => Math.floor(house.nowMs / 1000) }));
    const deployment = await deployTo(node.url);
    await admitIssuer(node.url, deployment, accredited);
    const hand: Hand = stack.use(handOf('issuer', node.url, deployment));
    const admin = new IssuerAdmin({ ...hand, deployment, issuer: ISSUER });
    const randomBytes = createRandomBytes();
    const options = {
      path: join(house.folder, 'signing-keys.json'),
      secret: { bytes: randomBytes(32), cost: 1024 },
      randomBytes,
    };
    const keys = await SigningKeyStore.create(
      options,
      toStoredKey(house.secrets.signingKey, GENESIS_SECONDS),
    );
    await admin.registerKey(registrationOf(keys.current), FAR_FUTURE);
    const ledger = connectLedger({
      rpcUrl: node.url,
      deployment,
      did: ISSUER_DID,
      accountKey: toHex(keyOf('account')),
    });
    const issuer = await house.open({
      config: { did: ISSUER_DID },
      ports: { ...ledger, keyStore: fileKeyStore(options) },
    });
    stack.use(issuer);
    const state = new LedgerState();
    const replica = stack.use(await Replica.open({ rpcUrls: [node.url], deployment }, { state }));
    const everything = stack.move();
    return new KeyWorld({
      house,
      url: node.url,
      deployment,
      admin,
      keys,
      issuer,
      state,
      replica,
      everything,
    });
  }

  get nowSeconds(): number {
    return Math.floor(this.house.nowMs / 1000);
  }

  /** The checkpoint catches up with ledger and status lists. */
  async look(): Promise<void> {
    await this.#replica.sync();
    this.#follower.follow(this.#state);
    await this.#follower.settle();
  }

  /** From what the checkpoint saw last. */
  verify(code: string): Promise<Verdict> {
    return verifyCode(code, {
      crypto: nodeCrypto,
      state: this.#state,
      statusLists: this.#follower.lists,
      nowSeconds: this.nowSeconds,
      policy: defaultPolicy,
    });
  }

  /** Makes a key, registers it and has the issuer use it. */
  async rotate(): Promise<StoredSigningKey> {
    const next = await this.keys.add(this.nowSeconds);
    await this.admin.registerKey(registrationOf(next), FAR_FUTURE);
    await this.issuer.rotation.use(next.kid);
    return next;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#everything.disposeAsync();
  }
}

export function registrationOf({ jwk }: StoredSigningKey): KeyToRegister {
  const publicKey = fromJwk(jwk);
  return { publicKey, thumbprint: thumbprintOf(nodeCrypto, publicKey) };
}
