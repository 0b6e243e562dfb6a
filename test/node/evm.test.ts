/** What is kept of EthereumJS' work between two calls is what it would have found again. */
import { createBlockHeader } from '@ethereumjs/block';
import { Common, Hardfork, Mainnet } from '@ethereumjs/common';
import type { EVM } from '@ethereumjs/evm';
import { createFeeMarket1559Tx } from '@ethereumjs/tx';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createChainRules, type ChainRules } from '../../node/chain-rules.ts';
import { openEvm } from '../../node/evm.ts';
import { StateNodes } from '../../node/state-nodes.ts';
import { openWorldState } from '../../node/world-state.ts';
import { CHAIN_ID } from './support/test-node.ts';

/** PUSH1 3 JUMP JUMPDEST STOP. */
const JUMPS = '60 03 56 5b 00';
/** PUSH1 4 JUMP PUSH1 0x5b: jumps to what is a number and no instruction. */
const JUMPS_INTO_A_NUMBER = '60 04 56 60 5b';
/** PUSH5 that jumping code, MSTORE at 0, CREATE of its 5 bytes at 27, STOP. */
const CREATES = `64 ${JUMPS} 60 00 52 60 05 60 1b 60 00 f0 00`;

async function rulesOfTest(): Promise<ChainRules> {
  return await createChainRules(CHAIN_ID, new Uint8Array(32).fill(1));
}

async function emptyEvm(rules: ChainRules): Promise<EVM> {
  const state = await openWorldState(new StateNodes(() => undefined, rules.crypto), rules);
  return await openEvm(rules, state, () => undefined);
}

function codeOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.split(' '), (byte) => Number.parseInt(byte, 16));
}

async function jumpsOf(evm: EVM, code: Uint8Array): Promise<Uint8Array | undefined> {
  return (await evm.runCode({ code })).runState?.validJumps;
}

describe('node: the EVM', () => {
  it('looks once through a code that is called again and again', async () => {
    const evm = await emptyEvm(await rulesOfTest());
    const code = codeOf(JUMPS);
    const first = await jumpsOf(evm, code);
    expect(first).to.deep.equal(codeOf('00 00 00 01 00'));
    expect(await jumpsOf(evm, code)).to.equal(first);
  });

  it('stops a jump to what is no place to jump to, at each call alike', async () => {
    const evm = await emptyEvm(await rulesOfTest());
    for (const [hex, error] of [
      [JUMPS, undefined],
      [JUMPS_INTO_A_NUMBER, 'invalid JUMP at'],
    ] as const) {
      const code = codeOf(hex);
      for (let call = 0; call < 3; call++) {
        const { exceptionError } = await evm.runCode({ code });
        expect(exceptionError?.error.slice(0, 15), `${hex}, call ${call}`).to.equal(error);
      }
    }
  });

  it('keeps what it found of the 64 codes run last and no more', async () => {
    const evm = await emptyEvm(await rulesOfTest());
    const code = codeOf(JUMPS);
    const first = await jumpsOf(evm, code);
    for (const others of [63, 63]) {
      for (let other = 0; other < others; other++) await evm.runCode({ code: codeOf(JUMPS) });
      expect(await jumpsOf(evm, code)).to.equal(first);
    }
    for (let other = 0; other < 64; other++) await evm.runCode({ code: codeOf(JUMPS) });
    expect(await jumpsOf(evm, code)).to.not.equal(first);
  });

  it('keeps nothing of init code, and with it the memory of who creates', async () => {
    const evm = await emptyEvm(await rulesOfTest());
    let created = 0;
    evm.events.on('newContract', (_, next) => {
      created++;
      next?.();
    });
    const code = codeOf(JUMPS);
    const first = await jumpsOf(evm, code);
    const creator = codeOf(CREATES);
    for (let call = 0; call < 64; call++) await evm.runCode({ code: creator });
    expect(created).to.equal(64);
    expect(await jumpsOf(evm, code)).to.equal(first);
  });

  it('has the prices that EthereumJS’ own copies of the rules have, and makes no copies', async () => {
    const { common } = await rulesOfTest();
    await emptyEvm(await rulesOfTest());
    const copying = new Common({ chain: Mainnet, hardfork: Hardfork.London, eips: [3651, 3855, 3860] });
    const pairs = [
      [createFeeMarket1559Tx({}, { common }).common, createFeeMarket1559Tx({}, { common: copying }).common],
      [headerWith(common).common, headerWith(copying).common],
    ] as const;
    for (const [shared, copy] of pairs) {
      expect(shared).to.equal(common);
      const names = Object.keys(copy['_paramsCache']);
      expect(names).to.have.length.above(3);
      for (const name of names) expect(shared.param(name), name).to.equal(copy.param(name));
    }
  });
});

function headerWith(common: Common): ReturnType<typeof createBlockHeader> {
  return createBlockHeader({}, { common, skipConsensusFormatValidation: true });
}
