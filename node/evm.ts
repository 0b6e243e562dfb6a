/**
 * EthereumJS' EVM over a state of ours. It looks through the whole code of a contract, for where that may jump to, on
 * every call, which takes longer than most calls do; here what was found is kept.
 */
import { createEVM, type EVM, type EVMMockBlockchainInterface } from '@ethereumjs/evm';
import type { MerkleStateManager } from '@ethereumjs/statemanager';
import type { ChainRules } from './chain-rules.ts';
import { NodeError } from './node-errors.ts';

/** Hash of a block by its number, for the BLOCKHASH instruction. */
export type BlockHashes = (number: bigint) => Uint8Array | undefined;

/** EthereumJS does not export the class itself. */
type Interpreter = NonNullable<Awaited<ReturnType<EVM['runCode']>>['runState']>['interpreter'];
type JumpAnalysis = ReturnType<Interpreter['_getValidJumpDestinations']>;

/** Of each EVM that was opened here, those of the codes run last; by the very bytes, which nothing ever changes. */
const ANALYSES = new WeakMap<EVM, Map<Uint8Array, JumpAnalysis>>();
/** A ledger has some ten contracts; an analysis of the largest code there may be is some 600 kB. */
const ANALYSES_KEPT = 64;
const STOP = Uint8Array.of(0);

export async function openEvm(
  rules: ChainRules,
  state: MerkleStateManager,
  blockHashes: BlockHashes,
): Promise<EVM> {
  const blockchain = blockHashSource(blockHashes);
  const evm = await createEVM({ common: rules.common, stateManager: state, blockchain });
  ANALYSES.set(evm, new Map());
  const { runState } = await evm.runCode({ code: STOP });
  if (runState !== undefined) keepAnalyses(Object.getPrototypeOf(runState.interpreter) as Interpreter); // its class
  return evm;
}

let isKeeping = false;

/** Once for all: an EVM that was opened elsewhere has no analyses, and looks through codes as ever. */
function keepAnalyses(interpreter: Interpreter): void {
  if (isKeeping) return;
  isKeeping = true;
  const analyse = interpreter._getValidJumpDestinations;
  interpreter._getValidJumpDestinations = function (this: Interpreter, code) {
    const kept = ANALYSES.get(this._evm);
    const found = kept?.get(code) ?? analyse.call(this, code);
    if (kept !== undefined && isWhole(code)) remember(kept, code, found);
    return found;
  };
}

/** Init code is a part of its creator's memory, which would be kept with it, megabytes, and is never run again. */
function isWhole(code: Uint8Array): boolean {
  return code.byteLength === code.buffer.byteLength;
}

function remember(kept: Map<Uint8Array, JumpAnalysis>, code: Uint8Array, found: JumpAnalysis): void {
  kept.delete(code); // goes to the end: a map is in the order of its first `set`
  kept.set(code, found);
  const oldest = kept.keys().next();
  if (kept.size > ANALYSES_KEPT && !oldest.done) kept.delete(oldest.value);
}

/** The EVM's way to ask for block hashes. */
function blockHashSource(blockHashes: BlockHashes): EVMMockBlockchainInterface {
  const source: EVMMockBlockchainInterface = {
    getBlock: async (number) => {
      const hash = blockHashes(BigInt(number));
      if (hash === undefined) throw new NodeError('NODE_STORE_CORRUPT', `block ${number} is missing`);
      return { hash: () => hash };
    },
    putBlock: async () => {
      // The EVM never stores blocks.
    },
    shallowCopy: () => source,
  };
  return source;
}
