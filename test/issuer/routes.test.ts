import { Readable, Writable } from 'node:stream';
import { describe, it } from 'mocha';
import { expect } from 'chai';
import { buildIssuerApp } from '../../issuer/app.ts';
import type { Issuer } from '../../issuer/issuer.ts';
import type { IssuedRow } from '../../issuer/row.ts';
import type { Service, ServiceLimits } from '../../service/app.ts';
import { createLogger } from '../../service/logging.ts';
import { IssuerHouse, labTest } from './support/issuer-house.ts';

const RECORD = {
  type: 'vaccination',
  subject: {
    nameEn: 'CANARYSURNAME, TAI MAN',
    nameZh: '陳大文',
    dob: '1980-05-17',
    docType: 'HKID',
    docNumber: 'A123456(3)',
    docIssuer: 'HK',
  },
  disease: 'sct|840539006',
  product: 'eu|EU/1/20/1528',
  doseNumber: 1,
  date: '2021-06-01',
  country: 'HK',
};

describe('issuer routes', function () {
  // The first service of a process loads fastify's plugins and the pages of /docs.
  this.timeout(15_000);

  describe('records', () => {
    it('takes one record as JSON, and finds it again', async () => {
      await using world = await World.create();
      const first = await world.post('/records', RECORD);
      expect(first.statusCode).to.equal(200);
      expect(first.json().summary).to.deep.equal({ issued: 1, duplicates: 0, refused: 0 });
      const again = await world.post('/records', RECORD);
      expect(again.json().summary).to.deep.equal({ issued: 0, duplicates: 1, refused: 0 });
      expect(again.json().rows[0].recordId).to.equal(first.json().rows[0].recordId);
    });

    it('takes a CSV file, answers bad rows with number, field and code, and issues the others', async () => {
      await using world = await World.create();
      const header = 'type,nameEn,dob,docType,docNumber,docIssuer,disease,product,doseNumber,date,country';
      const row = (name: string, dob: string): string =>
        `vaccination,"${name}",${dob},HKID,A123456(3),HK,sct|840539006,eu|EU/1/20/1528,1,2021-06-01,HK`;
      const csv = [
        header,
        row('ONE, A', '1980-05-17'),
        row('TWO, B', '1980-13-17'),
        row('THREE, C', '1980'),
      ].join('\n');
      const answer = await world.send('POST', '/records', { body: csv, type: 'text/csv' });
      const { summary, rows } = answer.json();
      expect(summary).to.deep.equal({ issued: 2, duplicates: 0, refused: 1 });
      expect(rows.map((one: { row: number }) => one.row)).to.deep.equal([2, 3, 4]);
      expect(rows[1].problems[0]).to.include({ field: 'dob' }).and.to.have.property('code');
    });

    it('streams its answers as lines when asked', async () => {
      await using world = await World.create();
      const body = JSON.stringify([RECORD, { ...RECORD, doseNumber: -1 }]);
      const answer = await world.send('POST', '/records', { body, accept: 'application/x-ndjson' });
      const lines = answer.body
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      expect(lines.map((line) => Object.keys(line)[0])).to.deep.equal([
        'row',
        'row',
        'receipt',
        'progress',
        'summary',
      ]);
      expect(lines[0]).to.have.property('recordId');
      expect(lines[1]).to.have.property('problems');
      const counts = { issued: 1, duplicates: 0, refused: 1 };
      const bytes = { bytes: Buffer.byteLength(body), totalBytes: Buffer.byteLength(body) };
      expect(lines[3].progress).to.deep.equal({ rows: 2, ...counts, resumed: 0, ...bytes });
      expect(lines[4]).to.deep.equal({ summary: counts });
    });

    it('refuses other media types, files that are too large, and what is no JSON', async () => {
      await using world = await World.create();
      expect(await world.codeOf('POST', '/records', { body: '<x/>', type: 'application/xml' })).to.equal(
        'REQUEST_MEDIA_TYPE',
      );
      const large = 'x'.repeat(11_000_000);
      expect(await world.codeOf('POST', '/records', { body: large, type: 'text/csv' })).to.equal(
        'RECORDS_TOO_LARGE',
      );
      const nonsense = await world.send('POST', '/records', { body: '{"type":"vacc' });
      expect(nonsense.json().rows[0].problems[0].code).to.equal('INTAKE_JSON_INVALID');
    });
  });

  describe('credentials', () => {
    it('go from anchoring to released, then come as text, SVG and PNG', async () => {
      await using world = await World.create();
      const handle = await world.issue();
      const url = `/credentials/${handle}`;
      expect((await world.get(url)).json())
        .to.include({ state: 'anchoring', profile: 'venue' })
        .and.not.have.property('code');
      expect(await world.codeOf('GET', `${url}.svg`)).to.equal('CREDENTIAL_NOT_RELEASED');
      await world.issuer.settle();
      const { code, state } = (await world.get(url)).json();
      expect(state).to.equal('released');
      const [text, svg, png] = await Promise.all(
        ['txt', 'svg', 'png'].map((format) => world.get(`${url}.${format}`)),
      );
      expect(text?.body).to.equal(`${code}\n`);
      expect(svg?.headers['content-type']).to.match(/^image\/svg\+xml/);
      expect(png?.rawPayload.subarray(1, 4).toString()).to.equal('PNG');
    });

    it('that are not there look the same, whatever the form of the name', async () => {
      await using world = await World.create();
      const bodies = await Promise.all(
        ['A'.repeat(22), 'short', '%00', 'A'.repeat(22) + '.png'].map(async (name) => {
          const { instance: _instance, ...rest } = (await world.get(`/credentials/${name}`)).json();
          return rest;
        }),
      );
      for (const body of bodies) expect(body).to.deep.equal(bodies[0]);
      expect(bodies[0]).to.include({ code: 'CREDENTIAL_NOT_FOUND', status: 404 });
      expect(await world.codeOf('GET', '/records/nothing')).to.equal('RECORD_NOT_FOUND');
    });
  });

  describe('who may', () => {
    const operator = [
      ['POST', '/records'],
      ['GET', '/records/x'],
      ['GET', '/credentials/x'],
      ['GET', '/credentials/x.svg'],
      ['GET', '/credentials/x/acts'],
      ['POST', '/acts'],
      ['POST', '/acts/dry-run'],
      ['GET', '/acts'],
      ['GET', `/acts/${'x'.repeat(22)}`],
      ['POST', `/acts/${'x'.repeat(22)}/withdrawal`],
      ['POST', '/acts/batches'],
      ['POST', `/acts/batches/0x${'0'.repeat(64)}/approvals`],
      ['POST', '/corrections'],
      ['GET', '/acts/history?after=0'],
      ['GET', `/acts/batches/0x${'0'.repeat(64)}`],
    ] as const;
    for (const [method, url] of operator) {
      it(`${method} ${url} needs the operator's token, whole`, async () => {
        await using world = await World.create();
        const { operatorToken } = world.house.secrets;
        const wrong = [
          undefined,
          'Bearer',
          'Bearer x',
          `Basic ${operatorToken}`,
          `Bearer ${operatorToken}x`,
          `Bearer ${operatorToken} x`,
        ];
        for (const authorization of wrong) {
          const headers = {
            'content-type': 'application/json',
            ...(authorization === undefined ? {} : { authorization }),
          };
          const answer = await world.app.inject({
            method,
            url,
            headers,
            payload: method === 'POST' ? '{}' : '',
          });
          expect(answer.statusCode).to.equal(401);
          expect(answer.headers['www-authenticate']).to.equal('Bearer');
        }
      });
    }

    it('everybody may read batches, status and who the issuer is', async () => {
      await using world = await World.create();
      await world.issue();
      await world.issuer.settle();
      const root = `0x${Buffer.from(world.house.ledger.batches[0]!.root).toString('hex')}`;
      const batch = (await world.anonymous(`/batches/${root}`)).json();
      expect(batch).to.include({ root, sequence: 1, log2Size: 6 });
      expect(batch.leaves).to.have.length(64);
      const manifest = (await world.anonymous('/status')).json();
      const token = await world.anonymous('/status/1');
      expect(token.headers['content-type']).to.match(/^application\/statuslist\+jwt/);
      expect(token.body).to.equal(manifest.lists[0].token);
      const bitstring = await world.anonymous('/status/1/revocation');
      expect(bitstring.headers['content-type']).to.match(/^application\/vc\+jwt/);
      expect(await world.codeOf('GET', '/status/1/message')).to.equal('REQUEST_INVALID');
      expect((await world.anonymous('/issuer')).json()).to.include({
        did: world.issuer.config.did,
        id: world.issuer.id,
      });
      expect(await world.codeOf('GET', `/batches/0x${'0'.repeat(64)}`)).to.equal('BATCH_NOT_FOUND');
      expect(await world.codeOf('GET', '/batches/0x00')).to.equal('REQUEST_INVALID');
    });

    it('limits requests, those to nowhere included', async () => {
      await using world = await World.create({ limits: { requestsPerMinute: 3 } });
      const codes: number[] = [];
      for (let i = 0; i < 5; i++) codes.push((await world.anonymous('/nowhere')).statusCode);
      expect(codes).to.deep.equal([404, 404, 404, 429, 429]);
    });

    it('is not ready once it has stopped itself', async () => {
      await using world = await World.create();
      expect((await world.anonymous('/health/ready')).json()).to.deep.equal({ status: 'ready', failing: [] });
      await world.issuer.settle();
      await world.issue();
      world.house.ledger.batches.push({
        root: new Uint8Array(32),
        timeSeconds: 1,
        log2Size: 6,
        class: 'long',
        sequence: 1,
        account: world.house.ledger.account,
      });
      await world.issuer.settle().catch(() => undefined);
      const answer = await world.anonymous('/health/ready');
      expect(answer.statusCode).to.equal(503);
      expect(answer.json().failing).to.deep.equal(['ledger-agreement']);
      expect(await world.codeOf('POST', '/records', { body: JSON.stringify(labTest(1)) })).to.equal(
        'ISSUER_HALTED',
      );
    });
  });

  describe('what is written about people', () => {
    it('is nothing: no name, number, handle or token in logs, metrics or problems', async () => {
      const log: string[] = [];
      await using world = await World.create({ log });
      const handle = await world.issue();
      const recordId = world.lastRecordId;
      await world.issuer.settle();
      const body = JSON.stringify(RECORD);
      const answers = await Promise.all([
        world.get(`/credentials/${handle}`),
        world.get(`/credentials/${handle}.png`),
        world.get(`/credentials/${handle}?CANARYSURNAME=1`),
        world.get(`/records/${recordId}`),
        world.post('/acts', {
          kind: 'revoke',
          target: { by: 'credential', handle },
          reason: 'CANARYSURNAME',
        }),
        world.post('/corrections', { recordId, record: RECORD, reason: 'CANARYSURNAME' }),
        world.send('POST', '/acts', { body: `{"CANARYSURNAME` }),
        world.send('POST', '/records', { body: body.slice(0, -5) }),
        world.send('POST', '/records', { body, type: 'application/CANARYSURNAME' }),
        world.anonymous('/CANARYSURNAME'),
      ]);
      await world.send('POST', '/records', { body: Readable.from(brokenOff(body)) }).catch(() => undefined);
      const written = [...log, (await world.anonymous('/metrics')).body];
      written.push(...answers.filter(({ statusCode }) => statusCode >= 400).map((answer) => answer.body));
      const { operatorToken } = world.house.secrets;
      for (const secret of [
        'CANARYSURNAME',
        '陳大文',
        'A123456',
        '1980-05-17',
        handle,
        recordId,
        operatorToken,
      ]) {
        expect(written.some((text) => text.includes(secret))).to.equal(
          false,
          'something of a person was written',
        );
      }
      expect(log.length).to.be.greaterThan(10);
      expect(log.some((line) => line.includes('"/credentials/:handle"'))).to.equal(true);
    });
  });
});

