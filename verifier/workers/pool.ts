/**
 * The workers of a verifier: processes that answer codes on one port, beside the one that syncs and keeps what all of them
 * share. A worker that dies is started again, and one that hangs is ended; what it had taken is lost, and nothing else.
 *
 *   this process   replica, snapshot, bundles, status lists; devices and sightings, which workers ask for (`duties.ts`)
 *   a worker       HTTP, policies and signing keys as this process has them in use and as it then reads them itself;
 *                  verdicts from its own fold of the ledger
 */
import cluster, { type Worker } from 'node:cluster';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { HclError } from '../../core/errors.ts';
import type { Log } from '../../service/logging.ts';
import { createMetrics, gauge, gaugesOf, joinMetrics, type MetricValues } from '../../service/metrics.ts';
import { Backoff } from '../backoff.ts';
import type { VerifierConfig } from '../config.ts';
import type { Devices } from '../devices/devices.ts';
import { DeviceError } from '../devices/errors.ts';
import type { Sightings } from '../sightings.ts';
import type { Verifier } from '../verifier.ts';
import { Dealt } from './dealt.ts';
import type { OwnerDuties, WorkerDuties } from './duties.ts';
import { freePort } from './free-port.ts';
import { Heartbeat } from './heartbeat.ts';
import { newsFor } from './news.ts';
import { Peer } from './peer.ts';
import { PortKeeper } from './port-keeper.ts';
import { WorkerCounts } from './worker-counts.ts';

export class PoolError extends HclError<'VERIFIER_WORKER_ENDED'> {}

export interface PoolDeps {
  readonly verifier: Verifier;
  readonly devices: Devices | undefined;
  readonly sightings: Sightings | undefined;
  readonly log: Log;
  /** Unix seconds. */
  readonly nowSeconds: () => number;
  /** What a worker runs; another one has another clock. */
  readonly program?: URL;
  readonly patience?: Partial<Patience>;
}

/** How long a worker may take, in milliseconds. */
export interface Patience {
  readonly startMs: number;
  /** For an answer that costs nothing; three that are missed in a row end it. */
  readonly pingMs: number;
}

interface Running {
  readonly worker: Worker;
  readonly peer: Peer<WorkerDuties>;
  readonly heartbeat: Heartbeat;
}

const PROGRAM = new URL('./worker-program.ts', import.meta.url);
/** Of what was taken. */
const STOP_MS = 30_000;
/** Longer, and whoever collects metrics would have given up. */
const METRICS_MS = 1000;
const PATIENCE: Patience = { startMs: 60_000, pingMs: 5000 };
const RESTART_PAUSE_MS = 100;

