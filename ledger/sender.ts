/**
 * Sends the transactions of one account, each after the one before without waiting for it, so that one block can hold
 * several.
 *
 * The rule that makes a lost answer harmless: **one nonce, one set of bytes, until their fate is known.** What
 * was signed is handed over again, unchanged, until it has a receipt or the chain has given its nonce to
 * another transaction; only one of a nonce can ever be in the chain. Across a restart, a transaction that an
 * earlier process left waiting is waited for, and `isDone` then tells whether its effect is there.
 *
 * A transaction takes the nonce after one that still waits only once the node says that it holds that one, so no nonce
 * is left out. After an end that is not a receipt nothing follows until all that waits has ended: the account is then
 * where a restart would find it. What a node took first and refused for good later can leave a gap, and bytes beyond
 * it. Should they come to the chain after all, an issuer's change nothing twice: each of its writes names the sequence that
 * it expects, and what is done already is refused.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { computeAddress, hexlify, SigningKey } from 'ethers';
import { invariant } from '../core/errors.ts';
import type { Hex } from '../core/trust/ledger-event.ts';
import { BlockWatch, type Wait } from './block-watch.ts';
import { isRetryable, LedgerError } from './errors.ts';
import type { LedgerRpc } from './rpc.ts';
import { parseArray, parseData, parseQuantity, toQuantity } from './rpc-values.ts';
import { DEFAULT_GAS, signTransaction, type Call, type SignedTransaction } from './signed-transaction.ts';
import { countCalls, lookUpFate, type JsonReceipt } from './transaction-fate.ts';

export interface SenderOptions {
  readonly rpc: LedgerRpc;
  /** secp256k1, 32 bytes or hex. No other process may send with it. */
  readonly privateKey: Uint8Array | string;
  /** Of the deployment; it is signed, so no other chain takes the transaction (EIP-155, EIP-1559). */
  readonly chainId: number;
  /** How long one `send` keeps trying while the ledger does not answer or does not seal; default 60,000. */
  readonly patienceMs?: number;
}

export interface SenderDependencies {
  readonly wait?: Wait;
  /** Milliseconds that only grow. */
  readonly elapsed?: () => number;
}

export interface Receipt {
  readonly transactionHash: Hex;
  readonly blockNumber: number;
  readonly contractAddress: Hex | undefined;
  /** As the node gives them. */
  readonly logs: readonly unknown[];
}

interface Sending {
  readonly call: Call;
  readonly deadline: number;
  readonly isDone: () => Promise<boolean>;
}

interface Begun {
  /** `undefined`: the nonce is another transaction's. */
  readonly fate: Promise<Receipt | undefined>;
}

interface Tracking {
  readonly call: Call;
  readonly deadline: number;
  /** The node says that it has the transaction. */
  readonly onHeld: () => void;
}

const DEFAULT_PATIENCE_MS = 60_000;
const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 100;
/** A block is seen at once; that a node has forgotten what it held, so late at most. */
const LONGEST_WATCH_MS = 250;
/** A node that says "nonce too low" of a nonce it has not used is asked again before it is believed: for half a second. */
const REFUSALS_BELIEVED = 8;

export class Sender {
  /** Lowercase. */
  readonly address: Hex;
  readonly #rpc: LedgerRpc;
  readonly #key: SigningKey;
  readonly #chainId: number;
  readonly #patienceMs: number;
  readonly #wait: Wait;
  readonly #elapsed: () => number;
  readonly #blocks: BlockWatch;
  /** The last taking of a nonce; the next one starts after it. */
  #lastNonce: Promise<unknown> = Promise.resolve();
  /** Where transactions go whose fate is not known yet, by nonce. */
  readonly #waiting = new Map<number, Hex | undefined>();
  /** The nonce after the last that was signed: the account's next, unless that is in doubt. */
  #afterLast = 0;
  /** It was not looked at yet where the account stands, or something has ended without a receipt since. */
  #isInDoubt = true;
  /** How often that has happened. */
  #doubts = 0;

