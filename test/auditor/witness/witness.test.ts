/** C2SP tlog-witness, word for word, and what a witness must never do: sign two roots, go back, or forget. */
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { buildWitnessApp } from '../../../auditor/witness/app.ts';
import { WITNESS_PROBLEMS, type WitnessErrorCode } from '../../../auditor/witness/errors.ts';
import { WitnessRecord } from '../../../auditor/witness/record.ts';
import { Witness, type WitnessDeps } from '../../../auditor/witness/witness.ts';
import { cosign, cosignedAt } from '../../../core/bundle/cosignature.ts';
import { checkpointText, type Checkpoint } from '../../../core/bundle/checkpoint.ts';
import { parseSignatureLine, writeNote } from '../../../core/bundle/signed-note.ts';
import type { StateLog } from '../../../core/bundle/state-log.ts';
import { parseWitnessRequest, writeWitnessRequest } from '../../../core/bundle/witness-request.ts';
import { toHex } from '../../../core/bytes/hex.ts';
import { HclError } from '../../../core/errors.ts';
import type { Service } from '../../../service/app.ts';
import { createLogger } from '../../../service/logging.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { ORIGIN } from '../../support/publishing.ts';
import { Random } from '../../support/random.ts';
import { runs, testSeed } from '../../support/scale.ts';
import { testSigner } from '../../support/signers.ts';
import { expectThrows } from '../../support/throws-code.ts';
import { checkpointAt, LOG_SIGNER, logOf, submission, type Submitted } from './support/submitting.ts';

const SIZE = 30;
const NOW = 1_671_580_800;
const SIGNER = testSigner(1);
const LOGS = [
  { origin: ORIGIN, keys: [LOG_SIGNER.publicKey, testSigner(91).publicKey], content: 'log-only' as const },
];
const log = logOf(testSeed, SIZE);
const fork = logOf(testSeed + 1, SIZE);