export class Pool implements AsyncDisposable {
  readonly #config: VerifierConfig;
  readonly #deps: PoolDeps;
  readonly #metrics = createMetrics();
  readonly #workers = gauge({
    registry: this.#metrics.registry,
    name: 'hcl_verifier_workers',
    help: 'Workers that listen, by whether they answer the process that started them',
    labels: ['what'] as const,
  });
  readonly #running = new Set<Running>();
  readonly #counts = new WorkerCounts<Running>();
  readonly #patience: Patience;
  readonly #beating: NodeJS.Timeout;
  readonly #port: PortKeeper;
  #isStopping = false;

  private constructor(config: VerifierConfig, deps: PoolDeps) {
    this.#config = config;
    this.#deps = deps;
    this.#patience = { ...PATIENCE, ...deps.patience };
    this.#port = new PortKeeper(config, deps.log);
    this.#beating = setInterval(() => this.#beat(), config.pollMs).unref();
  }

  /** Resolves once all of them listen. Rejects with `VERIFIER_WORKER_ENDED` when one cannot: its own log says why. */
  static async start(config: VerifierConfig, deps: PoolDeps): Promise<Pool> {
    const port = config.port === 0 ? await freePort(config.host) : config.port;
    const pool = new Pool({ ...config, port }, deps);
    cluster.setupPrimary({
      exec: fileURLToPath(deps.program ?? PROGRAM),
      args: [],
      serialization: 'advanced',
    });
    await pool.#port.standIn();
    try {
      // The first one takes the port; the others share it.
      for (let i = 0; i < config.workers; i++) await pool.#start();
    } catch (error) {
      await pool[Symbol.asyncDispose]();
      throw error;
    }
    deps.verifier.onSync(() => pool.#wake());
    return pool;
  }

  get url(): string {
    return `http://${hostInUrl(this.#config.host)}:${this.#config.port}`;
  }

  /** Process ids, of those that listen. */
  get pids(): readonly number[] {
    return [...this.#running].flatMap(({ worker }) => worker.process.pid ?? []);
  }

  /** Answers what was taken, and ends all of them. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopping = true;
    clearInterval(this.#beating);
    await this.#port[Symbol.asyncDispose](); // nobody stands in for workers that are stopped
    await Promise.all([...this.#running].map((running) => this.#stop(running)));
  }

  async #start(): Promise<void> {
    const worker = cluster.fork();
    const dealt = new Dealt(worker);
    const peer = new Peer<WorkerDuties>(worker, this.#duties(worker));
    const { pingMs, startMs } = this.#patience;
    const heartbeat = new Heartbeat(
      () => peer.ask('ping', [], pingMs),
      () => this.#giveUp(worker),
    );
    const running = { worker, peer, heartbeat };
    const ended = endOf(worker);
    worker.on('error', () => undefined); // of what was sent to one that has just ended
    worker.once('exit', () => {
      // Else the cluster may keep its port for it, and whoever connects would wait there for nobody.
      worker.disconnect();
      dealt.end();
      void this.#port.leave(worker);
    });
    if (!(await listens(worker, ended, startMs))) {
      worker.process.kill('SIGKILL');
      await ended;
      throw new PoolError('VERIFIER_WORKER_ENDED', 'a worker ended before it listened, or took too long');
    }
    this.#running.add(running);
    void ended.then(() => this.#ended(running));
    if (this.#isStopping) await this.#stop(running);
  }

  #beat(): void {
    for (const { heartbeat } of this.#running) void heartbeat.beat();
  }

  #giveUp(worker: Worker): void {
    this.#deps.log.error({ code: 'VERIFIER_WORKER_HANGS' }, 'a worker answers nothing any more; it is ended');
    worker.process.kill('SIGKILL');
  }

  #ended(running: Running): void {
    this.#running.delete(running);
    this.#counts.ended(running);
    if (this.#isStopping) return;
    this.#deps.log.error({ code: 'VERIFIER_WORKER_ENDED' }, 'a worker ended; another one is started');
    void this.#startAgain();
  }

  async #startAgain(): Promise<void> {
    const backoff = new Backoff();
    const { log, nowSeconds } = this.#deps;
    while (!this.#isStopping) {
      try {
        await this.#start();
        return;
      } catch (err) {
        log.error({ err }, 'a worker does not start');
        backoff.failed(nowSeconds());
        while (!this.#isStopping && !backoff.isDue(nowSeconds())) await delay(RESTART_PAUSE_MS);
      }
    }
  }

  /** What it has taken is waited for, unless it answers nothing. */
  async #stop({ peer, worker }: Running): Promise<void> {
    if (worker.isDead()) return;
    const ended = endOf(worker);
    await peer
      .ask('ping', [], this.#patience.pingMs)
      .then(() => peer.ask('stop', [], this.#config.unreadyMs + STOP_MS))
      .catch(() => undefined);
    worker.process.kill('SIGKILL'); // everything is answered, or will not be
    await ended;
  }

  #wake(): void {
    // One that does not answer goes on with what it knows, and says how old that is.
    for (const { peer } of this.#running) void peer.ask('wake', []).catch(() => undefined);
  }

  /** Of a worker that does not answer, what it counted when it was asked last; it is counted as silent. */
  async #allMetrics(): Promise<string> {
    const answers = await Promise.allSettled([...this.#running].map((running) => this.#metricsOf(running)));
    const theirs = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
    this.#workers.set({ what: 'answering' }, theirs.length);
    this.#workers.set({ what: 'silent' }, answers.length - theirs.length);
    const own = await this.#metrics.registry.getMetricsAsJSON();
    return joinMetrics([own, ...theirs.map(gaugesOf), ...(await this.#counts.all())]);
  }

  async #metricsOf(running: Running): Promise<MetricValues> {
    const metrics = await running.peer.ask('ownMetrics', [], METRICS_MS);
    // An answer may come after the end of who gave it.
    if (this.#running.has(running)) this.#counts.told(running, metrics);
    return metrics;
  }

  #duties(worker: Worker): OwnerDuties {
    const { sightings, verifier } = this.#deps;
    const devices = (): Devices => {
      if (this.#deps.devices !== undefined) return this.#deps.devices;
      throw new DeviceError('DEVICE_UNKNOWN', 'no such device');
    };
    return {
      config: () => shareOf(this.#config),
      files: () => verifier.files.contents,
      takePort: () => this.#port.give(worker),
      news: (standing) => newsFor(standing, verifier),
      note: (...shown) => sightings?.note(...shown) ?? false,
      invite: (...args) => devices().invite(...args),
      enrol: (...args) => devices().enrol(...args),
      revoke: (id) => devices().revoke(id),
      proven: (proof) => devices().proven(proof),
      served: (id) => devices().served(id),
      listDevices: () => devices().list(),
      countTold: (id, outcome) => devices().count(id, outcome),
      metrics: () => this.#allMetrics(),
    };
  }
}

function hostInUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** Connections are dealt out evenly, so requests nearly are. */
function shareOf({ requestsPerSecond, ...config }: VerifierConfig): VerifierConfig {
  if (requestsPerSecond === undefined) return config;
  return { ...config, requestsPerSecond: requestsPerSecond / config.workers };
}

/** An error is none: of what could not be sent, say, it comes before; but one without a process has no other. */
function endOf(worker: Worker): Promise<void> {
  return new Promise((resolve) => {
    worker.once('exit', () => resolve());
    worker.once('error', () => {
      if (worker.process.pid === undefined) resolve();
    });
  });
}

/** Whether it does before it ends, and in time. */
async function listens(worker: Worker, ended: Promise<void>, startMs: number): Promise<boolean> {
  const decided = new AbortController();
  const { signal } = decided;
  const listening = new Promise<boolean>((resolve) => {
    worker.once('listening', () => resolve(true));
  });
  try {
    return await Promise.race([listening, ended.then(() => false), delay(startMs, false, { signal })]);
  } finally {
    decided.abort();
  }
}
