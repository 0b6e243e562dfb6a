import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { runCommand } from '../../cli/commands.ts';
import { buildIssuerApp } from '../../issuer/app.ts';
import type { Issuer } from '../../issuer/issuer.ts';
import type { Service, ServiceLimits } from '../../service/app.ts';
import { formatDeployment } from '../../ledger/deployment.ts';
import { addressOfKey } from '../../ledger/identifiers.ts';
import { vaccinationRecord } from '../support/consortium.ts';
import { issueAll, IssuerHouse, vaccination } from '../issuer/support/issuer-house.ts';
import { APPROVER_KEYS, PLACE } from '../issuer/support/memory-ledger.ts';
import { ioDouble, type RecordedIo } from './io-double.ts';
import { writeSpecimenConsortium } from './specimen-consortium.ts';

const TERMS = [
  '--issuer',
  'HK-DH',
  '--reason',
  'fraud',
  '--basis',
  'Cap. 599 s. 7',
  '--notice',
  'Withdrawn.',
];

/** A slow machine is no reason to turn anybody away. */
const UNHURRIED: Partial<ServiceLimits> = { maxEventLoopDelayMs: 0 };

describe('hcl act, over an issuer', function () {
  // The first service of a process loads fastify's plugins.
  this.timeout(60_000);
  let folder: string;
  let house: IssuerHouse;
  let issuer: Issuer;
  let app: Service;
  let handles: readonly string[];
  let recordIds: readonly string[];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hcl-cli-act-'));
    house = await IssuerHouse.create();
    issuer = await house.open();
    const rows = await issueAll(
      issuer,
      Array.from({ length: 8 }, (_, i) => vaccination(i)),
    );
    recordIds = rows.map(({ recordId }) => recordId);
    handles = rows.map(({ credentials }) => credentials[0]?.handle ?? '');
    const { operatorToken } = house.secrets;
    app = await buildIssuerApp({ issuer, operatorToken, now: () => house.nowMs, limits: UNHURRIED });
    await mkdir(join(folder, 'keys'));
    const secrets = {
      'operator.token': operatorToken,
      'one.key': APPROVER_KEYS[0],
      'two.key': APPROVER_KEYS[1],
    };
    for (const [name, text] of Object.entries(secrets)) {
      await writeFile(join(folder, 'keys', name), `${text}\n`, { mode: 0o600 });
    }
    await writeFile(join(folder, 'deployment.json'), formatDeployment(PLACE.deployment));
    await writeConsortium(true);
  });

  after(async () => {
    await app.close();
    await issuer.close();
    await house[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  it('revokes at once in the demonstration, and says that both keys were used', async () => {
    const io = await ok(
      'revoke',
      '--issuer',
      'HK-DH',
      '--handle',
      handles[0] ?? '',
      '--reason',
      'issued-in-error',
    );
    expect(io.written.out).to.match(/✓ HK-DH: revoke [0-9a-f]{32}, 1 credential\./);
    expect(io.written.out).to.contain('this demonstration holds both keys');
    await issuer.settle();
    expect((await issuer.statusOf(handles[0] ?? '')).value).to.equal('revoked');
  });

  it('tries out, proposes, and has two people approve, each with a key', async () => {
    const whom = ['--lot', 'LOT1'];
    const dry = await ok('dry-run', 'revoke', ...whom, ...TERMS);
    expect(dry.written.out).to.equal('It would concern 2 credentials.\n');
    const proposed = await json('propose', 'revoke', ...whom, ...TERMS, '--key', key('one'));
    expect(proposed).to.deep.include({ state: 'approving', approvedBy: [addressOfKey(APPROVER_KEYS[0])] });
    expect(proposed).to.have.nested.property('act.proposedBy', addressOfKey(APPROVER_KEYS[0]));
    const id = String(proposed['id']);
    const approved = await ok('approve', id, '--issuer', 'HK-DH', '--key', key('two'));
    expect(approved.written.out).to.contain('approved by two, on its way to the ledger');
    await issuer.settle();
    expect((await issuer.statusOf(handles[1] ?? '')).value).to.equal('revoked');
    expect((await ok('show', id, '--issuer', 'HK-DH')).written.out).to.contain(
      'Concerns     lot LOT1: 2 credentials',
    );
    expect((await ok('list', '--issuer', 'HK-DH')).written.out).to.match(new RegExp(`${id}  revoke`));
  });

  it('keeps notices in other languages, times and windows', async () => {
    const words = `propose suspend --issuer HK-DH --record ${recordIds[2]} --reason under-investigation`;
    const notices = '--basis B --notice N --notice-zh-hant 通知 --notice-pt Aviso';
    const times = '--from 2022-12-22T00:00:00+08:00 --until 2022-12-23T00:00:00Z';
    const { id } = await json(...`${words} ${notices} ${times}`.split(' '));
    const { act } = await issuer.acts.show(String(id));
    expect(act.notice).to.deep.equal({ en: 'N', 'zh-Hant': '通知', pt: 'Aviso' });
    expect(act.effectiveFrom).to.equal(Date.UTC(2022, 11, 21, 16) / 1000);
    expect(act.until).to.equal(Date.UTC(2022, 11, 23) / 1000);
    const withdrawn = await ok('withdraw', String(id), '--issuer', 'HK-DH');
    expect(withdrawn.written.out).to.contain('State     withdrawn');
  });

  it('corrects a record from a file', async () => {
    const file = join(folder, 'corrected.json');
    await writeFile(file, JSON.stringify(vaccinationRecord()));
    const terms = ['--reason', 'record-corrected', '--basis', 'B', '--notice', 'Corrected.'];
    const args = ['correct', file, '--issuer', 'HK-DH', '--record', recordIds[3] ?? '', ...terms];
    const io = await ok(...args);
    expect(io.written.out).to.match(/The corrected record is [\w-]{22}\./);
    await writeFile(file, JSON.stringify(vaccinationRecord({ doseNumber: 0 })));
    const refused = double();
    expect(await runCommand('act', args, refused)).to.equal(1);
    expect(refused.written.err).to.contain('doseNumber');
    await writeFile(file, '{"CANARY');
    const broken = double();
    expect(await runCommand('act', args, broken)).to.equal(1);
    expect(broken.written.err).to.contain('CLI_FILE_UNREADABLE').and.not.to.contain('CANARY');
  });

  it('does not sign a batch whose acts do not lead to its root', async () => {
    const { id } = await json('propose', 'revoke', '--record', recordIds[4] ?? '', ...TERMS);
    const io = ioDouble({
      env: { HCL_DATA: folder },
      fetch: async (input, init) => {
        const answer = await inject(input, init);
        if (!answer.url.endsWith('/acts/batches')) return answer.response;
        const batch = (await answer.response.json()) as { acts: object[] };
        return Response.json({ ...batch, acts: [] });
      },
    });
    const args = ['approve', String(id), '--issuer', 'HK-DH', '--key', key('one'), '--replace'];
    expect(await runCommand('act', args, io)).to.equal(1);
    expect(io.written.err).to.contain('ACT_BATCH_INVALID');
    expect((await issuer.acts.show(String(id))).approvedBy).to.deep.equal([]);
  });

  it('does not act at once where the keys do not lie', async () => {
    await writeConsortium(false);
    const io = double();
    const args = ['revoke', '--issuer', 'HK-DH', '--handle', handles[5] ?? '', '--reason', 'fraud'];
    expect(await runCommand('act', args, io)).to.equal(1);
    expect(io.written.err).to.contain('CLI_NOT_AVAILABLE');
    expect((await issuer.statusOf(handles[5] ?? '')).acts).to.deep.equal([]);
    await writeConsortium(true);
  });

  const wrong: Readonly<Record<string, readonly string[]>> = {
    'no step': [],
    'an unknown step': ['forgive'],
    'a handle that is none': ['revoke', '--issuer', 'HK-DH', '--handle', 'x', '--reason', 'fraud'],
    'an unknown reason': ['revoke', '--issuer', 'HK-DH', '--record', 'r', '--reason', 'mood'],
    'a reason of another kind': ['dry-run', 'stay', '--lot', 'L', ...TERMS],
    'an erasure': ['revoke', '--issuer', 'HK-DH', '--record', 'r', '--reason', 'erased'],
    'nobody whom it concerns': ['dry-run', 'revoke', ...TERMS],
    'two whom it concerns': ['dry-run', 'revoke', '--lot', 'L', '--all', ...TERMS],
    'no kind': ['propose', ...TERMS, '--all'],
    'no basis': ['propose', 'revoke', '--all', '--issuer', 'HK-DH', '--reason', 'fraud', '--notice', 'N'],
    'a time that is none': ['propose', 'revoke', '--all', ...TERMS, '--from', 'soon'],
    'approving nothing': ['approve', '--issuer', 'HK-DH', '--key', 'k'],
    'approving without a key': ['approve', 'x', '--issuer', 'HK-DH'],
    'an unknown issuer': ['list', '--issuer', 'XX'],
  };
  for (const [what, args] of Object.entries(wrong)) {
    it(`refuses ${what} as wrong usage`, async () => {
      const io = double();
      expect(await runCommand('act', args, io)).to.equal(2);
      expect(io.written.err).to.contain('Usage: hcl act');
    });
  }

  function key(name: string): string {
    return join(folder, 'keys', `${name}.key`);
  }

  function double(): RecordedIo {
    return ioDouble({
      env: { HCL_DATA: folder },
      fetch: async (input, init) => (await inject(input, init)).response,
    });
  }

  async function ok(...args: readonly string[]): Promise<RecordedIo> {
    const io = double();
    expect(await runCommand('act', args, io), io.written.err).to.equal(0);
    return io;
  }

  async function json(...args: readonly string[]): Promise<Record<string, unknown>> {
    return JSON.parse((await ok(...args, '--json')).written.out) as Record<string, unknown>;
  }

  async function inject(...args: Parameters<typeof fetch>): Promise<{ url: string; response: Response }> {
    const asked = new Request(...args);
    const payload = await asked.text();
    const { pathname } = new URL(asked.url);
    const answer = await app.inject({
      // The client sends GET and POST only.
      method: asked.method as 'GET' | 'POST',
      url: pathname,
      headers: Object.fromEntries(asked.headers),
      ...(payload === '' ? {} : { payload }),
    });
    const headers = { 'content-type': String(answer.headers['content-type']) };
    return { url: pathname, response: new Response(answer.body, { status: answer.statusCode, headers }) };
  }

  async function writeConsortium(withKeys: boolean): Promise<void> {
    await writeSpecimenConsortium(
      folder,
      withKeys ? { approverKeyFiles: ['keys/one.key', 'keys/two.key'] } : {},
    );
  }
});
