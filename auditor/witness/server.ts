/** Opens a witness with its key and its record, and listens. */
import type { Crypto } from '../../core/crypto.ts';
import { createLogger } from '../../service/logging.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { readNoteKey } from '../../service/note-key.ts';
import { buildWitnessApp } from './app.ts';
import { WitnessRecord } from './record.ts';
import { Witness, type WitnessedLog } from './witness.ts';

export interface WitnessConfig {
  /** Of the record; one process owns it. */
  readonly dataFolder: string;
  /** Ed25519 key as JWK, mode 0600. */
  readonly keyFile: string;
  /** Name in signature lines, a URL without scheme. */
  readonly name: string;
  readonly logs: readonly WitnessedLog[];
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

/** Throws `NOTE_KEY_…`, `WITNESS_RECORD_MISSING`, `WITNESS_RECORD_OLD`, `STORE_LOCKED`. */
export async function startWitness(
  config: WitnessConfig,
  deps: StartWitnessDeps = {},
): Promise<StartedWitness> {
  const { crypto = nodeCrypto, nowSeconds = () => Math.floor(Date.now() / 1000), seen = [] } = deps;
  const otherThan = config.logs.flatMap(({ keys }) => keys);
  const signer = await readNoteKey({ name: config.name, path: config.keyFile, otherThan });
  await using opened = new AsyncDisposableStack();
  const record = opened.use(await WitnessRecord.open(config.dataFolder));
  const witness = await Witness.open({ logs: config.logs, signer }, { crypto, record, nowSeconds }, seen);
  const logger = deps.logger ?? createLogger({ name: 'witness', level: 'info' });
  const app = await buildWitnessApp({ witness, logger });
  opened.defer(() => app.close());
  const url = await app.listen({ host: config.host, port: config.port });
  const running = opened.move();
  return { url, close: () => running.disposeAsync() };
}
