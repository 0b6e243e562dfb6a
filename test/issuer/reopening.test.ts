/** What a failed write spoils is closed and opened anew until it is good, and nobody gets at it meanwhile. */
import { describe, it } from 'mocha';
import { expect } from 'chai';
import { Reopening } from '../../issuer/reopening.ts';
import { silentLogger } from '../../service/logging.ts';
import { expectThrows } from '../support/throws-code.ts';

describe('reopening', () => {
  it('keeps everybody out from the failure on, and hands out what was opened after it', async () => {
    await using world = await World.open();
    expect(world.reopening.current).to.equal(1);
    world.fail();
    expect(world.reopening.isOpen).to.equal(false);
    expectThrows(() => world.reopening.current, 'STORE_FAILED');
    await world.reopening.settled();
    expect(world.reopening.current).to.equal(2);
    expect(world.events).to.deep.equal(['open 1', 'close 1', 'reopen 2', 'reopened 2 after 1']);
  });

  it('tries again until it opens', async () => {
    await using world = await World.open();
    world.refusals = 2;
    world.fail();
    await world.reopening.settled();
    expect(world.events.slice(1)).to.deep.equal([
      'close 1',
      'reopen refused',
      'reopen refused',
      'reopen 2',
      'reopened 2 after 1',
    ]);
  });

  it('throws away what fails again while it is being opened', async () => {
    await using world = await World.open();
    world.failsAtOnce = true;
    world.fail();
    await world.reopening.settled();
    expect(world.events.slice(1)).to.deep.equal([
      'close 1',
      'reopen 2',
      'close 2',
      'reopen 3',
      'reopened 3 after 1',
    ]);
  });

  it('counts failures of one opening once, and recovers from the next one too', async () => {
    await using world = await World.open();
    world.fail();
    world.fail();
    await world.reopening.settled();
    world.fail();
    await world.reopening.settled();
    expect(world.reopening.current).to.equal(3);
  });

  it('ends when it is closed, whatever it was about', async () => {
    const world = await World.open();
    world.refusals = Number.POSITIVE_INFINITY;
    world.fail();
    await world.reopening.close();
    expect(world.events.filter((event) => event.startsWith('close'))).to.deep.equal(['close 1']);
    world.fail();
    await world.reopening.close();
    expect(world.events.filter((event) => event.startsWith('close'))).to.deep.equal(['close 1']);
  });
});

interface OpeningState {
  refusals: number;
  failsAtOnce: boolean;
  onFailure: () => void;
}

/** Things that are opened are numbers, counted up. */
class World implements AsyncDisposable {
  readonly reopening: Reopening<number>;
  readonly events: string[];
  readonly #state: OpeningState;

  private constructor(reopening: Reopening<number>, events: string[], state: OpeningState) {
    this.reopening = reopening;
    this.events = events;
    this.#state = state;
  }

  static async open(): Promise<World> {
    const events: string[] = [];
    const state = { refusals: 0, failsAtOnce: false, onFailure: (): void => undefined };
    let next = 1;
    const open = async (how: string, onFailure: () => void): Promise<number> => {
      if (state.refusals > 0) {
        state.refusals--;
        events.push(`${how} refused`);
        throw new Error('no space');
      }
      events.push(`${how} ${next}`);
      state.onFailure = onFailure;
      if (state.failsAtOnce) onFailure();
      state.failsAtOnce = false;
      return next++;
    };
    const reopening = await Reopening.open<number>({
      open: (onFailure) => open('open', onFailure),
      reopen: (onFailure) => open('reopen', onFailure),
      close: async (parts) => void events.push(`close ${parts}`),
      onReopened: (parts, before) => void events.push(`reopened ${parts} after ${before}`),
      log: silentLogger,
    });
    return new World(reopening, events, state);
  }

  set refusals(count: number) {
    this.#state.refusals = count;
  }

  set failsAtOnce(failsAtOnce: boolean) {
    this.#state.failsAtOnce = failsAtOnce;
  }

  fail(): void {
    this.#state.onFailure();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.reopening.close();
  }
}
