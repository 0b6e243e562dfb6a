import { expect } from 'chai';
import { describe, it } from 'mocha';
import { onceABlock } from '../../../issuer/conversion/target/once-a-block.ts';
import { LedgerState } from '../../../core/trust/ledger-state.ts';

describe('what is asked again while the ledger is read', () => {
  it('is asked once for each block that was read, and answered the same until the next', async () => {
    const state = new LedgerState();
    let asked = 0;
    const ask = onceABlock({ state }, () => {
      asked++;
      return asked < 3 ? Promise.reject(new Error(`${asked}`)) : Promise.resolve('there');
    });
    const answers: string[] = [];
    for (const number of [0, 1, 2]) {
      state.apply({ number, hash: `0x${'00'.repeat(31)}0${number}`, timeSeconds: number, events: [] });
      for (let again = 0; again < 2; again++) {
        answers.push(await ask().catch((error: unknown) => (error as Error).message));
      }
    }
    // What it comes to is for the asker to keep.
    expect(answers).to.deep.equal(['1', '1', '2', '2', 'there', 'there']);
    expect(asked).to.equal(4);
  });
});
