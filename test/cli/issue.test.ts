import { mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { runCommand } from '../../cli/commands.ts';
import { readQrImage } from '../../core/qr/image.ts';
import { ioDouble, type RecordedIo } from './io-double.ts';
import { writeSpecimenConsortium } from './specimen-consortium.ts';

const TOKEN = 'operator-token';
const HANDLE = 'AAAAAAAAAAAAAAAAAAAAAA';
const CODE = 'HCL1:ABC123';
const SUMMARY = { summary: { issued: 1, duplicates: 0, refused: 1 } };

interface Call {
  readonly method: string;
  readonly path: string;
  readonly contentType: string | null;
  readonly body: string;
  readonly authorization: string | null;
}

describe('hcl issue, over an issuer', () => {
  let folder: string;
  let calls: Call[];
  let answers: Map<string, () => Response>;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hcl-cli-issue-'));
    await mkdir(join(folder, 'keys'));
    await writeFile(join(folder, 'keys', 'operator.token'), `${TOKEN}\n`, { mode: 0o600 });
    await writeSpecimenConsortium(folder);
    await writeFile(join(folder, 'records.csv'), 'type,name\nvaccination,X\n');
    calls = [];
    answers = new Map<string, () => Response>([
      ['/records', () => ndjson(issuedRow(2), refusedRow(3), SUMMARY)],
      [`/credentials/${HANDLE}`, () => Response.json(held('released', CODE))],
    ]);
  });

  afterEach(() => rm(folder, { recursive: true }));

  it('sends the file and answers each row, codes or problems', async () => {
    const { exitCode, lines } = await json(['--issuer', 'HK-DH', file('records.csv')]);
    expect(exitCode).to.equal(1);
    expect(lines).to.deep.equal([
      {
        file: file('records.csv'),
        ...issuedRow(2),
        credentials: [{ profile: 'venue', handle: HANDLE, state: 'released', code: CODE }],
      },
      { file: file('records.csv'), ...refusedRow(3) },
    ]);
    expect(calls[0]).to.deep.equal({
      method: 'POST',
      path: '/records',
      contentType: 'text/csv',
      body: 'type,name\nvaccination,X\n',
      authorization: `Bearer ${TOKEN}`,
    });
  });

  it('ends well when every row has its codes', async () => {
    answers.set('/records', () => ndjson(issuedRow(2), SUMMARY));
    expect((await json(['--issuer', 'HK-DH', file('records.csv')])).exitCode).to.equal(0);
  });

  const contents: Readonly<Record<string, readonly [name: string, content: string]>> = {
    'text/csv': ['a.txt', 'type,name\n'],
    'application/fhir+json': ['b.json', '{ "resourceType": "Bundle" }'],
    'application/json': ['c.json', '[{"type":"vaccination"}]'],
    'application/fhir+ndjson': ['d.ndjson', '{"resourceType":"Patient"}\n'],
  };
  for (const [mediaType, [name, content]] of Object.entries(contents)) {
    it(`tells ${mediaType} by what is in the file`, async () => {
      await writeFile(file(name), content);
      await json(['--issuer', 'HK-DH', file(name)]);
      expect(calls[0]?.contentType).to.equal(mediaType);
    });
  }

  it('writes text, SVG and PNG of each code, for the owner alone', async () => {
    await json(['--issuer', 'HK-DH', '--out', file('codes'), file('records.csv')]);
    const names = ['png', 'svg', 'txt'].map((suffix) => `records-2-venue.${suffix}`);
    expect((await readdir(file('codes'))).sort()).to.deep.equal(names);
    expect(await readFile(file('codes/records-2-venue.txt'), 'utf8')).to.equal(`${CODE}\n`);
    expect(readQrImage(await readFile(file('codes/records-2-venue.png')))).to.equal(CODE);
    expect((await stat(file('codes'))).mode & 0o077).to.equal(0);
    expect((await stat(file('codes/records-2-venue.txt'))).mode & 0o077).to.equal(0);
  });

  it('does not wait longer than it is told', async () => {
    answers.set(`/credentials/${HANDLE}`, () => Response.json(held('anchoring')));
    const { exitCode, lines } = await json(['--issuer', 'HK-DH', '--wait', '0', file('records.csv')]);
    expect(exitCode).to.equal(1);
    expect(lines[0]).to.have.nested.property('credentials[0].state', 'anchoring');
  });

  it('waits while the issuer is busy', async () => {
    let busy = 2;
    answers.set(`/credentials/${HANDLE}`, () =>
      busy-- > 0
        ? new Response('', { status: 429, headers: { 'retry-after': '0' } })
        : Response.json(held('released', CODE)),
    );
    const { lines } = await json(['--issuer', 'HK-DH', file('records.csv')]);
    expect(lines[0]).to.have.nested.property('credentials[0].code', CODE);
  });

  it('shows people rows, reasons and a sum', async () => {
    const io = double();
    await runCommand('issue', ['--issuer', 'HK-DH', file('records.csv')], io);
    expect(io.written.out).to.contain(`✓ records.csv, row 2  issued\n    venue  ${HANDLE}\n`);
    expect(io.written.out).to.contain('✗ records.csv, row 3  refused\n');
    expect(io.written.out).to.contain('lies in the future (RECORD_DATE_IN_FUTURE)');
    expect(io.written.out).to.contain('1 issued, 0 known already, 1 refused\n');
  });

  it('shows the QR code of the first one when asked', async () => {
    const io = double();
    await runCommand('issue', ['--issuer', 'HK-DH', '--show', file('records.csv')], io);
    expect(io.written.out).to.match(/[▀▄█]{3}/);
  });

  it("passes on the issuer's refusal, in its own words", async () => {
    answers.set('/records', () =>
      Response.json(
        { code: 'UNAUTHENTICATED', title: 'A valid bearer token is needed', status: 401 },
        { status: 401, headers: { 'content-type': 'application/problem+json' } },
      ),
    );
    const io = double();
    expect(await runCommand('issue', ['--issuer', 'HK-DH', file('records.csv')], io)).to.equal(1);
    expect(io.written.err).to.contain('HK-DH answered 401: UNAUTHENTICATED, A valid bearer token is needed');
    expect(io.written.err).not.to.contain(TOKEN);
  });

  for (const [what, last] of Object.entries({
    'says why it stopped early': [
      { ...SUMMARY, problem: { code: 'ISSUER_BUSY', title: 'Too much is waiting' } },
    ],
    'breaks off': [],
  })) {
    it(`keeps the rows before and fails when the issuer ${what}`, async () => {
      answers.set('/records', () => ndjson(issuedRow(2), ...last));
      const { exitCode, lines } = await json(['--issuer', 'HK-DH', file('records.csv')]);
      expect(exitCode).to.equal(1);
      expect(lines).to.have.length(1);
    });
  }

  it('fails when the issuer does not answer', async () => {
    const io = ioDouble({ env: { HCL_DATA: folder } });
    expect(await runCommand('issue', ['--issuer', 'HK-DH', file('records.csv')], io)).to.equal(1);
    expect(io.written.err).to.contain('CLI_SERVICE_UNREACHABLE');
  });

  it('fails when a file cannot be read', async () => {
    const io = double();
    expect(await runCommand('issue', ['--issuer', 'HK-DH', file('none.csv')], io)).to.equal(1);
    expect(io.written.err).to.contain('CLI_FILE_UNREADABLE');
  });

  const wrong: Readonly<Record<string, readonly [command: string, ...args: string[]]>> = {
    'issue without a file': ['issue', '--issuer', 'HK-DH'],
    'issue without an issuer': ['issue', 'x.csv'],
    'issue by an unknown issuer': ['issue', '--issuer', 'XX', 'x.csv'],
    'issue of an unknown type': ['issue', '--issuer', 'HK-DH', '--type', 'xml', 'x.csv'],
    'issue with a wait that is none': ['issue', '--issuer', 'HK-DH', '--wait', 'long', 'x.csv'],
  };
  for (const [what, [command, ...args]] of Object.entries(wrong)) {
    it(`refuses ${what} as wrong usage`, async () => {
      const io = double();
      expect(await runCommand(command, args, io)).to.equal(2);
      expect(io.written.err).to.contain('Usage: hcl');
      expect(calls).to.deep.equal([]);
    });
  }

  function file(name: string): string {
    return join(folder, name);
  }

  function double(): RecordedIo {
    return ioDouble({
      env: { HCL_DATA: folder },
      fetch: async (input, init) => {
        const request = new Request(input, init);
        const path = new URL(request.url).pathname;
        calls.push({
          method: request.method,
          path,
          contentType: request.headers.get('content-type'),
          body: await request.text(),
          authorization: request.headers.get('authorization'),
        });
        return answers.get(path)?.() ?? new Response('', { status: 404 });
      },
    });
  }

  async function json(
    args: readonly string[],
  ): Promise<{ readonly exitCode: number; readonly lines: readonly object[] }> {
    const io = double();
    const exitCode = await runCommand('issue', ['--json', ...args], io);
    const texts = io.written.out.split('\n').filter(Boolean);
    return { exitCode, lines: texts.map((text) => JSON.parse(text) as object) };
  }
});

function ndjson(...lines: readonly object[]): Response {
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  return new Response(text, { headers: { 'content-type': 'application/x-ndjson' } });
}

function issuedRow(row: number): object {
  return {
    row,
    recordId: 'r1',
    duplicate: false,
    credentials: [{ profile: 'venue', handle: HANDLE, state: 'anchoring' }],
  };
}

function refusedRow(row: number): object {
  return { row, problems: [{ field: 'date', code: 'RECORD_DATE_IN_FUTURE', reason: 'lies in the future' }] };
}

function held(state: string, code?: string): object {
  return { recordId: 'r1', profile: 'venue', handle: HANDLE, state, ...(code === undefined ? {} : { code }) };
}
