/** What a checkpoint and an auditor know of one ledger has one hash, which people can compare. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { runAudit } from '../../auditor/audit.ts';
import { createLogger, silentLogger } from '../../service/logging.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { buildVerifierApp } from '../../verifier/app.ts';
import { VERIFIER_DEFAULTS, type VerifierConfig } from '../../verifier/config.ts';
import { fetchJsonWith } from '../../verifier/fetch-json.ts';
import { Verifier } from '../../verifier/verifier.ts';
import {
  LEDGER_NOW,
  startPublishedIssuer,
  type PublishedIssuer,
} from '../verifier/support/published-issuer.ts';

interface Known {
  readonly block: number | undefined;
  readonly stateRoot: string | null;
}

describe('flow: the state root', () => {
  let issuer: PublishedIssuer;
  let folder: string;

  before(async () => {
    issuer = await startPublishedIssuer();
    folder = await mkdtemp(join(tmpdir(), 'hcl-state-root-'));
  });

  after(async () => {
    await issuer[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  it('is the same at a checkpoint and in an audit at the same block, and another one after an event', async () => {
    await issuer.issue(1);
    const config: VerifierConfig = {
      ...VERIFIER_DEFAULTS,
      dataFolder: folder,
      deployment: issuer.deployment,
      rpcUrls: [issuer.rpcUrl],
      issuers: [{ did: issuer.did, url: issuer.url }],
    };
    await using verifier = await Verifier.open(config, {
      crypto: nodeCrypto,
      fetchJson: fetchJsonWith(fetch),
      log: silentLogger,
      nowSeconds: () => LEDGER_NOW,
    });
    const logger = createLogger({
      name: 'verifier',
      level: 'error',
      destination: { write: () => undefined },
    });
    const app = await buildVerifierApp({ verifier, config, logger });
    const atCheckpoint = async (): Promise<Known> => {
      await verifier.sync();
      const { ledger } = (await app.inject('/state')).json<{
        ledger: { head: { number: number } | null; stateRoot: string };
      }>();
      return { block: ledger.head?.number, stateRoot: ledger.stateRoot };
    };

    const first = await atCheckpoint();
    expect(first).to.deep.equal(await inAudit());
    await issuer.issue(2);
    const second = await atCheckpoint();
    expect(second).to.deep.equal(await inAudit());
    expect(second.stateRoot).to.not.equal(first.stateRoot);
    await app.close();
  });

  async function inAudit(): Promise<Known> {
    const { deployment, rpcUrl, did, url } = issuer;
    const report = await runAudit(
      { rpcUrls: [rpcUrl], deployment, issuers: [{ did, url }] },
      { crypto: nodeCrypto, fetch: fetchJsonWith(fetch) },
    );
    return { block: report.head.number, stateRoot: report.stateRoot };
  }
});