  constructor(options: SenderOptions, dependencies: SenderDependencies = {}) {
    this.#rpc = options.rpc;
    this.#key = new SigningKey(hexlify(options.privateKey));
    this.#chainId = options.chainId;
    this.#patienceMs = options.patienceMs ?? DEFAULT_PATIENCE_MS;
    this.#wait = dependencies.wait ?? sleep;
    this.#blocks = new BlockWatch(this.#rpc, this.#wait);
    this.#elapsed = dependencies.elapsed ?? (() => performance.now());
    this.address = computeAddress(this.#key.publicKey).toLowerCase() as Hex; // an address
  }

  /**
   * Sends a call and waits until it is in the chain, exactly once.
   *
   * Throws `LEDGER_REVERTED` when the contract refuses (nothing is then sent, or it is undone),
   * `LEDGER_RPC_REFUSED` when the node does, `LEDGER_UNREACHABLE` and `LEDGER_FATE_UNKNOWN` when patience ran
   * out before or after it was handed over.
   */
  async send(call: Call): Promise<Receipt> {
    const receipt = await this.sendUnless(() => Promise.resolve(false), call);
    invariant(receipt !== undefined, 'what is never done has a receipt');
    return receipt;
  }

  /**
   * As {@link Sender.send}, unless `isDone` says that the effect is there: for calls that may have been made
   * before a restart. `undefined` then. Calls go out in the order in which they were asked for; `isDone` is asked at
   * once, and again where the account was in doubt meanwhile.
   */
  async sendUnless(isDone: () => Promise<boolean>, call: Call): Promise<Receipt | undefined> {
    // Waiting for those before counts: else each of many would wait out a ledger that does not seal.
    const deadline = this.#elapsed() + this.#patienceMs;
    for (;;) {
      const sending = { call, deadline, isDone: this.#asker(isDone, deadline) };
      const taking = this.#lastNonce.then(() => this.#begin(sending));
      this.#lastNonce = taking.catch(() => undefined);
      const begun = await taking;
      if (begun === undefined) return undefined;
      const receipt = await begun.fate;
      if (receipt !== undefined) return receipt;
      // Another transaction of this account took the nonce: ours can never be in the chain, so a new one may.
    }
  }

  /**
   * Asks `isDone` before the turn has come, so that whoever is behind others has the answer by then. Of an account in
   * doubt the answer is worth nothing: the effect may come with what an earlier process left waiting.
   */
  #asker(isDone: () => Promise<boolean>, deadline: number): () => Promise<boolean> {
    const ask = (): Promise<boolean> => this.#patiently(isDone, deadline);
    if (this.#isInDoubt) return ask;
    const doubts = this.#doubts;
    const early = ask();
    early.catch(() => undefined); // it is awaited in its turn, or not at all
    return () => (this.#doubts === doubts ? early : ask());
  }

  /** Signs and hands over; resolves when the node holds the transaction or its fate is known. */
  async #begin({ call, deadline, isDone }: Sending): Promise<Begun | undefined> {
    let nonce: number;
    do {
      nonce = await this.#nextNonce(deadline);
      const trial = this.#tried(call, deadline);
      trial.catch(() => undefined); // what is done already needs no trial
      if (await isDone()) return undefined;
      await trial;
      // What this one was to follow may have ended without a receipt meanwhile.
    } while (this.#isInDoubt);
    const held = Promise.withResolvers<undefined>();
    const fate = this.#track(signTransaction(call, { chainId: this.#chainId, nonce, key: this.#key }), {
      call,
      deadline,
      onHeld: () => held.resolve(undefined),
    });
    await Promise.race([held.promise, fate.catch(() => undefined)]);
    return { fate };
  }

  /** Tried beside the question whether it is done; what builds on a call that waits cannot be tried before it. */
  async #tried(call: Call, deadline: number): Promise<void> {
    const isFirst = ![...this.#waiting.values()].includes(call.to);
    if (!isFirst || call.isTriedFirst === false) return;
    await this.#patiently(() => this.#rehearse(call, 'pending'), deadline);
  }

  async #track(signed: SignedTransaction, tracking: Tracking): Promise<Receipt | undefined> {
    this.#waiting.set(signed.nonce, tracking.call.to);
    this.#afterLast = signed.nonce + 1;
    let receipt: Receipt | undefined;
    try {
      receipt = await this.#fateOf(signed, tracking);
      return receipt;
    } finally {
      this.#waiting.delete(signed.nonce);
      if (receipt === undefined) {
        this.#isInDoubt = true;
        this.#doubts++;
      }
    }
  }

  /** After our last; in doubt, once nothing of this account is waiting to be sealed. */
  async #nextNonce(deadline: number): Promise<number> {
    if (!this.#isInDoubt) return this.#afterLast;
    for (let pause = FIRST_PAUSE_MS; this.#waiting.size > 0;)
      pause = await this.#pause(pause, deadline, 'LEDGER_FATE_UNKNOWN');
    this.#afterLast = await this.#settledNonce(deadline);
    this.#isInDoubt = false;
    return this.#afterLast;
  }

  /** The next nonce, once nothing of this account is waiting to be sealed. */
  async #settledNonce(deadline: number): Promise<number> {
    for (let pause = FIRST_PAUSE_MS; ; pause = await this.#pause(pause, deadline, 'LEDGER_FATE_UNKNOWN')) {
      const { sealed, waiting } = await this.#patiently(() => this.#readNonces(), deadline);
      if (waiting <= sealed) return sealed;
    }
  }

