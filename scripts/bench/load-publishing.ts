/**
 * The verifier as it follows a ledger: how long until it calls itself ready, with a million roots in its snapshot, and the
 * crowd's answers while a batch is anchored each second and a bundle published as often.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { toHex, type Hex } from '../../core/bytes/hex.ts';
import type { LedgerEvent } from '../../core/trust/ledger-event.ts';
import { LedgerState } from '../../core/trust/ledger-state.ts';
import { encodeSnapshot } from '../../core/trust/snapshot.ts';
import { openLevelBlockStore } from '../../ledger/level-block-store.ts';
import { makePrivateFolder, writeFileAtomically } from '../../service/files.ts';
import { silentLogger } from '../../service/logging.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { SNAPSHOT_FILE } from '../../service/snapshot-file.ts';
import { VERIFIER_DEFAULTS } from '../../verifier/config.ts';
import { fetchJsonWith } from '../../verifier/fetch-json.ts';
import { Verifier } from '../../verifier/verifier.ts';
import { seededRandom } from './harness.ts';
import { crowdAt, WARM_UP, type Line } from './load-figures.ts';
import type { LoadLedger } from './load-ledger.ts';
import { LoadProcess } from './load-process.ts';
import type { LoadWorld } from './load-world.ts';
import { sendCrowd } from './open-loop.ts';

const PROGRAM = join(import.meta.dirname, 'load-ledger.ts');
const WORKERS = [0, 2];
const LOOK_MS = 10;
const ROOT_BYTES = 32;

/** From the start of the process until `/health/ready` says yes. */
export async function coldStartToReady(
  folder: string,
  roots: number,
  seed: number,
): Promise<readonly Line[]> {
  await makePrivateFolder(folder);
  await using ledger = await LedgerProcess.start(folder);
  const world = worldOf(join(folder, 'ready'), ledger.found, { publishes: false });
  await writeGrownSnapshot(world, ledger.found, { roots, seed });
  const startedAt = performance.now();
  await using server = await LoadProcess.start(world);
  await untilReady(server);
  const seconds = (performance.now() - startedAt) / 1000;
  const note = `${roots} roots, from the start of the process until /health/ready says yes; the ledger is asked`;
  return [{ bench: 'cold start', unit: 's', median: seconds, target: '≤ 10 s', met: seconds <= 10, note }];
}

export async function besidePublishing(folder: string, seconds: number): Promise<readonly Line[]> {
  await makePrivateFolder(folder);
  await using ledger = await LedgerProcess.start(folder);
  ledger.begin();
  const lines: Line[] = [];
  for (const workers of WORKERS) {
    const world = worldOf(join(folder, `workers-${workers}`), ledger.found, { publishes: true });
    await using server = await LoadProcess.start(world, { workers });
    await untilReady(server);
    await sendCrowd({ ...server, ...WARM_UP });
    const before = await filesIn(world);
    const rows = await crowdAt(server, `load beside publishing: ${workers || 1} processes`, seconds);
    const note = `${(await filesIn(world)) - before} files of bundles more, a batch anchored each second`;
    lines.push(
      ...rows.map((row, i) => (i === rows.length - 1 ? { ...row, note: `${row.note}; ${note}` } : row)),
    );
  }
  return lines;
}

/** The process of `load-ledger.ts`. */
class LedgerProcess implements AsyncDisposable {
  readonly found: LoadLedger;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, found: LoadLedger) {
    this.#child = child;
    this.found = found;
  }

  static async start(folder: string): Promise<LedgerProcess> {
    const child = spawn(process.execPath, [PROGRAM, folder], { stdio: ['pipe', 'pipe', 'inherit'] });
    for await (const line of createInterface(child.stdout)) {
      return new LedgerProcess(child, JSON.parse(line) as LoadLedger); // what the program prints
    }
    throw new Error('the ledger ended before it listened');
  }

  /** Anchors a batch each second from now on. */
  begin(): void {
    this.#child.stdin?.write('\n');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.stdin?.end();
    await ended;
  }
}

function worldOf(
  folder: string,
  ledger: LoadLedger,
  { publishes }: { readonly publishes: boolean },
): LoadWorld {
  const { codes, nowSeconds } = ledger;
  return { folder, nowSeconds, bodies: codes.map((code) => JSON.stringify({ code })), ledger, publishes };
}

async function untilReady({ url }: LoadProcess): Promise<void> {
  while ((await fetch(`${url}/health/ready`)).status !== 200) await delay(LOOK_MS);
}

async function filesIn({ folder }: LoadWorld): Promise<number> {
  return (await readdir(join(folder, 'bundles'), { recursive: true })).length;
}

/** The verifier's own copy of the ledger, with a snapshot as if its last block had anchored all these roots. */
async function writeGrownSnapshot(
  { folder, nowSeconds }: LoadWorld,
  { deployment, issuer, rpcUrl }: LoadLedger,
  { roots, seed }: { readonly roots: number; readonly seed: number },
): Promise<void> {
  const config = {
    ...VERIFIER_DEFAULTS,
    dataFolder: folder,
    deployment,
    rpcUrls: [rpcUrl],
    issuers: [issuer],
  };
  const verifier = await Verifier.open(config, {
    crypto: nodeCrypto,
    fetchJson: fetchJsonWith(globalThis.fetch),
    log: silentLogger,
    nowSeconds: () => nowSeconds,
  });
  await verifier.sync();
  const { lists: statusLists } = verifier.follower;
  const { head, lastChange } = verifier.state;
  await verifier[Symbol.asyncDispose]();
  const state = new LedgerState();
  {
    await using store = await openLevelBlockStore(join(folder, 'replica'));
    let anchored: (LedgerEvent & { readonly event: 'BatchAnchored' }) | undefined;
    for await (const block of store.blocks(-1)) {
      for (const event of block.events) if (event.event === 'BatchAnchored') anchored = event;
      const isLast = block.number === lastChange.number;
      if (isLast && anchored === undefined) throw new Error('the ledger has a batch');
      const more = isLast && anchored !== undefined ? moreLike(anchored, roots, seed) : [];
      state.apply({ ...block, events: [...block.events, ...more] });
    }
  }
  if (head.number > state.head.number) state.apply({ ...head, events: [] });
  await writeFileAtomically(join(folder, SNAPSHOT_FILE), encodeSnapshot(nodeCrypto, { state, statusLists }));
}

function moreLike(
  anchored: LedgerEvent & { readonly event: 'BatchAnchored' },
  roots: number,
  seed: number,
): readonly LedgerEvent[] {
  const random = seededRandom(seed);
  const root = (): Hex => toHex(Uint8Array.from({ length: ROOT_BYTES }, () => random() * 256));
  const { sequence } = anchored;
  return Array.from({ length: roots }, (_, i) => ({ ...anchored, root: root(), sequence: sequence + i + 1 }));
}
