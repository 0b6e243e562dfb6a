/** What honest witnesses vouch for: the ledger's own blocks and states, read on it by themselves, and nothing else. */
import { generateKeyPairSync } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import type { WitnessErrorCode } from '../../../auditor/witness/errors.ts';
import { OwnLog } from '../../../auditor/witness/own-log.ts';
import { WitnessRecord } from '../../../auditor/witness/record.ts';
import { startWitness } from '../../../auditor/witness/server.ts';
import { Witness, type WitnessedLog } from '../../../auditor/witness/witness.ts';
import { originOf } from '../../../core/bundle/checkpoint.ts';
import { SectionKeeper } from '../../../core/bundle/section-keeper.ts';
import { StateLog } from '../../../core/bundle/state-log.ts';
import type { Crypto } from '../../../core/crypto.ts';
import { HclError } from '../../../core/errors.ts';
import { checkpointLeaf } from '../../../core/trust/checkpoint-leaf.ts';
import type { LedgerBlock } from '../../../core/trust/ledger-event.ts';
import { LedgerState, type Head } from '../../../core/trust/ledger-state.ts';
import { Replica, type LedgerFold } from '../../../ledger/replica.ts';
import { LogFile } from '../../../service/log-file.ts';
import { silentLogger } from '../../../service/logging.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { SNAPSHOT_FILE } from '../../../service/snapshot-file.ts';
import { testSigner } from '../../support/signers.ts';
import {
  LEDGER_NOW,
  startPublishedIssuer,
  type PublishedIssuer,
} from '../../verifier/support/published-issuer.ts';
import { LOG_SIGNER, submission } from './support/submitting.ts';

interface Leaf {
  readonly block: Head;
  readonly stateRoot: Uint8Array;
}

const NOBODY = 'http://127.0.0.1:1';

/** What a publisher knows of the ledger, leaf by leaf, before it makes a log of them. */
class Leaves implements LedgerFold {
  readonly all: Leaf[] = [];
  readonly #ledger = new LedgerState();
  readonly #sections = new SectionKeeper(nodeCrypto, this.#ledger);

