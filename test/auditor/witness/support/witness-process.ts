/**
 * A witness as a process of its own, to be killed or traced. Argument: {@link WitnessProcessOptions} as JSON. It
 * loads, waits for a line on its input, opens, and prints its address, or `refused CODE` and ends.
 */
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { buildWitnessApp } from '../../../../auditor/witness/app.ts';
import { WitnessRecord } from '../../../../auditor/witness/record.ts';
import { Witness } from '../../../../auditor/witness/witness.ts';
import { HclError } from '../../../../core/errors.ts';
import { createLogger } from '../../../../service/logging.ts';
import { nodeCrypto } from '../../../../service/node-crypto.ts';
import { ORIGIN } from '../../../support/publishing.ts';
import { testSigner } from '../../../support/signers.ts';

export interface WitnessProcessOptions {
  readonly folder: string;
  /** Make the record first. */
  readonly isNew?: boolean;
}

// Only the tests start this program.
const { folder, isNew = false } = JSON.parse(process.argv[2] ?? '') as WitnessProcessOptions;
const input = createInterface({ input: process.stdin });
await once(input, 'line');

try {
  const record = await WitnessRecord.open(folder);
  if (isNew) await Witness.found(record, ORIGIN);
  const options = {
    logs: [{ origin: ORIGIN, keys: [testSigner(90).publicKey], content: 'log-only' as const }],
    signer: testSigner(1),
  };
  const nowSeconds = (): number => Math.floor(Date.now() / 1000);
  const witness = await Witness.open(options, { crypto: nodeCrypto, record, nowSeconds });
  const logger = createLogger({ name: 'witness', level: 'silent' });
  const app = await buildWitnessApp({ witness, logger, limits: { maxEventLoopDelayMs: 0 } });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  input.once('close', () => process.exit(0));
  process.stdout.write(`${url}\n`);
} catch (error) {
  if (!(error instanceof HclError)) throw error;
  process.stdout.write(`refused ${error.code}\n`);
  process.exit(5);
}
