/**
 * `hcl convert` over two issuer services that share nothing but the ledger: each has a recording proxy between itself
 * and the node, and no other peer. What passes there while people of Hong Kong are converted to Macao is searched for
 * everything that is known about them, in every writing, and for everything that anybody could derive of that without
 * the salt.
 */
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { buffer } from 'node:stream/consumers';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { today } from '../../booking/window.ts';
import { processIo, type Io } from '../../cli/io.ts';
import { writeConsortiumFile, type ConsortiumIssuer } from '../../cli/consortium-file.ts';
import { runCommand } from '../../cli/commands.ts';
import { audit } from '../../cli/commands/audit.ts';
import { convert } from '../../cli/commands/convert.ts';
import { showConverted } from '../../cli/convert/converted-page.ts';
import type { Converted } from '../../cli/convert/way.ts';
import { describeError } from '../../cli/errors.ts';
import { consentText } from '../../core/conversion/consent.ts';
import { REFUSALS } from '../../core/conversion/refusals.ts';
import { parseClaims } from '../../core/credential/parse.ts';
import { decodeCode } from '../../core/qr/code.ts';
import { connectLedger } from '../../issuer/ledger-ports.ts';
import { toIssuerConfig } from '../../issuer/config.ts';
import { startIssuer } from '../../issuer/server.ts';
import { demoHealthPolicies } from '../../scripts/demo/demo-day.ts';
import { bookingLines, REFERENCE } from '../../scripts/demo/to-try.ts';
import { createRandomBytes } from '../../service/clock.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { foundDemoLedger } from '../support/demo-ledger.ts';

/** All that went through a proxy, both ways. */
interface Recorder {
  readonly url: string;
  readonly peers: Set<string>;
  text(): string;
  close(): Promise<void>;
}

/** By a command of `hcl`. */
interface Said {
  readonly exitCode: number;
  readonly page: string;
}

type Change = (url: string, answer: Response, body: unknown) => Promise<Response>;

