/**
 * Documents anchored on a chain, by those who made the format: the hash of the document and of its batch, and on-chain
 * whether the batch was issued and nothing of it revoked. Who owns the store (a DNS record) is left out, since that
 * asks the network.
 */
import { documentInputs } from './document-inputs.ts';
import type { Peer } from './peer.ts';

interface OaVerify {
  readonly openAttestationHash: unknown;
  readonly openAttestationEthereumDocumentStoreStatus: unknown;
  verificationBuilder(
    verifiers: readonly unknown[],
    options: { readonly provider: unknown },
  ): (document: unknown) => Promise<unknown>;
  readonly utils: {
    generateProvider(options: { readonly providerType: 'jsonrpc'; readonly url: string }): unknown;
  };
  isValid(fragments: unknown, types: readonly string[]): boolean;
}

const oaVerify: Peer = {
  name: 'oa-verify',
  role: 'whole',
  packages: ['@govtechsg/oa-verify', '@govtechsg/open-attestation', '@govtechsg/document-store'],
  makeInputs: documentInputs,
  open({ rpcUrl = '' }, load) {
    const oa = load('@govtechsg/oa-verify') as OaVerify;
    const verify = oa.verificationBuilder(
      [oa.openAttestationHash, oa.openAttestationEthereumDocumentStoreStatus],
      { provider: oa.utils.generateProvider({ providerType: 'jsonrpc', url: rpcUrl }) },
    );
    return Promise.resolve(async ({ text }) =>
      oa.isValid(await verify(JSON.parse(text)), ['DOCUMENT_INTEGRITY', 'DOCUMENT_STATUS']),
    );
  },
};

export const LEDGER_PEERS: readonly Peer[] = [oaVerify];
