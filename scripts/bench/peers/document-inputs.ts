/**
 * Documents of OpenAttestation: one batch, wrapped by its own library, issued in its own document store on a local
 * chain (anvil, or our node where npm has no anvil), and one of another batch that has been revoked there.
 */
import { Contract, ContractFactory, JsonRpcProvider, NonceManager, Wallet, type InterfaceAbi } from 'ethers';
import { anvilNode, ourNode, SENDER_KEY, type Ledger } from '../ledger-processes.ts';
import { benchRecord } from '../world.ts';
import { JUDGED_AT } from './inputs.ts';
import type { InputOptions, Inputs, Sample } from './peer.ts';

interface OpenAttestation {
  wrapDocuments(documents: readonly object[]): readonly WrappedDocument[];
}

interface WrappedDocument {
  readonly data: object;
  readonly signature: { readonly merkleRoot: string };
}

interface DocumentStorePackage {
  readonly DocumentStoreFactory: { readonly abi: InterfaceAbi; readonly bytecode: string };
}

export async function documentInputs({ codes, load, resources }: InputOptions): Promise<Inputs> {
  const { wrapDocuments } = load('@govtechsg/open-attestation') as OpenAttestation;
  const ledger = resources.use((await anvilNode()) ?? (await ourNode('documents', 'native')));
  const store = await Store.on(ledger, resources, load('@govtechsg/document-store') as DocumentStorePackage);
  const wrap = (from: number, count: number): readonly WrappedDocument[] =>
    wrapDocuments(Array.from({ length: count }, (_, i) => documentOf(from + i, store.address)));
  const issued = wrap(0, codes);
  const [revoked] = await store.issue(wrap(codes, 1));
  const [stranger] = wrap(codes + 1, 1);
  await store.issue(issued);
  await store.revoke(revoked);
  const [first, second] = issued;
  return {
    valid: issued.map(sampleOf),
    flawed: new Map([
      ['tampered', sampleOf({ ...first, data: second?.data })],
      ['stranger', sampleOf(stranger)],
      ['revoked', sampleOf(revoked)],
    ]),
    bare: new Map(),
    trust: {},
    rpcUrl: ledger.url,
  };
}

function sampleOf(document: unknown): Sample {
  return { text: JSON.stringify(document), nowSeconds: JUDGED_AT };
}

/** The same facts as in our venue codes. */
function documentOf(i: number, documentStore: string): object {
  return {
    $template: { name: 'VACCINATION', type: 'EMBEDDED_RENDERER', url: 'https://hk-dh.example' },
    issuers: [
      { name: 'HK-DH', documentStore, identityProof: { type: 'DNS-TXT', location: 'hk-dh.example' } },
    ],
    ...benchRecord(i),
  };
}

class Store {
  readonly address: string;
  readonly #contract: Contract;

  private constructor(address: string, contract: Contract) {
    this.address = address;
    this.#contract = contract;
  }

  static async on(
    { url, gasPrice }: Ledger,
    resources: AsyncDisposableStack,
    { DocumentStoreFactory: { abi, bytecode } }: DocumentStorePackage,
  ): Promise<Store> {
    const provider = new JsonRpcProvider(url, undefined, { cacheTimeout: -1 });
    resources.defer(() => provider.destroy());
    const wallet = new Wallet(SENDER_KEY, provider);
    const signer = new NonceManager(wallet);
    const factory = new ContractFactory(abi, bytecode, signer);
    const contract = await factory.deploy('HK-DH', wallet.address, { type: 0, gasPrice });
    await contract.waitForDeployment();
    const address = await contract.getAddress();
    return new Store(address, new Contract(address, abi, signer));
  }

  async issue(documents: readonly WrappedDocument[]): Promise<readonly WrappedDocument[]> {
    await this.#send('issue', documents);
    return documents;
  }

  async revoke(document: WrappedDocument | undefined): Promise<void> {
    await this.#send('revoke', document === undefined ? [] : [document]);
  }

  async #send(method: string, [document]: readonly WrappedDocument[]): Promise<void> {
    const transaction = await this.#contract.getFunction(method).send(`0x${document?.signature.merkleRoot}`);
    await transaction.wait();
  }
}
