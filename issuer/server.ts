/** Opens an issuer, listens, and lets it work by itself. */
import type { ServiceLimits } from '../service/app.ts';
import { createLogger } from '../service/logging.ts';
import { oneAddress } from '../service/one-address.ts';
import { buildIssuerApp } from './app.ts';
import type { IssuerConfig } from './config.ts';
import { Issuer } from './issuer.ts';
import type { IssuerPorts } from './parts.ts';
import { checkSecrets } from './keys/check-keys.ts';
import type { WorkingSecrets } from './secrets.ts';

export interface StartedIssuer {
  readonly url: string;
  readonly issuer: Issuer;
  /** Answers what is under way, stops listening, closes the store. */
  close(): Promise<void>;
}

/** Throws what `Issuer.open` throws, and for keys that nobody may work with what `checkSecrets` throws. */
export async function startIssuer(
  config: IssuerConfig,
  secrets: WorkingSecrets,
  ports: IssuerPorts,
  limits?: Partial<ServiceLimits>,
): Promise<StartedIssuer> {
  const logger = createLogger({ name: 'issuer', level: config.logLevel });
  checkSecrets(secrets);
  const issuer = await Issuer.open(config, secrets, { log: logger, ...ports });
  const { operatorToken, auditorToken } = secrets;
  const app = await buildIssuerApp({
    issuer,
    operatorToken,
    auditorToken,
    now: ports.now,
    logger,
    ...(limits === undefined ? {} : { limits }),
  });
  const close = async (): Promise<void> => {
    await app.close();
    await issuer.close();
  };
  try {
    const url = await app.listen({ host: await oneAddress(config.http.host), port: config.http.port });
    issuer.start();
    return { url, issuer, close };
  } catch (error) {
    await close();
    throw error;
  }
}
