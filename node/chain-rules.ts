/**
 * The rules of the embedded chain: Shanghai's instruction set under Clique seals and a zero base fee.
 *
 * EthereumJS ties Clique to the hard forks before the merge, and Shanghai to proof of stake. So the fork is London
 * plus Shanghai's execution changes by number: warm COINBASE (EIP-3651), PUSH0 (EIP-3855) and the init code limit
 * (EIP-3860). Withdrawals (EIP-4895) belong to proof of stake and stay out, so headers have London's 16 fields.
 *
 * The EVM must not see Clique: EthereumJS would then recover the beneficiary from a seal that does not exist while
 * the block is still being built. It gets the sealer as an ordinary beneficiary instead, which is what COINBASE
 * means under EIP-225, and a block gives the same state when it is executed again.
 */
import {
  ConsensusAlgorithm,
  ConsensusType,
  Hardfork,
  type ChainConfig,
  type Common,
} from '@ethereumjs/common';
import { FixedCommon } from './fixed-common.ts';
import { addressOfPublicKey, loadLedgerCrypto, toCustomCrypto, type LedgerCrypto } from './native-crypto.ts';
import { NodeError } from './node-errors.ts';

/** Gas limit of every block. */
export const BLOCK_GAS_LIMIT = 60_000_000n;
/** EIP-7825's limit for one transaction, and for one call: execution leaves the process no time for anything else. */
export const MAX_TRANSACTION_GAS = 16_777_216n;
/** EIP-225: the list of signers is repeated in the header of every block whose number divides by this. */
export const EPOCH_LENGTH = 30_000n;
/** geth's limit for one transaction on the wire. */
export const MAX_TRANSACTION_BYTES: number = 128 * 1024;

const SHANGHAI_EXECUTION = [3651, 3855, 3860];

const FORKS_AT_GENESIS = [
  Hardfork.Chainstart,
  Hardfork.Homestead,
  Hardfork.TangerineWhistle,
  Hardfork.SpuriousDragon,
  Hardfork.Byzantium,
  Hardfork.Constantinople,
  Hardfork.Petersburg,
  Hardfork.Istanbul,
  Hardfork.MuirGlacier,
  Hardfork.Berlin,
  Hardfork.London,
];

/** What every part of the node needs to know of its chain. */
export interface ChainRules {
  readonly chainId: bigint;
  /** Lower-case hex address of the only account that may seal. */
  readonly sealer: `0x${string}`;
  readonly crypto: LedgerCrypto;
  /** EthereumJS' view of the same rules, for transactions and the EVM. */
  readonly common: Common;
}

/** Rules for a chain id and the key that seals, with the fastest primitives unless others are given. Throws `NODE_OPTIONS_INVALID` when the key is out of range. */
export async function createChainRules(
  chainId: number,
  sealerPrivateKey: Uint8Array,
  given?: LedgerCrypto,
): Promise<ChainRules> {
  const crypto = given ?? (await loadLedgerCrypto());
  return chainRulesFor({ chainId, sealer: addressOfPrivateKey(sealerPrivateKey, crypto) }, crypto);
}

/** Rules for a chain whose sealer is known by its address alone. */
export function chainRulesFor(
  { chainId, sealer }: { chainId: number; sealer: `0x${string}` },
  crypto: LedgerCrypto,
): ChainRules {
  return { chainId: BigInt(chainId), sealer, crypto, common: createCommon(chainId, crypto) };
}

function createCommon(chainId: number, crypto: LedgerCrypto): Common {
  const chain: ChainConfig = {
    name: 'embedded-ledger',
    chainId,
    defaultHardfork: Hardfork.London,
    genesis: { gasLimit: 0, difficulty: 0, nonce: '0x0000000000000000', extraData: '0x' },
    hardforks: FORKS_AT_GENESIS.map((name) => ({ name, block: 0 })),
    bootstrapNodes: [],
    consensus: { type: ConsensusType.ProofOfStake, algorithm: ConsensusAlgorithm.Casper, casper: {} },
  };
  return new FixedCommon({
    chain,
    hardfork: Hardfork.London,
    eips: SHANGHAI_EXECUTION,
    customCrypto: toCustomCrypto(crypto),
  });
}

function addressOfPrivateKey(privateKey: Uint8Array, crypto: LedgerCrypto): `0x${string}` {
  try {
    return addressOfPublicKey(crypto.publicKeyOf(privateKey), crypto);
  } catch {
    throw new NodeError('NODE_OPTIONS_INVALID', 'sealerPrivateKey: out of range');
  }
}
