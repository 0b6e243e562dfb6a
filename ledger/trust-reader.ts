/** What `TrustList` says now of an issuer's keys and accounts, asked of one endpoint: for those who administer them. */
import type { Hex } from '../core/trust/ledger-event.ts';
import { toHex } from '../core/bytes/hex.ts';
import { trustListAbi } from './abi.ts';
import { parseHeader } from './block-header.ts';
import { readContract } from './contract-call.ts';
import type { Deployment } from './deployment.ts';
import type { LedgerRpc } from './rpc.ts';

/** Times are Unix seconds; the window is half open. */
export interface LedgerGrant {
  readonly from: number;
  readonly until: number;
  /** What was done with it from then on does not count. */
  readonly compromisedFrom?: number;
}

export class TrustReader {
  readonly #rpc: LedgerRpc;
  readonly #deployment: Deployment;

  constructor(options: { readonly rpc: LedgerRpc; readonly deployment: Deployment }) {
    this.#rpc = options.rpc;
    this.#deployment = options.deployment;
  }

  /** @param thumbprint RFC 7638, 32 bytes. Throws as `readContract`. */
  async keyGrant(issuer: Hex, thumbprint: Uint8Array): Promise<LedgerGrant | undefined> {
    const [grant] = await this.#read('keyOf', [issuer, toHex(thumbprint)]);
    return toGrant(grant);
  }

  /** The window of an account that serves this issuer. */
  async accountGrant(issuer: Hex, account: Hex): Promise<LedgerGrant | undefined> {
    const [served, grant] = await this.#read('accountOf', [account]);
    return served === issuer ? toGrant(grant) : undefined;
  }

  /** Time of the newest block: no later one is earlier. */
  async headTimeSeconds(): Promise<number> {
    return parseHeader(await this.#rpc.request('eth_getBlockByNumber', ['latest', false])).timeSeconds;
  }

  async #read(name: string, values: readonly unknown[]): Promise<readonly unknown[]> {
    const { address } = this.#deployment.contracts.trustList;
    return await readContract(this.#rpc, { abi: trustListAbi, address, name, values });
  }
}

/** `until` = 0: there is no such grant. */
function toGrant(value: unknown): LedgerGrant | undefined {
  // The ABI says that this is a Grant: three uint64, which ethers gives as bigint.
  const { from, until, compromisedFrom } = value as Record<'from' | 'until' | 'compromisedFrom', bigint>;
  if (until === 0n) return undefined;
  return {
    from: Number(from),
    until: Number(until),
    ...(compromisedFrom === 0n ? {} : { compromisedFrom: Number(compromisedFrom) }),
  };
}
