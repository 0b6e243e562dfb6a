/** Opens a witness with its key and its record, and listens. */
import { join } from 'node:path';
import { originOf } from '../../core/bundle/checkpoint.ts';
import type { Crypto } from '../../core/crypto.ts';
import type { Deployment } from '../../ledger/deployment.ts';
import { createLogger } from '../../service/logging.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { oneAddress } from '../../service/one-address.ts';
import { readNoteKey } from '../../service/note-key.ts';
import { buildWitnessApp } from './app.ts';
import { WitnessError } from './errors.ts';
import { OwnLog, type OwnLogDeps } from './own-log.ts';
import { WitnessRecord } from './record.ts';
import { Witness, type WitnessedLog } from './witness.ts';

/** A log, and the ledger that it is compared with; `log-only`: its content is not. */
export interface FollowedLog extends Omit<WitnessedLog, 'content'> {
  readonly ledger: { readonly deployment: Deployment; readonly rpcUrls: readonly string[] } | 'log-only';
}

export interface WitnessConfig {
  /** Of the record; replicas lie in `<dataFolder>.ledgers`, by genesis. One process owns both. */
  readonly dataFolder: string;
  /** Ed25519 key as JWK, mode 0600. */
  readonly keyFile: string;
  /** Name in signature lines, a URL without scheme. */
  readonly name: string;
  readonly logs: readonly FollowedLog[];
  readonly host: string;
  readonly port: number;
}

export interface StartedWitness {
  readonly url: string;
  close(): Promise<void>;
}

export interface StartWitnessDeps {
  readonly crypto?: Crypto;
  readonly logger?: ReturnType<typeof createLogger>;
  /** Unix seconds. */
  readonly nowSeconds?: () => number;
  /** Checkpoints that others hold: none may show more of us than our record does. */
  readonly seen?: readonly string[];
}

/** The record of a new witness, once. Throws `WITNESS_RECORD_EXISTS`, `STORE_LOCKED`. */
export async function foundWitness({ dataFolder, logs }: WitnessConfig): Promise<void> {
  await using record = await WitnessRecord.open(dataFolder);
  for (const { origin } of logs) await Witness.found(record, origin);
}

/** Throws `NOTE_KEY_…`, `WITNESS_RECORD_MISSING`, `WITNESS_RECORD_OLD`, `WITNESS_LEDGER_OTHER`, `STORE_LOCKED`. */
export async function startWitness(
  config: WitnessConfig,
  deps: StartWitnessDeps = {},
): Promise<StartedWitness> {
  const { crypto = nodeCrypto, nowSeconds = () => Math.floor(Date.now() / 1000), seen = [] } = deps;
  const otherThan = config.logs.flatMap(({ keys }) => keys);
  const signer = await readNoteKey({ name: config.name, path: config.keyFile, otherThan });
  await using opened = new AsyncDisposableStack();
  const record = opened.use(await WitnessRecord.open(config.dataFolder));
  const logger = deps.logger ?? createLogger({ name: 'witness', level: 'info' });
  const logs: WitnessedLog[] = [];
  for (const log of config.logs) {
    const content = await openContent(log, config.dataFolder, { crypto, log: logger, nowSeconds });
    logs.push({ ...log, content: content === 'log-only' ? content : opened.use(content) });
  }
  const witness = await Witness.open({ logs, signer }, { crypto, record, nowSeconds }, seen);
  const app = await buildWitnessApp({ witness, logger });
  opened.defer(() => app.close());
  const url = await app.listen({ host: await oneAddress(config.host), port: config.port });
  const running = opened.move();
  return { url, close: () => running.disposeAsync() };
}

async function openContent(
  { ledger, origin }: FollowedLog,
  dataFolder: string,
  deps: OwnLogDeps,
): Promise<OwnLog | 'log-only'> {
  if (ledger === 'log-only') {
    deps.log.warn({ code: 'WITNESS_LOG_ONLY' }, `cosigns that ${origin} grows, whatever it says`);
    return ledger;
  }
  if (originOf(ledger.deployment) !== origin) {
    throw new WitnessError('WITNESS_LEDGER_OTHER', 'the log is not of the ledger that it is compared with');
  }
  const folder = join(`${dataFolder}.ledgers`, ledger.deployment.genesisHash);
  return await OwnLog.open({ folder, ...ledger }, deps);
}