  async #readNonces(): Promise<{ readonly sealed: number; readonly waiting: number }> {
    const [sealed, waiting] = await this.#rpc.batch(countCalls(this.address, ['latest', 'pending']));
    return { sealed: parseQuantity(sealed, 'a nonce'), waiting: parseQuantity(waiting, 'a nonce') };
  }

  /**
   * Carries the call out without a trace, so that a contract's refusal costs no transaction. `pending` has the time of
   * the block to come: at the latest one's, a power that has begun since would not be there yet.
   */
  async #rehearse(call: Call, block: Hex | 'pending'): Promise<void> {
    const { to, data, gasLimit = DEFAULT_GAS } = call;
    const request = {
      from: this.address,
      ...(to === undefined ? {} : { to }),
      data,
      gas: toQuantity(gasLimit),
    };
    await this.#rpc.request('eth_call', [request, block]);
  }

  /** Hands over until there is a receipt, or `undefined` once the nonce is another transaction's. */
  async #fateOf(
    signed: SignedTransaction,
    { call, deadline, onHeld }: Tracking,
  ): Promise<Receipt | undefined> {
    let refusal = await this.#handOver(signed, onHeld);
    let refusals = 0;
    for (let pause = FIRST_PAUSE_MS; ; pause = await this.#pause(pause, deadline, 'LEDGER_FATE_UNKNOWN')) {
      const fate = await this.#fateAtNode(signed, { deadline, onHeld });
      if (fate === 'replaced') return undefined;
      if (typeof fate === 'object') return this.#checkOutcome(fate, call, deadline);
      // The node does not have it: it never came, was forgotten in a restart, or is refused.
      if (refusal !== undefined && this.#isFirst(signed) && ++refusals === REFUSALS_BELIEVED) throw refusal;
      refusal = await this.#handOver(signed, onHeld);
    }
  }

  /** Once it does not wait there to be sealed. */
  async #fateAtNode(
    signed: SignedTransaction,
    { deadline, onHeld }: Omit<Tracking, 'call'>,
  ): Promise<JsonReceipt | 'replaced' | 'unknown'> {
    for (;;) {
      const { fate, head } = await this.#patiently(
        () => lookUpFate(this.#rpc, this.address, signed),
        deadline,
      );
      if (fate !== 'waiting') return fate;
      onHeld();
      this.#checkPatience(deadline, 'LEDGER_FATE_UNKNOWN');
      await this.#blocks.after(head, LONGEST_WATCH_MS);
    }
  }

  /** Whoever comes after another may be refused for want of that one. */
  #isFirst({ nonce }: SignedTransaction): boolean {
    return Math.min(...this.#waiting.keys()) === nonce;
  }

  /** A refusal of the node if there was one; what became of the transaction is for `lookUpFate` to say. */
  async #handOver(signed: SignedTransaction, onHeld: () => void): Promise<LedgerError | undefined> {
    try {
      const hash = await this.#rpc.request('eth_sendRawTransaction', [signed.bytes]);
      if (hash === signed.hash) onHeld();
    } catch (error) {
      if (!(error instanceof LedgerError) || error.code === 'LEDGER_CLOSED') throw error;
      if (!error.retryable) return error; // "already known" and "nonce too low" come here too
    }
    return undefined;
  }

  async #checkOutcome(receipt: JsonReceipt, call: Call, deadline: number): Promise<Receipt> {
    const blockNumber = parseQuantity(receipt['blockNumber'], 'a block number');
    if (parseQuantity(receipt['status'], 'a status') !== 1) {
      await this.#patiently(() => this.#rehearse(call, toQuantity(blockNumber)), deadline); // throws the reason
      throw new LedgerError('LEDGER_REVERTED', 'the contract refused the transaction');
    }
    const created = receipt['contractAddress'];
    return {
      transactionHash: parseData(receipt['transactionHash'], 'a transaction hash', 32),
      blockNumber,
      contractAddress:
        created === null || created === undefined ? undefined : parseData(created, 'an address', 20),
      logs: parseArray(receipt['logs'], 'logs'),
    };
  }

  /** Repeats something that changes nothing until the ledger answers. */
  async #patiently<T>(read: () => Promise<T>, deadline: number): Promise<T> {
    for (let pause = FIRST_PAUSE_MS; ; pause = await this.#pause(pause, deadline, 'LEDGER_UNREACHABLE')) {
      try {
        return await read();
      } catch (error) {
        if (!isRetryable(error)) throw error;
      }
    }
  }

  /** Waits, and gives the next pause; throws `code` when patience has run out. */
  async #pause(
    pause: number,
    deadline: number,
    code: 'LEDGER_UNREACHABLE' | 'LEDGER_FATE_UNKNOWN',
  ): Promise<number> {
    this.#checkPatience(deadline, code);
    await this.#wait(pause);
    return Math.min(2 * pause, LONGEST_PAUSE_MS);
  }

  #checkPatience(deadline: number, code: 'LEDGER_UNREACHABLE' | 'LEDGER_FATE_UNKNOWN'): void {
    if (this.#elapsed() >= deadline) throw new LedgerError(code, 'the ledger did not answer in time');
  }
}

async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  await delay(ms, undefined, signal === undefined ? {} : { signal });
}