  apply(block: LedgerBlock): void {
    this.#ledger.apply(block);
    if (block.events.length === 0) return;
    this.all.push({ block: this.#ledger.lastChange, stateRoot: this.#sections.root() });
  }
}

function logOf(leaves: readonly Leaf[]): StateLog {
  const log = new StateLog(nodeCrypto);
  for (const { block, stateRoot } of leaves) log.append(checkpointLeaf(nodeCrypto, block, stateRoot));
  return log;
}

/** With leaf `index` changed. */
function changed(leaves: readonly Leaf[], index: number, change: (leaf: Leaf) => Leaf): StateLog {
  return logOf(leaves.map((leaf, i) => (i === index ? change(leaf) : leaf)));
}

const other = (bytes: Uint8Array): Uint8Array => bytes.map((byte, i) => (i === 31 ? byte ^ 1 : byte));

interface Lie {
  readonly what: string;
  readonly lie: (leaf: Leaf) => Leaf;
}

const INVENTED_STATE: Lie = {
  what: 'an invented state',
  lie: (leaf) => ({ ...leaf, stateRoot: other(leaf.stateRoot) }),
};
const LIES: readonly Lie[] = [
  INVENTED_STATE,
  {
    what: 'another block',
    lie: (leaf) => ({ ...leaf, block: { ...leaf.block, number: leaf.block.number + 1 } }),
  },
  {
    what: 'another block hash',
    lie: (leaf) => ({ ...leaf, block: { ...leaf.block, hash: `0x${'ab'.repeat(32)}` } }),
  },
  {
    what: 'another time',
    lie: (leaf) => ({ ...leaf, block: { ...leaf.block, timeSeconds: leaf.block.timeSeconds + 1 } }),
  },
];

describe('a witness with a replica of its own', function () {
  this.timeout(60_000);
  let issuer: PublishedIssuer;
  let folder: string;
  let record: WitnessRecord;
  let opened: AsyncDisposableStack;
  let nextIndex = 1;

  before(async () => {
    issuer = await startPublishedIssuer();
    await issuer.issue(nextIndex++);
  });
  after(() => issuer[Symbol.asyncDispose]());
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hcl-content-'));
    opened = new AsyncDisposableStack();
    record = opened.use(await WitnessRecord.open(join(folder, 'record')));
    await Witness.found(record, originOf(issuer.deployment));
  });
  afterEach(async () => {
    await opened.disposeAsync();
    await rm(folder, { recursive: true, force: true });
  });

  async function open(rpcUrl = issuer.rpcUrl): Promise<Witness> {
    const { deployment } = issuer;
    const deps = { crypto: nodeCrypto, nowSeconds: () => LEDGER_NOW };
    const options = { folder: join(folder, 'ledger'), deployment, rpcUrls: [rpcUrl] };
    return openWith(opened.use(await OwnLog.open(options, { ...deps, log: silentLogger })));
  }

  function openWith(content: WitnessedLog['content']): Promise<Witness> {
    const logs = [{ origin: originOf(issuer.deployment), keys: [LOG_SIGNER.publicKey], content }];
    const deps = { crypto: nodeCrypto, record, nowSeconds: () => LEDGER_NOW };
    return Witness.open({ logs, signer: testSigner(1) }, deps);
  }

  async function leavesNow(): Promise<readonly Leaf[]> {
    const { deployment, rpcUrl } = issuer;
    const state = new Leaves();
    await using replica = await Replica.open<Leaves>({ deployment, rpcUrls: [rpcUrl] }, { state });
    await replica.sync();
    return state.all;
  }

  /** `signed`, or why not. */
  async function submit(witness: Witness, log: StateLog, oldSize = 0, size = log.size): Promise<string> {
    const origin = originOf(issuer.deployment);
    const body = await submission(log, { oldSize, size, origin });
    return witness.addCheckpoint(body).then(
      () => 'signed',
      (error: unknown) => (error instanceof HclError ? String(error.code) : String(error)),
    );
  }

  async function witnessKey(): Promise<string> {
    const path = join(folder, 'key.jwk.json');
    const jwk = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
    await writeFile(path, JSON.stringify(jwk), { mode: 0o600 });
    return path;
  }

  async function signedSize(): Promise<number | undefined> {
    return (await record.last(originOf(issuer.deployment)))?.size;
  }

  it('cosigns what the ledger says, at once and as it grows', async () => {
    const witness = await open();
    const leaves = await leavesNow();
    const log = logOf(leaves);
    expect(await submit(witness, log, 0, leaves.length - 2)).to.equal('signed');
    expect(await submit(witness, log, leaves.length - 2)).to.equal('signed');
    await issuer.issue(nextIndex++);
    // The witness has not looked since: it looks before it answers.
    const next = logOf(await leavesNow());
    expect(next.size).to.equal(leaves.length + 1);
    expect(await submit(witness, next, leaves.length)).to.equal('signed');
  });

  for (const { what, lie } of LIES) {
    it(`refuses a leaf with ${what}, the last one and one before others, and remembers nothing of it`, async () => {
      const witness = await open();
      const leaves = await leavesNow();
      expect(await submit(witness, logOf(leaves), 0, 2)).to.equal('signed');
      for (const index of [2, leaves.length - 1]) {
        const code: WitnessErrorCode = 'WITNESS_CONTENT_OTHER';
        expect(await submit(witness, changed(leaves, index, lie), 2)).to.equal(code);
        expect(await signedSize()).to.equal(2);
      }
      expect(await submit(witness, logOf(leaves), 2)).to.equal('signed');
    });
  }

  it('answers that it is not there yet beyond its replica, and refuses what then proves to be otherwise', async () => {
    const witness = await open();
    const leaves = await leavesNow();
    const last = leaves.at(-1);
    if (last === undefined) throw new Error('the ledger has changed');
    const ahead = logOf([...leaves, { ...last, block: { ...last.block, number: last.block.number + 1 } }]);
    expect(await submit(witness, ahead)).to.equal('WITNESS_NOT_THERE_YET');
    expect(await signedSize()).to.equal(0);
    await issuer.issue(nextIndex++);
    expect(await submit(witness, ahead)).to.equal('WITNESS_CONTENT_OTHER');
    expect(await signedSize()).to.equal(0);
  });

  it('writes no snapshot as long as the log that it relies on does not come to the disk', async () => {
    const { deployment, rpcUrl } = issuer;
    const place = join(folder, 'ledger');
    const options = { folder: place, deployment, rpcUrls: [rpcUrl], waitMs: 60_000 };
    const deps = { crypto: nodeCrypto, log: silentLogger, nowSeconds: () => LEDGER_NOW };
    const { sync } = LogFile.prototype;
    const fault = new Error('EIO');
    LogFile.prototype.sync = () => Promise.reject(fault);
    try {
      const own = await OwnLog.open(options, deps);
      await own.reach(Number.MAX_SAFE_INTEGER); // it looks at the ledger once
      const closed = own[Symbol.asyncDispose]();
      expect(await closed.catch((error: unknown) => error)).to.equal(fault);
    } finally {
      LogFile.prototype.sync = sync;
    }
    expect(existsSync(join(place, SNAPSHOT_FILE))).to.equal(false);
    {
      await using own = await OwnLog.open(options, deps);
      await own.reach(Number.MAX_SAFE_INTEGER);
    }
    expect(existsSync(join(place, SNAPSHOT_FILE))).to.equal(true);
  });

  it('goes on with what it has read while the ledger is away, and no further', async () => {
    const known = logOf(await leavesNow());
    expect(await submit(await open(), known, 0, 1)).to.equal('signed');
    await opened.disposeAsync();
    await issuer.issue(nextIndex++);
    const next = logOf(await leavesNow());
    opened = new AsyncDisposableStack();
    record = opened.use(await WitnessRecord.open(join(folder, 'record')));
    const witness = await open(NOBODY);
    expect(await submit(witness, next, 1)).to.equal('WITNESS_NOT_THERE_YET');
    expect(await submit(witness, known, 1)).to.equal('signed');
  });

  describe('that starts again', () => {
    /** How many hashes it takes to open it, and whether it then knows `log`, with nobody to ask. */
    async function reopened(
      log: StateLog,
    ): Promise<{ readonly hashes: number; readonly comparison: string }> {
      let hashes = 0;
      const sha256: Crypto['sha256'] = (bytes) => {
        hashes++;
        return nodeCrypto.sha256(bytes);
      };
      const { deployment } = issuer;
      await using own = await OwnLog.open(
        { folder: join(folder, 'ledger'), deployment, rpcUrls: [NOBODY] },
        { crypto: { ...nodeCrypto, sha256 }, log: silentLogger, nowSeconds: () => LEDGER_NOW },
      );
      const origin = originOf(deployment);
      return { hashes, comparison: own.compare({ origin, size: log.size, root: log.rootAt() }) };
    }

    async function readAll(): Promise<StateLog> {
      const log = logOf(await leavesNow());
      expect(await submit(await open(), log)).to.equal('signed');
      await opened.disposeAsync();
      return log;
    }

    it('goes on from its snapshot, and makes no leaf again', async () => {
      const log = await readAll();
      const { comparison, hashes } = await reopened(log);
      expect(comparison).to.equal('same');
      await rm(join(folder, 'ledger', SNAPSHOT_FILE));
      const fromBlocks = await reopened(log);
      expect(fromBlocks.comparison).to.equal('same');
      expect(hashes).to.be.below(fromBlocks.hashes / 4);
    });

    const losses: Readonly<Record<string, (ledger: string) => Promise<void>>> = {
      'whose snapshot is damaged': async (ledger) => {
        const path = join(ledger, SNAPSHOT_FILE);
        const bytes = await readFile(path);
        await writeFile(path, bytes.subarray(1));
      },
      'whose leaves are lost': (ledger) => rm(join(ledger, 'log'), { recursive: true }),
      'whose leaves are half of them lost': async (ledger) => {
        const path = join(ledger, 'log', 'hashes');
        await truncate(path, 32 * Math.floor((await stat(path)).size / 64));
      },
    };
    for (const [what, lose] of Object.entries(losses)) {
      it(`and ${what} makes all of it again from the blocks`, async () => {
        const log = await readAll();
        await lose(join(folder, 'ledger'));
        expect((await reopened(log)).comparison).to.equal('same');
      });
    }
  });

  it('is what stands between a log key and devices: one that is log-only cosigns an invented state', async () => {
    const leaves = await leavesNow();
    const forged = changed(leaves, leaves.length - 1, INVENTED_STATE.lie);
    expect(await submit(await open(), forged)).to.equal('WITNESS_CONTENT_OTHER');
    expect(await submit(await openWith('log-only'), forged)).to.equal('signed');
  });

  it('does not start for a log of another ledger', async () => {
    const { deployment, rpcUrl } = issuer;
    const config = {
      dataFolder: join(folder, 'elsewhere'),
      keyFile: await witnessKey(),
      name: 'witness.example/hk-dh',
      logs: [{ origin: 'hcl/1/ab', keys: [LOG_SIGNER.publicKey], ledger: { deployment, rpcUrls: [rpcUrl] } }],
      host: '127.0.0.1',
      port: 0,
    };
    const error = await startWitness(config, { logger: silentLogger }).catch((reason: unknown) => reason);
    expect(error instanceof HclError ? error.code : error).to.equal('WITNESS_LEDGER_OTHER');
  });
});
