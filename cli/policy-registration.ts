/**
 * What `hcl policy publish`, `withdraw` and `status` work with: a policy, and the ledger with the authorities of its
 * jurisdiction. In the demonstration an authority's admin key lies in `<data>/keys/<name>/`; in earnest an option names it.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PolicyNames } from '../core/policy/ledger-registry.ts';
import type { LedgerState } from '../core/trust/ledger-state.ts';
import type { Authority } from '../core/trust/trust-list.ts';
import type { RegisteredAt } from '../core/verify/policy-rules.ts';
import { readKeyFile } from '../issuer/keys/key-file.ts';
import { parseDeployment, type Deployment } from '../ledger/deployment.ts';
import { PolicyRegistryClient } from '../ledger/policy-registry.ts';
import { LedgerRpc } from '../ledger/rpc.ts';
import { Sender } from '../ledger/sender.ts';
import { nodeCrypto } from '../service/node-crypto.ts';
import { RegisteredPolicies } from '../verifier/registered-policies.ts';
import { readConsortiumFile } from './consortium-file.ts';
import { usageError } from './errors.ts';
import { dataFolderOf, resolvePath, type Io } from './io.ts';
import { readLedgerState } from './ledger-reading.ts';
import { sourceOf, type PolicySource } from './policy-sources.ts';

export interface RegistrationOptions {
  /** Name of the authority, where the jurisdiction has several. */
  readonly authority?: string | undefined;
  /** File of its admin's key. */
  readonly adminKey?: string | undefined;
  readonly rpcUrl?: string | undefined;
}

export interface PolicyRegistration {
  readonly source: PolicySource;
  readonly names: PolicyNames;
  readonly state: LedgerState;
  /** What the ledger says of the policy now. */
  readonly now: RegisteredAt & { readonly seconds: number };
  /** Of its jurisdiction. */
  readonly authorities: readonly Authority[];
  /** Does something as the authority's admin. */
  act<T>(work: (authority: Authority, client: PolicyRegistryClient) => Promise<T>): Promise<T>;
}

/** Throws `CLI_NOT_STARTED`, `CLI_USAGE`, `CLI_FILE_INVALID`, any `LedgerError`; `act` throws any `KeyError` too. */
export async function openRegistration(
  name: string,
  options: RegistrationOptions,
  io: Io,
): Promise<PolicyRegistration> {
  const source = await sourceOf(name, io);
  const { policy } = source;
  const consortium = await readConsortiumFile(dataFolderOf(io));
  const deployment = parseDeployment(await readFile(consortium.deployment, 'utf8'));
  const rpcUrl = options.rpcUrl ?? consortium.rpcUrl;
  const state = await readLedgerState(rpcUrl, deployment);
  const registered = new RegisteredPolicies(nodeCrypto);
  const seconds = Math.max(io.nowSeconds(), state.head.timeSeconds);
  const authorities = [...state.trust.authorities()].filter(
    ({ jurisdiction }) => jurisdiction === policy.jurisdiction,
  );
  return {
    source,
    names: registered.namesOf(policy),
    state,
    now: { ...registered.over(state).find(policy, seconds), seconds },
    authorities,
    async act(work) {
      const authority = authorityAmong(authorities, options.authority, policy.jurisdiction);
      const key = await readKeyFile(adminKeyFile(authority, options, io));
      using rpc = new LedgerRpc({ url: rpcUrl });
      return await work(authority, clientOf({ rpc, deployment, privateKey: key.trim() }));
    },
  };
}

function clientOf({
  deployment,
  privateKey,
  rpc,
}: {
  readonly rpc: LedgerRpc;
  readonly deployment: Deployment;
  readonly privateKey: string;
}): PolicyRegistryClient {
  const sender = new Sender({ rpc, privateKey, chainId: deployment.chainId });
  return new PolicyRegistryClient({ rpc, deployment, sender });
}

function authorityAmong(
  authorities: readonly Authority[],
  name: string | undefined,
  jurisdiction: string,
): Authority {
  const [only, ...others] = name === undefined ? authorities : authorities.filter((one) => one.name === name);
  if (only !== undefined && others.length === 0) return only;
  const known = authorities.map((one) => one.name).join(', ');
  throw usageError(
    known === ''
      ? `no authority of ${jurisdiction} is on the ledger, so nobody can register its rules`
      : `--authority is one of ${jurisdiction}: ${known}`,
  );
}

function adminKeyFile({ name }: Authority, { adminKey }: RegistrationOptions, io: Io): string {
  return adminKey === undefined
    ? join(dataFolderOf(io), 'keys', name.toLowerCase(), 'authority-admin.key')
    : resolvePath(io, adminKey);
}
