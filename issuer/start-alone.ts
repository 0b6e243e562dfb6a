/** An issuer as a process of its own: everything it works with is named in the environment (docs/configuration.md). */
import { createRandomBytes } from '../service/clock.ts';
import type { Environment } from '../service/config.ts';
import { nodeCrypto } from '../service/node-crypto.ts';
import { readIssuerConfig, toIssuerConfig } from './config.ts';
import { readKeySettings } from './keys/key-settings.ts';
import { openKeys } from './keys/open-keys.ts';
import { loadPkcs11js } from './keys/pkcs11-library.ts';
import { connectLedger } from './ledger-ports.ts';
import { readLedgerSettings } from './ledger-settings.ts';
import { readRuleSettings } from './rule-settings.ts';
import { startIssuer, type StartedIssuer } from './server.ts';

/** All settings are read before a key is opened. Throws `CONFIG_…`, what `openKeys` throws and what `startIssuer` throws. */
export async function startIssuerAlone(environment: Environment): Promise<StartedIssuer> {
  const config = toIssuerConfig({
    ...readIssuerConfig(environment),
    ...(await readRuleSettings(environment)),
  });
  const keySettings = readKeySettings(environment);
  const { rpcUrl, deployment } = await readLedgerSettings(environment);
  const randomBytes = createRandomBytes();

  await using opened = new AsyncDisposableStack();
  const { secrets, keyStore } = opened.use(
    await openKeys(keySettings, {
      crypto: nodeCrypto,
      randomBytes,
      nowSeconds: () => Math.floor(Date.now() / 1000),
      loadPkcs11: () => loadPkcs11js('pkcs11js'),
    }),
  );
  const { did } = config;
  const ledger = opened.use(connectLedger({ rpcUrl, deployment, did, accountKey: secrets.ledgerAccountKey }));
  const service = await startIssuer(config, secrets, {
    ...ledger,
    crypto: nodeCrypto,
    now: Date.now,
    randomBytes,
    ...(keyStore === undefined ? {} : { keyStore }),
  });
  const rest = opened.move();
  const close = async (): Promise<void> => {
    await service.close();
    await rest.disposeAsync();
  };
  return { ...service, close };
}
