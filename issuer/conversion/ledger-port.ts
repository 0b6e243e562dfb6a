/** Joins the conversions' port to the ledger: a replica that is read, and the registry that is written to. */
import type { Side } from '../../core/conversion/padding.ts';
import type { Hex } from '../../core/bytes/hex.ts';
import type { LedgerBlock } from '../../core/trust/ledger-event.ts';
import { LedgerState } from '../../core/trust/ledger-state.ts';
import { ConversionRegistryClient } from '../../ledger/conversion-registry.ts';
import type { Deployment } from '../../ledger/deployment.ts';
import { LedgerError } from '../../ledger/errors.ts';
import { Replica } from '../../ledger/replica.ts';
import type { LedgerRpc } from '../../ledger/rpc.ts';
import type { Sender } from '../../ledger/sender.ts';
import type { ConversionPort } from './ports.ts';

export interface LedgerPortOptions {
  readonly rpc: LedgerRpc;
  readonly rpcUrl: string;
  readonly deployment: Deployment;
  readonly sender: Sender;
  /** This issuer, as the ledger names it. */
  readonly issuer: Hex;
}

/** Somebody else wrote with an account of ours. */
const TAKEN = 'ConversionRegistryWrongSequence';

/**
 * `undefined` on a ledger without the registry. Nothing is read before the first `sync`, which replays all that is
 * final: the state lies in memory alone, as no issuer trusts an endpoint's word for it.
 */
export function connectConversions(
  options: LedgerPortOptions,
): (ConversionPort & AsyncDisposable) | undefined {
  const { deployment, issuer, rpcUrl } = options;
  if (deployment.contracts.conversionRegistry === undefined) return undefined;
  const registry = new ConversionRegistryClient(options);
  const state = new LedgerState();
  let replica: Promise<Replica<LedgerState>> | undefined;
  const pairOf = (side: Side, peer: Hex): { readonly source: Hex; readonly target: Hex } =>
    side === 'spent' ? { source: issuer, target: peer } : { source: peer, target: issuer };
  const listeners: Parameters<ConversionPort['onAcknowledged']>[0][] = [];
  const tell = (_: LedgerState, blocks: readonly LedgerBlock[]): void => {
    for (const event of blocks.flatMap(({ events }) => events)) {
      if (event.event !== 'ConversionsAcknowledged' || event.source !== issuer) continue;
      for (const listener of listeners) listener(event.target, event.acknowledgements);
    }
  };
  return {
    state,
    async sync() {
      replica ??= Replica.open({ rpcUrls: [rpcUrl], deployment, onChange: tell }, { state });
      await (await replica).sync();
    },
    async sequence(side, peer) {
      return (await registry.sequences(pairOf(side, peer)))[side];
    },
    async sequenceOf(side, peer, value) {
      const pair = pairOf(side, peer);
      return side === 'spent'
        ? await registry.spentIn(pair, value)
        : await registry.acknowledgedIn(pair, value);
    },
    onAcknowledged(listener) {
      listeners.push(listener);
    },
    async write({ side, peer: partner, sequence, values }) {
      const batch = { partner, sequence, values };
      try {
        await (side === 'spent' ? registry.spend(batch) : registry.acknowledge(batch));
        return 'written';
      } catch (error) {
        if (error instanceof LedgerError && error.revert?.name === TAKEN) return 'taken';
        throw error;
      }
    },
    async [Symbol.asyncDispose]() {
      await (await replica)?.[Symbol.asyncDispose]();
    },
  };
}
