/** What was measured → lines of `hcl bench`. */
import { machineLine, type Figure, type Settings } from '../harness.ts';
import type { MeasuredPeer } from './measured-peer.ts';
import { factsOf, type PackageFacts } from './packages.ts';
import type { Flaw, Kind, Peer } from './peer.ts';

/** A figure, with what else was seen of the verifier. */
export interface PeerFigure extends Figure {
  readonly role: Peer['role'];
  readonly packages: readonly PackageFacts[];
  /** Microseconds of one code after the other. */
  readonly p50: number;
  readonly p99: number;
  readonly grownBytes: number;
  readonly refuses: readonly Flaw[];
}

export interface Measured {
  readonly contender: MeasuredPeer;
  readonly rate: number;
  /** Of the bare signature. */
  readonly limit: number;
  readonly n: number;
}

const LATENCIES = { most: 10_000, seconds: 2 };
const ROLES: Readonly<Record<Peer['role'], string>> = {
  limit: 'bare signature',
  ours: 'ours, whole',
  whole: 'whole',
  parts: 'parts put together',
};

/** Also takes the latencies and the memory of the verifier. */
export async function peerFigure(kind: Kind, measured: Measured, settings: Settings): Promise<PeerFigure> {
  const { contender, rate, limit, n } = measured;
  const { role, packages, name } = contender.peer;
  const samples = Math.max(100, Math.min(LATENCIES.most, Math.round(rate * LATENCIES.seconds)));
  const { p50, p99 } = await contender.latencies(samples);
  const grownBytes = await contender.grownBytes();
  const facts = packages.flatMap((packageName) => factsOf(packageName) ?? []);
  const wanted = role === 'ours' ? kind.targets.overLimit : undefined;
  return {
    bench: `${kind.name} ${name}`,
    unit: 'codes/s',
    median: rate,
    limit,
    ratio: rate / limit,
    ...(wanted === undefined ? {} : { target: `≥ ${wanted} × bare signature`, met: rate / limit >= wanted }),
    ...common(n, settings),
    role,
    packages: facts,
    p50,
    p99,
    grownBytes,
    refuses: contender.noticed,
    note: [
      ROLES[role],
      `p99 ${Math.round(p99)} µs`,
      `+${Math.round(grownBytes / 2 ** 20)} MiB`,
      `refuses ${contender.noticed.join(', ')}`,
      ...facts.slice(0, 1).map(({ version, licence }) => `${version}, ${licence}`),
    ].join('; '),
  };
}

/** Ours beside the fastest of each role; the target is for whole verifiers. */
export function besideOthers(
  kind: Kind,
  figures: readonly PeerFigure[],
  settings: Settings,
): readonly Figure[] {
  const ours = figures.find(({ role }) => role === 'ours');
  if (ours === undefined) return [];
  return (['whole', 'parts'] as const).flatMap((role) => {
    const [fastest] = figures
      .filter((figure) => figure.role === role)
      .toSorted((a, b) => b.median - a.median);
    if (fastest === undefined) return [];
    const ratio = ours.median / fastest.median;
    const wanted = role === 'whole' ? kind.targets.overWhole : undefined;
    return [
      {
        bench: `${kind.name} ours beside ${role}`,
        unit: 'codes/s',
        median: ours.median,
        limit: fastest.median,
        ratio,
        ...(wanted === undefined ? {} : { target: `≥ ${wanted} ×`, met: ratio >= wanted }),
        ...common(ours.n, settings),
        note: `limit = ${fastest.bench.slice(kind.name.length + 1)}`,
      },
    ];
  });
}

export function leftOut(bench: string, why: string, settings: Settings): Figure {
  return { bench, unit: 'codes/s', median: Number.NaN, ...common(0, settings), note: `left out: ${why}` };
}

function common(n: number, { seed }: Settings): Pick<Figure, 'n' | 'seed' | 'machine'> {
  return { n, seed, machine: machineLine() };
}
