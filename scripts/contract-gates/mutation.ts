/** Runs mutants through the tests, several at a time, and keeps what became of each. */
import { Random } from '../../test/support/random.ts';
import type { Mutant } from './mutants.ts';
import { TestRunner } from './test-runner.ts';

/** What became of a mutant that compiles to code of its own. */
export interface Tried {
  readonly mutant: Mutant;
  /** The test that failed; undefined = it survived. */
  readonly caughtBy?: string;
}

export interface Result {
  readonly tried: readonly Tried[];
  /** Did not compile, so there is nothing to test. */
  readonly invalid: number;
  /** Compiled to the code of the original or of an earlier mutant: the compiler's own proof that they are equal. */
  readonly sameCode: number;
}

export interface MutationOptions {
  readonly jobs: number;
  /** Stop when so many mutants have been tried; those that do not compile or are no change are passed over. */
  readonly limit: number;
  /** Fates that are known already: these mutants are not tried again. */
  readonly known?: ReadonlyMap<Mutant, Fate>;
  /** Called after each mutant that was tried. */
  readonly onFate?: (mutant: Mutant, fate: Fate) => void;
}

/** A worker that holds more is replaced. */
const WORKER_RSS_LIMIT = 1.5 * 2 ** 30;

/** What a mutant compiles to, and the test that failed with it; or why there was nothing to test. */
export type Fate = 'invalid' | 'same-code' | { readonly code: string; readonly caughtBy?: string };

/** In an order that a seed gives, so that each operator has its turn. */
export function sampleOrder(mutants: readonly Mutant[], seed: number): readonly Mutant[] {
  const random = new Random(seed);
  const shuffled = mutants
    .map((mutant) => ({ mutant, rank: random.uint32() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ mutant }) => mutant);
  const groups = [...Map.groupBy(shuffled, ({ operator }) => operator).values()];
  const longest = Math.max(0, ...groups.map((group) => group.length));
  return Array.from({ length: longest }, (_, turn) => groups.flatMap((group) => group[turn] ?? [])).flat();
}

/** Fails unless the tests pass on the unspoilt contracts, compiled as the mutants are. */
export async function tryMutants(
  mutants: readonly Mutant[],
  { jobs, limit, known = new Map(), onFate }: MutationOptions,
): Promise<Result> {
  const fates = new Map<Mutant, Fate>(known);
  const left = mutants.filter((mutant) => !known.has(mutant));
  let next = 0;
  let underWay = 0;
  const take = (): Mutant | undefined => {
    const tested = [...fates.values()].filter((fate) => typeof fate === 'object').length;
    return tested + underWay < limit ? left[next++] : undefined;
  };
  /** With one process, until it has grown too large (true) or nothing is left to do. */
  const workWithOne = async (runner: TestRunner): Promise<boolean> => {
    for (let mutant = take(); mutant !== undefined; mutant = take()) {
      ++underWay;
      const fate = await fateOf(runner, mutant);
      fates.set(mutant, fate);
      --underWay;
      onFate?.(mutant, fate);
      if (runner.rssBytes > WORKER_RSS_LIMIT) return true;
    }
    return false;
  };
  const work = async (_: unknown, job: number): Promise<void> => {
    for (let isFirst = job === 0, more = true; more; isFirst = false) {
      await using runner = await TestRunner.start({ watched: false });
      if (isFirst) await requireBaseline(runner);
      more = await workWithOne(runner);
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  return summarise(mutants, fates);
}

async function requireBaseline(runner: TestRunner): Promise<void> {
  const answer = await runner.run({ changed: {} });
  if (answer.kind === 'tested' && answer.failure === undefined) return;
  throw new Error(`the tests fail on the contracts as they are: ${JSON.stringify(answer)}`);
}

async function fateOf(runner: TestRunner, mutant: Mutant): Promise<Fate> {
  const answer = await runner.run({ changed: { [mutant.file]: mutant.text } });
  if (answer.kind !== 'tested') return answer.kind;
  const { code, failure } = answer;
  return { code, ...(failure === undefined ? {} : { caughtBy: failure }) };
}

function summarise(mutants: readonly Mutant[], fates: ReadonlyMap<Mutant, Fate>): Result {
  const codes = new Set<string>();
  const tried: Tried[] = [];
  let invalid = 0;
  let sameCode = 0;
  for (const mutant of mutants) {
    const fate = fates.get(mutant);
    if (fate === undefined) continue;
    if (fate === 'invalid') ++invalid;
    else if (fate === 'same-code' || codes.has(fate.code)) ++sameCode;
    else {
      const { code, ...rest } = fate;
      codes.add(code);
      tried.push({ mutant, ...rest });
    }
  }
  return { tried, invalid, sameCode };
}