/** Whole bodies, each once: what a service asks again and again says nothing new. */
async function record(upstream: string): Promise<Recorder> {
  const bodies = new Set<string>();
  const peers = new Set<string>();
  const server: Server = createServer((incoming, outgoing) => {
    peers.add(`${incoming.method} ${incoming.url}`);
    const forward = async (): Promise<void> => {
      const body = await buffer(incoming);
      bodies.add(unnumbered(body));
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(upstream + (incoming.url ?? ''), { method: 'POST', headers, body });
      const answered = Buffer.from(await answer.arrayBuffer());
      bodies.add(unnumbered(answered));
      outgoing.writeHead(answer.status, headers).end(answered);
    };
    forward().catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // Listening on a port, so its address is one.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    peers,
    text: () => [...bodies].join('\n'),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The number of a JSON-RPC call is its place in time, and says nothing else. */
function unnumbered(body: Buffer): string {
  return body.toString('latin1').replaceAll(/"id":\d+/g, '"id":0');
}

describe('flow: conversion between services', function () {
  this.timeout(110_000);
  let folder: string;
  let world: AsyncDisposableStack;
  let issuers: readonly ConsortiumIssuer[];
  let recorders: readonly Recorder[];
  /** What devices sent and got: the holder is the only way between the two. */
  const carried: string[] = [];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hcl-conversion-'));
    world = new AsyncDisposableStack();
    const { deployment, members, url: rpcUrl } = await foundDemoLedger(folder, world);
    const started: ConsortiumIssuer[] = [];
    const recording: Recorder[] = [];
    for (const member of members) {
      const recorder = world.adopt(await record(rpcUrl), (one) => one.close());
      recording.push(recorder);
      const config = toIssuerConfig({
        did: member.did,
        name: member.name,
        jurisdiction: member.jurisdiction,
        dataFolder: join(folder, member.name),
        publicBaseUrl: member.publicBaseUrl,
        windowMs: { short: 50, long: 50 },
        status: { freshForSeconds: 86_400 },
        maxWaiting: 100_000,
        http: { host: '127.0.0.1', port: 0, maxFileBytes: 1_000_000 },
        logLevel: 'silent',
        healthPolicies: demoHealthPolicies(),
      });
      const { did, keys: own } = member;
      const accountKey = own.issuer.ledgerAccountKey;
      const service = await startIssuer(config, own.issuer, {
        ...connectLedger({ rpcUrl: recorder.url, deployment, did, accountKey }),
        crypto: nodeCrypto,
        now: Date.now,
        randomBytes: createRandomBytes(),
      });
      world.defer(() => service.close());
      const { name, jurisdiction } = member;
      const { operatorTokenFile, auditorTokenFile } = own;
      started.push({ name, did, url: service.url, jurisdiction, operatorTokenFile, auditorTokenFile });
    }
    issuers = started;
    recorders = recording;
    await writeConsortiumFile(folder, {
      version: 1,
      rpcUrl,
      chainId: deployment.chainId,
      deployment: 'deployment.json',
      verifierUrl: rpcUrl,
      issuers: started,
    });
  });

  after(async () => {
    await world.disposeAsync();
    await rm(folder, { recursive: true, force: true });
  });

  it('takes two people from Hong Kong to Macao, one back, and one to Guangdong', async () => {
    for (const [from, to] of [
      ['HK-DH', 'MO-SSM'],
      ['HK-DH', 'MO-SSM'],
      ['MO-SSM', 'HK-DH'],
      ['HK-DH', 'CN-GD'],
    ] as const) {
      const lines: string[] = [];
      const code = await convert.run(['--from', from, '--to', to, '--json'], io(lines));
      expect(code, lines.join()).to.equal(0);
      expect(JSON.parse(lines.join(''))).to.include({ from, to, decision: 'accepted', state: 'green' });
    }
  });

  it('shows the ledger nothing of them, and nothing that follows from them without the salt', () => {
    const passed = recorders.map((recorder) => recorder.text()).join('');
    expect(passed).to.include('eth_sendRawTransaction');
    const secrets = secretsIn(carried);
    expect(secrets.length).to.be.greaterThan(100);
    for (const { what, forms } of secrets) {
      for (const form of forms)
        expect(passed.includes(form), `${what} on the way to the ledger`).to.equal(false);
    }
  });

  it('notices what it looks for: the very same search finds it in what the holder carried', () => {
    const seen = carried.join('');
    const found = secretsIn(carried).filter(({ forms }) => forms.some((form) => seen.includes(form)));
    expect(found.map(({ what }) => what)).to.include('holder key x');
  });

  it('lets each service talk to its node and to nobody else, and only the holder to both', () => {
    for (const { peers } of recorders) expect([...peers]).to.deep.equal(['POST /']);
    for (const recorder of recorders) {
      const passed = recorder.text();
      for (const { url } of issuers) expect(passed).to.not.include(new URL(url).host);
    }
  });

  it('gives an auditor two sides that agree with each other and with the ledger', async () => {
    const lines: string[] = [];
    const code = await audit.run([], io(lines));
    const page = lines.join('');
    expect(code, page).to.equal(0);
    expect(page).to.match(/Conversions +4 between 3 pairs, 4 acknowledged, 0 open/);
    expect(page).to.match(/hk-dh\.example → mo-ssm\.example +2 +2 +0\n/);
    expect(page).to.match(/mo-ssm\.example → hk-dh\.example +1 +1 +0\n/);
    expect(page).to.match(/hk-dh\.example → cn-gd\.example +1 +1 +0\n/);
    for (const line of page.split('\n')) expect(line.length).to.be.at.most(80);
    const rows: string[] = [];
    await audit.run(['--json'], io(rows));
    const parsed = rows.map((row) => JSON.parse(row) as { readonly kind: string });
    expect(parsed.filter(({ kind }) => kind === 'conversions')).to.have.length(3);
    expect(parsed.at(-1)).to.deep.include({
      passed: true,
      conversions: { pairs: 3, spent: 4, acknowledged: 4, open: 0 },
    });
  });

  it('takes a test that the target itself, an issuer like any other, has given, with its list carried along', async () => {
    const lines: string[] = [];
    const way = ['--from', 'HK-DH', '--to', 'MO-SSM', '--tested-by', 'MO-SSM', '--json'];
    const since = carried.length;
    expect(await convert.run(way, io(lines)), lines.join()).to.equal(0);
    expect(JSON.parse(lines.join(''))).to.include({ decision: 'accepted', state: 'green' });
    const asked = carried.slice(since).filter((text) => text.includes('"lists":[{"digests":'));
    expect(asked.join()).to.include('https://mo-ssm.example/status/');
  });

  it('uses a booked place with a conversion, by the very lines that the demonstration prints, and once', async () => {
    const dayNow = (): number => today(Date.now() / 1000);
    let day: number;
    let used: Awaited<ReturnType<typeof useBooked>>;
    let travellers = 0;
    do {
      // The lines are of one day: where it ends while they run, they say nothing.
      day = dayNow();
      used = await useBooked(join(folder, `travellers-${++travellers}`));
    } while (day !== dayNow());
    const { pages, reference, again } = used;
    for (const { exitCode, page } of pages) expect(exitCode, page).to.equal(0);
    expect(pages[0]?.page).to.match(/HZMB/);
    expect(pages[4]?.page).to.match(/accepted {2}MO-SSM → HK-DH/);
    expect(pages[5]?.page).to.match(new RegExp(`^${reference}  used`));
    expect(again.exitCode).to.equal(1);
    expect(again.page).to.include('BOOKING_USED').and.include('lane conversion');
  });

  /** All that the lines say, for a new traveller, and a lane that the place is shown at once more. */
  async function useBooked(travellers: string): Promise<{
    readonly pages: readonly Said[];
    readonly reference: string;
    readonly again: Said;
  }> {
    let reference = '';
    const run = async (line: string): Promise<Said> => {
      const lines: string[] = [];
      const [command = '', ...args] = line.replace(REFERENCE, reference).split(' ');
      const exitCode = await runCommand(command, args, io(lines));
      return { exitCode, page: lines.join('') };
    };
    const pages: Said[] = [];
    for (const line of bookingLines(travellers, Date.now() / 1000)) {
      const said = await run(line);
      if (line.startsWith('booking book ')) reference = /^[A-Z0-9]{10}/.exec(said.page)?.[0] ?? '';
      pages.push(said);
    }
    const again = await run(`booking use ${reference} --issuer HK-DH --port HZMB --lane 7`);
    return { pages, reference, again };
  }

  describe('hcl convert', () => {
    const WAY = ['--from', 'HK-DH', '--to', 'MO-SSM'];
    const TEXTS = REFUSALS.CONVERSION_CODE_NOT_VALID;

    let converted: Converted;

    before(async () => {
      const lines: string[] = [];
      await convert.run([...WAY, '--json'], io(lines));
      converted = JSON.parse(lines.join('')) as Converted;
    });

    it('shows its holder the colour, the code, and that both have signed for one conversion', async () => {
      const [source, target] = ['HK-DH', 'MO-SSM'].map((wanted) =>
        issuers.find(({ name }) => name === wanted),
      );
      if (source === undefined || target === undefined) throw new Error('two issuers');
      const lines: string[] = [];
      await showConverted(converted, { source, target, io: io(lines) });
      const page = lines.join('');
      expect(page).to.match(
        /accepted {2}HK-DH → MO-SSM\n +State +green\n +Receipts +of both, of one conversion\n/,
      );
      expect(codesIn(page)[0]?.trimEnd()).to.equal(converted.code);
    });

    it('says so when the two receipts do not belong together', async () => {
      const lines: string[] = [];
      const swap = async (url: string, answer: Response): Promise<Response> => {
        if (!url.includes('/conversions/arrivals') || !answer.ok) return answer;
        // As the route answers.
        return Response.json({ ...((await answer.json()) as object), receipt: converted.receipts.target });
      };
      expect(await convert.run([...WAY, '--lang', 'pt'], io(lines, swap))).to.equal(1);
      const page = lines.join('');
      expect(page).to.include(consentText('convert-3.pt') ?? '');
      expect(page).to.match(/accepted {2}HK-DH → MO-SSM/);
      expect(page).to.match(/Receipts +do not belong together/);
    });

    it('gives up at once, in its holder’s language, when the code ends before it is handed over', async () => {
      for (const language of ['zh-Hant', 'pt'] as const) {
        let asked = 0;
        let subject: object | undefined;
        const endCode = async (url: string, answer: Response, body: unknown): Promise<Response> => {
          if (url.endsWith('/records')) [{ subject }] = JSON.parse(String(body)) as [{ subject: object }];
          if (/\/conversions\/[0-9a-f]{32}\?/.test(url)) asked++;
          if (/\/conversions\?/.test(url) && answer.ok) await orderOn(subject);
          return answer;
        };
        const failed = await convert.run([...WAY, '--lang', language], io([], endCode)).then(
          () => undefined,
          (error: unknown) => error,
        );
        expect(describeError(failed)).to.include(`CONVERSION_CODE_NOT_VALID, ${TEXTS[language]}`);
        expect(asked).to.equal(1);
      }
    });

    /** An order of Hong Kong, which turns the code of this moment. */
    async function orderOn(subject: object | undefined): Promise<void> {
      const [hk] = issuers;
      const token = (await readFile(hk?.operatorTokenFile ?? '', 'utf8')).trim();
      const nowSeconds = Math.floor(Date.now() / 1000);
      const order = {
        kind: 'quarantine',
        ground: 'hcl|under-order',
        reference: 'ORDER-9',
        fromSeconds: nowSeconds - 60,
        untilSeconds: nowSeconds + 86_400,
        legalBasis: 'Cap. 599A s.22',
        orderedBy: 'HO-1',
        enteredBy: 'HO-2',
      };
      const answer = await fetch(`${hk?.url}/orders`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ ...order, subject }),
      });
      expect(answer.ok, await answer.text()).to.equal(true);
    }
  });

  /** @param change what the services answer to what */
  function io(lines: string[], change?: Change): Io {
    const write = (text: string): Promise<void> => {
      lines.push(text);
      return Promise.resolve();
    };
    const out = { write, isTerminal: false, colour: false, columns: 80 };
    const recorded: typeof fetch = async (input, init) => {
      if (typeof init?.body === 'string') carried.push(init.body);
      const answer = await fetch(input, init);
      carried.push(await answer.clone().text());
      return change === undefined ? answer : await change(new Request(input).url, answer, init?.body);
    };
    return { ...processIo(), out, err: out, env: { HCL_DATA: folder }, fetch: recorded };
  }
});

