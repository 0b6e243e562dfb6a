/**
 * Our verifiers beside those that one would otherwise take from npm, kind by kind: the same codes, each verifier in a
 * process of its own, all in turns, the bare signature as the limit. What is not installed is left out by name.
 */
import { alternate, type Figure, type Settings } from '../harness.ts';
import { besideOthers, leftOut, peerFigure, type PeerFigure } from './figures.ts';
import { KINDS } from './kinds.ts';
import { LIMIT } from './limit.ts';
import { MeasuredPeer } from './measured-peer.ts';
import { factsOf, installPeers, load } from './packages.ts';
import type { InputOptions, Kind, Peer } from './peer.ts';

const CODES = 128;

export async function benchPeers(settings: Settings): Promise<readonly Figure[]> {
  const problem = await installPeers();
  const figures: Figure[] = problem === undefined ? [] : [leftOut('peers', problem, settings)];
  for (const kind of KINDS) figures.push(...(await benchKind(kind, settings)));
  return figures;
}

async function benchKind(kind: Kind, settings: Settings): Promise<readonly Figure[]> {
  await using resources = new AsyncDisposableStack();
  const options: InputOptions = { codes: CODES, seed: settings.seed, load, resources };
  const inputs = await kind.makeInputs(options);
  const contenders: MeasuredPeer[] = [];
  for (const peer of kind.peers.filter((peer) => missingOf(peer) === undefined)) {
    const own = (await peer.makeInputs?.(options)) ?? inputs;
    contenders.push(resources.use(await MeasuredPeer.open(kind.name, peer, own)));
  }
  const rates = await alternate(contenders, settings);
  const limit = rates.get(LIMIT.name)?.median ?? Number.NaN;
  const figures: PeerFigure[] = [];
  for (const contender of contenders) {
    const { median: rate = Number.NaN, n = 0 } = rates.get(contender.name) ?? {};
    figures.push(await peerFigure(kind, { contender, rate, limit, n }, settings));
  }
  const absent = kind.peers.flatMap((peer) => {
    const missing = missingOf(peer);
    return missing === undefined
      ? []
      : [leftOut(`${kind.name} ${peer.name}`, `${missing} is not installed`, settings)];
  });
  return [...figures, ...besideOthers(kind, figures, settings), ...absent];
}

/** The first package of it that is not there. */
function missingOf({ packages }: Peer): string | undefined {
  return packages.find((name) => factsOf(name) === undefined);
}