async function* brokenOff(body: string): AsyncGenerator<string> {
  yield body.slice(0, 100);
  throw new Error('CANARYSURNAME: the sender went away');
}

interface SendOptions {
  readonly body?: string | Readable;
  readonly type?: string;
  readonly accept?: string;
}

/** An issuer behind its routes, called without a network. */
class World implements AsyncDisposable {
  readonly house: IssuerHouse;
  readonly issuer: Issuer;
  readonly app: Service;
  lastRecordId = '';

  private constructor(house: IssuerHouse, issuer: Issuer, app: Service) {
    this.house = house;
    this.issuer = issuer;
    this.app = app;
  }

  static async create(options: { limits?: Partial<ServiceLimits>; log?: string[] } = {}): Promise<World> {
    const { limits, log } = options;
    const house = await IssuerHouse.create();
    const destination = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        log?.push(chunk.toString());
        done();
      },
    });
    const logger = createLogger({
      name: 'issuer',
      level: log === undefined ? 'silent' : 'debug',
      destination,
    });
    const issuer = await house.open({ ports: { log: logger } });
    const { operatorToken } = house.secrets;
    const app = await buildIssuerApp({
      issuer,
      operatorToken,
      now: () => house.nowMs,
      logger,
      // A busy machine is no fault of the routes.
      limits: { maxEventLoopDelayMs: 0, ...limits },
    });
    return new World(house, issuer, app);
  }

  async issue(): Promise<string> {
    const answer = await this.post('/records', RECORD);
    const row: IssuedRow = answer.json().rows[0];
    this.lastRecordId = row.recordId;
    return row.credentials[0]?.handle ?? '';
  }

  get(url: string) {
    return this.send('GET', url, {});
  }

  post(url: string, body: unknown) {
    return this.send('POST', url, { body: JSON.stringify(body) });
  }

  anonymous(url: string) {
    return this.app.inject({ method: 'GET', url });
  }

  send(method: 'GET' | 'POST', url: string, { body, type = 'application/json', accept }: SendOptions) {
    const headers = {
      authorization: `Bearer ${this.house.secrets.operatorToken}`,
      ...(body === undefined ? {} : { 'content-type': type }),
      ...(accept === undefined ? {} : { accept }),
    };
    return this.app.inject({ method, url, headers, ...(body === undefined ? {} : { payload: body }) });
  }

  async codeOf(method: 'GET' | 'POST', url: string, options: SendOptions = {}): Promise<unknown> {
    const answer = await this.send(method, url, options);
    expect(answer.headers['content-type']).to.match(/^application\/problem\+json/);
    expect(answer.json().status).to.equal(answer.statusCode);
    return answer.json().code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.app.close();
    await this.issuer.close();
    await this.house[Symbol.asyncDispose]();
  }
}