describe('a witness', () => {
  let folder: string;
  let record: WitnessRecord;
  let witness: Witness;
  let app: Service;

  async function open(seen: readonly string[] = []): Promise<void> {
    record = await WitnessRecord.open(join(folder, 'record'));
    witness = await Witness.open({ logs: LOGS, signer: SIGNER }, deps(), seen);
  }

  function deps(): WitnessDeps {
    return { crypto: nodeCrypto, record, nowSeconds: () => NOW };
  }

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hcl-witness-'));
    record = await WitnessRecord.open(join(folder, 'record'));
    await Witness.found(record, ORIGIN);
    witness = await Witness.open({ logs: LOGS, signer: SIGNER }, deps());
    const logger = createLogger({ name: 'witness', level: 'silent' });
    app = await buildWitnessApp({
      witness: { addCheckpoint: (body) => witness.addCheckpoint(body) },
      logger,
      limits: { maxEventLoopDelayMs: 0 },
    });
  });
  afterEach(async () => {
    await app.close();
    await record[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  async function post(
    submitted: Submitted,
    of = log,
  ): Promise<{ status: number; type: string; body: string }> {
    return postBody(await submission(of, submitted));
  }

  async function postBody(payload: string): Promise<{ status: number; type: string; body: string }> {
    const { statusCode, headers, body } = await app.inject({
      method: 'POST',
      url: '/add-checkpoint',
      payload,
    });
    return { status: statusCode, type: String(headers['content-type']), body };
  }

  it('cosigns what grows from what it cosigned last, and the same again', async () => {
    for (const [oldSize, size] of [
      [0, 5],
      [5, 5],
      [5, 6],
      [6, 30],
    ] as const) {
      const { status, body } = await post({ oldSize, size });
      expect(status).to.equal(200);
      expect(body.endsWith('\n')).to.equal(true);
      const signature = parseSignatureLine(body.slice(0, -1));
      const note = { text: checkpointText(checkpointAt(log, size)), signatures: [signature] };
      expect(await cosignedAt(nodeCrypto, note, SIGNER.publicKey)).to.equal(NOW);
      expect(await record.last(ORIGIN)).to.deep.equal({ size, root: log.rootAt(size) });
    }
  });

  it('takes a checkpoint that any key of the log has signed', async () => {
    expect((await post({ oldSize: 0, size: 3, signer: testSigner(91) })).status).to.equal(200);
  });

  const refusals: readonly {
    readonly what: string;
    readonly code: WitnessErrorCode;
    readonly submitted: Submitted;
    readonly of?: typeof log;
  }[] = [
    {
      what: 'an unknown origin',
      code: 'WITNESS_ORIGIN_UNKNOWN',
      submitted: { oldSize: 10, size: 12, origin: 'elsewhere.example' },
    },
    {
      what: 'a stranger’s signature',
      code: 'WITNESS_LOG_SIGNATURE',
      submitted: { oldSize: 10, size: 12, signer: testSigner(7) },
    },
    {
      what: 'its own signature for the log’s',
      code: 'WITNESS_LOG_SIGNATURE',
      submitted: { oldSize: 10, size: 12, signer: SIGNER },
    },
    {
      what: 'an old size beyond the checkpoint',
      code: 'WITNESS_REQUEST_MALFORMED',
      submitted: { oldSize: 12, size: 11 },
    },
    {
      what: 'a proof that is one hash too long',
      code: 'WITNESS_PROOF_WRONG',
      submitted: { oldSize: 10, size: 12, proof: new Uint8Array(32 * 9) },
    },
    {
      what: 'no proof',
      code: 'WITNESS_PROOF_WRONG',
      submitted: { oldSize: 10, size: 12, proof: new Uint8Array(0) },
    },
    { what: 'a fork', code: 'WITNESS_PROOF_WRONG', submitted: { oldSize: 10, size: 12 }, of: fork },
    { what: 'no leaves', code: 'WITNESS_REQUEST_MALFORMED', submitted: { oldSize: 0, size: 0 } },
  ];
  for (const { what, code, submitted, of } of refusals) {
    const { status } = WITNESS_PROBLEMS[code];
    it(`refuses ${what}: ${status} ${code}, and remembers nothing of it`, async () => {
      await post({ oldSize: 0, size: 10 });
      const answer = await post(submitted, of);
      expect(answer.status).to.equal(status);
      expect(JSON.parse(answer.body)).to.include({ code });
      expect(await record.last(ORIGIN)).to.deep.equal({ size: 10, root: log.rootAt(10) });
    });
  }

  it('answers another old size, and another root for its size, with 409 and the size it signed last', async () => {
    await post({ oldSize: 0, size: 10 });
    for (const [submitted, of] of [
      [{ oldSize: 0, size: 12 }, log],
      [{ oldSize: 9, size: 12 }, log],
      [{ oldSize: 11, size: 12 }, log],
      [{ oldSize: 4, size: 5 }, log],
      [{ oldSize: 10, size: 10 }, fork],
    ] as const) {
      expect(await post(submitted, of)).to.deep.equal({
        status: 409,
        type: 'text/x.tlog.size',
        body: '10\n',
      });
    }
  });

  it('refuses a first checkpoint with a proof', async () => {
    const answer = await post({ oldSize: 0, size: 3, proof: new Uint8Array(32) });
    expect(answer.status).to.equal(422);
  });

  it('refuses bodies that are not of the form', async () => {
    const good = await submission(log, { oldSize: 0, size: 3 });
    for (const body of [
      '',
      'old',
      good.replace('old 0', 'old 00'),
      good.replace('old 0', 'old -1'),
      good.replace('old 0', 'new 0'),
      good.replace('\n\n', '\n'),
      good.replace('old 0\n', 'old 0\nAAAA\n'),
      good.slice(0, -1),
      good.replace(ORIGIN, `${ORIGIN} x`),
      `old 0\n${'A'.repeat(43)}=\n`.repeat(2),
    ]) {
      expect((await postBody(body)).status, JSON.stringify(body.slice(0, 20))).to.equal(400);
    }
    expect((await postBody(good)).status).to.equal(200);
  });

  it('never signs two roots for one size, nor a smaller tree, whatever comes at once', async () => {
    const random = new Random(testSeed);
    const signed = new Map<number, Set<string>>();
    let last = 0;
    for (let round = 0; round < runs(40, 1000); round++) {
      const bodies = await Promise.all(
        Array.from({ length: 4 }, async () => {
          const size = 1 + random.below(SIZE);
          const oldSize = random.below(3) === 0 ? random.below(size + 1) : Math.min(last, size);
          return { body: await submission(random.below(3) === 0 ? fork : log, { oldSize, size }), size };
        }),
      );
      const sizes: number[] = [];
      await Promise.all(
        bodies.map(async ({ body, size }) => {
          const isSigned = await witness.addCheckpoint(body).then(
            () => true,
            () => false,
          );
          if (!isSigned) return;
          sizes.push(size);
          const roots = signed.get(size) ?? new Set();
          signed.set(size, roots.add(parseWitnessRequest(body).note.split('\n')[2] ?? ''));
        }),
      );
      for (const size of sizes) expect(size).to.be.at.least(last);
      last = Math.max(last, ...sizes);
      expect((await record.last(ORIGIN))?.size).to.equal(last);
    }
    expect(last).to.be.above(0);
    for (const roots of signed.values()) expect(roots.size).to.equal(1);
  });

  it('holds nobody up for a checkpoint that its own replica has not reached, and checks that again in its turn', async () => {
    const reached = Promise.withResolvers<void>();
    const bothWait = Promise.withResolvers<void>();
    let own = 10;
    let waiting = 0;
    const content = {
      reach: async (size: number) => {
        if (size <= own) return;
        if (++waiting === 2) bothWait.resolve();
        await reached.promise;
      },
      compare: ({ size }: Checkpoint) => (size <= own ? ('same' as const) : ('behind' as const)),
    };
    const logs = LOGS.map((each) => ({ ...each, content }));
    const other = await Witness.open({ logs, signer: SIGNER }, deps());
    const submit = async (of: StateLog, size: number): Promise<string | undefined> =>
      codeOf(other.addCheckpoint(await submission(of, { oldSize: 0, size })));
    const early = [submit(log, 20), submit(fork, 20)];
    await bothWait.promise;
    expect(await submit(log, 6), 'while two others wait').to.equal(undefined);
    own = SIZE;
    reached.resolve();
    expect(await Promise.all(early)).to.deep.equal(['WITNESS_OLD_SIZE', 'WITNESS_OLD_SIZE']);
    expect((await record.last(ORIGIN))?.size).to.equal(6);
  });

  it('waits for nothing when a checkpoint cannot be signed anyway', async () => {
    const content = { reach: () => new Promise<void>(() => undefined), compare: () => 'behind' as const };
    const logs = LOGS.map((each) => ({ ...each, content }));
    const other = await Witness.open({ logs, signer: SIGNER }, deps());
    const stranger = await submission(log, { oldSize: 0, size: 5, signer: testSigner(92) });
    expect(await codeOf(other.addCheckpoint(stranger))).to.equal('WITNESS_LOG_SIGNATURE');
    expect(await codeOf(other.addCheckpoint(await submission(log, { oldSize: 3, size: 5 })))).to.equal(
      'WITNESS_OLD_SIZE',
    );
  });

  it('does not sign before its record is written, and not at all when that fails', async () => {
    const steps: string[] = [];
    const slow = {
      last: (origin: string) => record.last(origin),
      put: async (...args: Parameters<WitnessRecord['put']>) => {
        await record.put(...args);
        steps.push('written');
        if (args[1].size === 7) throw new Error('the disk is gone');
      },
    } as WitnessRecord; // the two that a witness uses
    const signer = { ...SIGNER, sign: (message: Uint8Array) => (steps.push('signed'), SIGNER.sign(message)) };
    const other = await Witness.open({ logs: LOGS, signer }, { ...deps(), record: slow });
    await other.addCheckpoint(await submission(log, { oldSize: 0, size: 6 }));
    expect(steps).to.deep.equal(['written', 'signed']);
    const failed = await other
      .addCheckpoint(await submission(log, { oldSize: 6, size: 7 }))
      .catch(() => 'failed');
    expect(failed).to.equal('failed');
    expect(steps).to.deep.equal(['written', 'signed', 'written']);
    // Written or not: another root for that size is not signed.
    expect(await codeOf(other.addCheckpoint(await submission(fork, { oldSize: 6, size: 7 })))).not.to.equal(
      undefined,
    );
  });

  it('goes on after a restart where it was', async () => {
    await post({ oldSize: 0, size: 10 });
    await record[Symbol.asyncDispose]();
    await open();
    expect((await post({ oldSize: 10, size: 10 }, fork)).status).to.equal(409);
    expect((await post({ oldSize: 10, size: 20 })).status).to.equal(200);
  });

  it('is one process: another one does not open', async () => {
    expect(await codeOf(WitnessRecord.open(join(folder, 'record')))).to.equal('STORE_LOCKED');
  });

  it('does not begin anew on an empty disk, nor over a record', async () => {
    const empty = await WitnessRecord.open(join(folder, 'empty'));
    const onEmpty = Witness.open({ logs: LOGS, signer: SIGNER }, { ...deps(), record: empty });
    expect(await codeOf(onEmpty)).to.equal('WITNESS_RECORD_MISSING');
    await empty[Symbol.asyncDispose]();
    expect(await codeOf(Witness.found(record, ORIGIN))).to.equal('WITNESS_RECORD_EXISTS');
  });

  describe('whose disk was restored from an old copy', () => {
    /** What the world holds: our signature over size 20; what we remember: size 10. */
    async function restored(): Promise<string> {
      await post({ oldSize: 0, size: 10 });
      await record[Symbol.asyncDispose]();
      await cp(join(folder, 'record'), join(folder, 'backup'), { recursive: true });
      await open();
      const { body } = await post({ oldSize: 10, size: 20 });
      await record[Symbol.asyncDispose]();
      await rm(join(folder, 'record'), { recursive: true });
      await cp(join(folder, 'backup'), join(folder, 'record'), { recursive: true });
      const text = checkpointText(checkpointAt(log, 20));
      return writeNote({ text, signatures: [parseSignatureLine(body.slice(0, -1))] });
    }

    it('does not start when a publisher holds what it signed since', async () => {
      const seen = await restored();
      expect(await codeOf(open([seen]))).to.equal('WITNESS_RECORD_OLD');
    });

    it('does not sign when a request shows what it signed since', async () => {
      const seen = await restored();
      await open();
      const [line = ''] = seen.split('\n').slice(-2);
      const body = await submission(log, { oldSize: 10, size: 20, signatures: [parseSignatureLine(line)] });
      expect(await codeOf(witness.addCheckpoint(body))).to.equal('WITNESS_RECORD_OLD');
    });

    it('starts when what is seen is not its own, or is of another log', async () => {
      await restored();
      const text = checkpointText(checkpointAt(log, 20));
      const elsewhere = checkpointText(checkpointAt(log, 20, 'elsewhere.example'));
      const seen = await Promise.all([
        cosign(nodeCrypto, text, { signer: testSigner(2), timeSeconds: NOW }).then((signature) =>
          writeNote({ text, signatures: [signature] }),
        ),
        cosign(nodeCrypto, elsewhere, { signer: SIGNER, timeSeconds: NOW }).then((signature) =>
          writeNote({ text: elsewhere, signatures: [signature] }),
        ),
      ]);
      await open(seen);
      expect((await post({ oldSize: 10, size: 12 })).status).to.equal(200);
    });
  });
});

describe('a request to a witness', () => {
  /** C2SP tlog-witness.md. */
  const EXAMPLE = `old 20852014
PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=
/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=

example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
`;

  it('is read and written byte for byte', () => {
    const request = parseWitnessRequest(EXAMPLE);
    expect(request.oldSize).to.equal(20_852_014);
    expect(toHex(request.proof.subarray(0, 4))).to.equal('0x3e544d0a');
    expect(writeWitnessRequest(request)).to.equal(EXAMPLE);
    const empty = writeWitnessRequest({ oldSize: 0, proof: new Uint8Array(0), note: request.note });
    expect(writeWitnessRequest(parseWitnessRequest(empty))).to.equal(empty);
  });

  it('has at most 63 hashes', () => {
    const steps = 'PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n'.repeat(60);
    expectThrows(
      () => parseWitnessRequest(EXAMPLE.replace('old 20852014\n', `old 20852014\n${steps}`)),
      'NOTE_MALFORMED',
    );
  });
});

async function codeOf(attempt: Promise<unknown>): Promise<string | undefined> {
  try {
    await attempt;
  } catch (error) {
    if (error instanceof HclError) return error.code;
    throw error;
  }
  return undefined;
}