interface Secret {
  readonly what: string;
  readonly forms: readonly string[];
}

function secretsIn(texts: readonly string[]): readonly Secret[] {
  const all = [...new Set(texts.flatMap(codesIn))].flatMap(secretsOf);
  return [...new Map(all.map((secret) => [secret.forms.join(' '), secret])).values()];
}

function codesIn(text: string): readonly string[] {
  return text.match(/HCL1:[0-9A-Z $%*+\-./:]+/g) ?? [];
}

/** Everything about a person that a code holds, and what follows from it by hashing alone. */
function secretsOf(code: string): readonly Secret[] {
  const { payloadBytes } = decodeCode(code);
  const claims = parseClaims(payloadBytes);
  const { subject, jti, cnf } = claims;
  const facts = Object.entries(claims.facts).filter(
    ([name]) => name === 'collectedAt' || name === 'declaredAt',
  );
  const told: readonly (readonly [string, string | undefined])[] = [
    ['document number', subject.doc],
    ['name', subject.nameEn],
    ['birth date', subject.dob],
    ['handle', jti],
    ['holder key x', cnf?.jwk.x],
    ['holder key y', cnf?.jwk.y],
    ['document and birth date', `${subject.doc}${subject.dob}`],
    ...facts.map(([name, value]) => [name, String(value)] as const),
  ];
  const texts = told.filter((one): one is readonly [string, string] => one[1] !== undefined && one[1] !== '');
  return [
    { what: 'the code', forms: [code] },
    ...texts.map(([what, text]) => ({ what, forms: formsOf(Buffer.from(text)) })),
    ...texts.flatMap(([what, text]) =>
      ['sha256', 'sha1', 'md5', 'sha3-256', 'sha512'].map((hash) => ({
        what: `${hash} of ${what}`,
        forms: formsOf(createHash(hash).update(text).digest()),
      })),
    ),
    { what: 'handle, bytes', forms: formsOf(Buffer.from(jti, 'base64url')) },
    {
      what: 'sha256 of handle, bytes',
      forms: formsOf(createHash('sha256').update(Buffer.from(jti, 'base64url')).digest()),
    },
    { what: 'sha256 of payload', forms: formsOf(createHash('sha256').update(payloadBytes).digest()) },
  ];
}

/** As text, hex in both cases, base64 and base64url. */
function formsOf(bytes: Buffer): readonly string[] {
  const hex = bytes.toString('hex');
  return [
    bytes.toString('latin1'),
    hex,
    hex.toUpperCase(),
    bytes.toString('base64'),
    bytes.toString('base64url'),
  ];
}
