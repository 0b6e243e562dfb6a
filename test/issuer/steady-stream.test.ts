/** Records that come faster than the ledger takes them hold up nothing that waits for a pass beside them. */
import { describe, it } from 'mocha';
import { expect } from 'chai';
import type { Issuer } from '../../issuer/issuer.ts';
import { issueAll, IssuerHouse, vaccination } from './support/issuer-house.ts';
import { act } from './support/two-people.ts';

/** The stream ends here at the latest: a pass that follows it to its end fails, and does not hang. */
const STREAM = 12;

describe('an import that goes on and on', () => {
  it('does not hold up a revocation that is approved meanwhile', async () => {
    await using stream = await Stream.open();
    const { issuer } = stream;
    const [row] = await issueAll(issuer, [vaccination(0)]);
    const handle = row?.credentials[0]?.handle ?? '';
    stream.onBatch = async (batch) => {
      if (batch === 1) await act(issuer, { by: 'record', recordId: row?.recordId ?? '' });
    };
    await issuer.pass();
    await issuer.pass();
    expect(issuer.status.publishedValue(await issuer.placeOf(handle))).to.equal('revoked');
    expect(stream.isOver, 'the stream still comes').to.equal(false);
  });

  it('is not waited for by whoever wants all that was there on the ledger', async () => {
    await using stream = await Stream.open();
    const { issuer } = stream;
    const rows = await issueAll(issuer, [vaccination(0)]);
    await issuer.settle();
    for (const { credentials } of rows)
      for (const { handle } of credentials) expect(await issuer.code(handle)).to.match(/^HC/);
    expect(stream.isOver, 'the stream still comes').to.equal(false);
  });
});

/** An issuer that a record comes to, which is due at once, with every batch that the ledger takes. */
class Stream implements AsyncDisposable {
  readonly issuer: Issuer;
  readonly #house: IssuerHouse;
  readonly #taken: Taken;

  private constructor(house: IssuerHouse, issuer: Issuer, taken: Taken) {
    this.#house = house;
    this.issuer = issuer;
    this.#taken = taken;
  }

  static async open(): Promise<Stream> {
    const house = await IssuerHouse.create();
    const taken: Taken = { count: 0, on: () => Promise.resolve() };
    const { anchor, ...others } = house.ledger.ledger;
    const ledger = {
      ...others,
      anchor: async (next: Parameters<typeof anchor>[0]) => {
        const anchored = await anchor(next);
        const count = ++taken.count;
        if (count < STREAM) await issueAll(issuer, [vaccination(count)]);
        await taken.on(count);
        return anchored;
      },
    };
    const config = { windowMs: { short: 0, long: 0 } };
    const issuer = await house.open({ config, ports: { ledger } });
    return new Stream(house, issuer, taken);
  }

  set onBatch(on: (batch: number) => Promise<void>) {
    this.#taken.on = on;
  }

  get isOver(): boolean {
    return this.#taken.count >= STREAM;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.issuer.close();
    await this.#house[Symbol.asyncDispose]();
  }
}

interface Taken {
  count: number;
  on: (batch: number) => Promise<void>;
}
