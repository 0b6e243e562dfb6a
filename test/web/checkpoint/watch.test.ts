import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Reading } from '../../../web/checkpoint/input/read-picture.ts';
import { Sightings } from '../../../web/checkpoint/input/sightings.ts';
import { watch } from '../../../web/checkpoint/input/watch.ts';

const CODE: Reading = { kind: 'code', text: 'HCL1:A' };
const OTHER: Reading = { kind: 'code', text: 'HCL1:B' };
const BLURRED: Reading = { kind: 'trouble', trouble: 'blurred' };
const NOTHING: Reading = { kind: 'trouble', trouble: 'nothing' };

/** Plays readings, 100 ms apart, and tells what came of them. */
async function play(
  readings: readonly (Reading | undefined)[],
  sightings = new Sightings(),
): Promise<readonly string[]> {
  const told: string[] = [];
  const closing = new AbortController();
  let at = 0;
  await watch(
    {
      nextReading: async () => readings[at],
      pause: async () => {
        at++;
        if (at === readings.length) closing.abort();
      },
      now: () => at * 100,
      sightings,
      onCode: (text) => told.push(`code ${text}`),
      onHint: (hint) => {
        if (hint !== undefined && told.at(-1) !== `hint ${hint}`) told.push(`hint ${hint}`);
      },
    },
    closing.signal,
  );
  return told;
}

function times<T>(count: number, value: T): readonly T[] {
  return Array.from({ length: count }, () => value);
}

describe('watching the camera', () => {
  it('reports a code once while it stays in view', async () => {
    expect(await play(times(50, CODE))).to.deep.equal(['code HCL1:A']);
  });

  it('does not report it again after a few frames without it', async () => {
    expect(await play([CODE, ...times(8, BLURRED), CODE])).to.deep.equal(['code HCL1:A']);
  });

  it('reports it again when it was away for seconds', async () => {
    expect(await play([CODE, ...times(30, undefined), CODE])).to.deep.equal(['code HCL1:A', 'code HCL1:A']);
  });

  it('reports another code at once', async () => {
    expect(await play([CODE, OTHER])).to.deep.equal(['code HCL1:A', 'code HCL1:B']);
  });

  it('does not check somebody twice who is slow to take the code away', async () => {
    const sightings = new Sightings();
    await play([CODE], sightings);
    expect(await play(times(10, CODE), sightings)).to.deep.equal([]);
    expect(await play([OTHER], sightings)).to.deep.equal(['code HCL1:B']);
  });

  it('says what is wrong only when it has been wrong for a while', async () => {
    expect(await play(times(9, BLURRED))).to.deep.equal([]);
    expect(await play(times(10, BLURRED))).to.deep.equal(['hint blurred']);
  });

  it('waits for somebody to come before it says that there is nothing', async () => {
    expect(await play(times(60, NOTHING))).to.deep.equal([]);
    expect(await play(times(90, NOTHING))).to.deep.equal(['hint nothing']);
  });

  it('says nothing about two codes that were there for a moment', async () => {
    expect(await play([...times(5, { kind: 'several' } as const), CODE])).to.deep.equal(['code HCL1:A']);
    expect(await play(times(12, { kind: 'several' } as const))).to.deep.equal(['hint several']);
  });
});
