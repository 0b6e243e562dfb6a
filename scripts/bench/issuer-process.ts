/**
 * An issuer as a process of its own, to be measured over HTTP; the ledger answers at once. Argument: its data folder.
 * Prints its address and the operator's token, which lives as long as it does, as one line of JSON once it listens,
 * and ends with its input.
 */
import { createSecrets } from '../../issuer/secrets.ts';
import { startIssuer } from '../../issuer/server.ts';
import { createRandomBytes } from '../../service/clock.ts';
import { benchConfig, benchPorts } from './issuing.ts';

export interface MeasuredIssuer {
  readonly url: string;
  readonly operatorToken: string;
}

const secrets = createSecrets(createRandomBytes());
const { url, close } = await startIssuer(benchConfig(process.argv[2] ?? ''), secrets, benchPorts());
process.stdout.write(`${JSON.stringify({ url, operatorToken: secrets.operatorToken })}\n`);
process.stdin.resume().once('end', () => void close().then(() => process.exit(0)));
