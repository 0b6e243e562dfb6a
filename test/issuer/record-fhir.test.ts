/** `GET /records/{id}/fhir`, and new kinds of record through an issuer that is real but for its ledger. */
import { describe, it } from 'mocha';
import { expect } from 'chai';
import { parseClaims } from '../../core/credential/parse.ts';
import { decodeCode } from '../../core/qr/code.ts';
import { buildIssuerApp } from '../../issuer/app.ts';
import { readAllRows, recordsOf } from './intake/read-all.ts';
import { declarationRecord, EVERY_KIND, exemptionRecord, recoveryRecord } from '../support/sample-records.ts';
import { IssuerHouse, issueAll, START_MS } from './support/issuer-house.ts';

describe('a stored record', function () {
  // The first service of a process loads fastify's plugins and the pages of /docs.
  this.timeout(15_000);

  it('comes out as FHIR to operators, and goes in again as the same record', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const records = [EVERY_KIND.vaccination, EVERY_KIND.test];
    const rows = await issueAll(issuer, records);
    const app = await buildIssuerApp({
      issuer,
      operatorToken: 'secret',
      now: () => START_MS,
      limits: { maxEventLoopDelayMs: 0 },
    });
    for (const [i, { recordId }] of rows.entries()) {
      const url = `/records/${recordId}/fhir`;
      const headers = { authorization: 'Bearer secret' };
      const answer = await app.inject({ url, headers });
      expect(answer.statusCode).to.equal(200);
      expect(answer.headers['content-type']).to.match(/^application\/fhir\+json/);
      expect(answer.headers['cache-control']).to.equal('no-store');
      expect(recordsOf(await readAllRows('application/fhir+json', answer.body))).to.deep.equal([records[i]]);
      expect((await app.inject({ url })).statusCode).to.equal(401);
    }
    await app.close();
  });

  it('of a kind that FHIR has no form for is a problem with its own code, and so is one that is not there', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const [row] = await issueAll(issuer, [EVERY_KIND.exemption]);
    const app = await buildIssuerApp({
      issuer,
      operatorToken: 'secret',
      now: () => START_MS,
      limits: { maxEventLoopDelayMs: 0 },
    });
    for (const [id, code] of [
      [row?.recordId, 'RECORD_NO_FHIR_FORM'],
      ['nobody', 'RECORD_NOT_FOUND'],
    ]) {
      const headers = { authorization: 'Bearer secret' };
      const answer = await app.inject({ url: `/records/${id}/fhir`, headers });
      expect(answer.statusCode).to.equal(404);
      expect(answer.json()).to.include({ code });
      expect(answer.body).to.not.include(EVERY_KIND.exemption.subject.docNumber);
    }
    await app.close();
  });

  it('that ends carries its end, and its first day, in both credentials', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const records = [
      recoveryRecord({ validFrom: '2022-12-05' }),
      exemptionRecord(),
      declarationRecord(),
      EVERY_KIND.vaccination,
    ];
    const rows = await issueAll(issuer, records);
    await issuer.settle();
    const ends = await Promise.all(
      rows.map(async ({ credentials }) => {
        const codes = await Promise.all(credentials.map(({ handle }) => issuer.code(handle)));
        return codes.map((code) => {
          const { nbf, exp } = parseClaims(decodeCode(code).payloadBytes);
          return [nbf, exp].map((seconds) => (seconds === undefined ? '' : timeOf(seconds)));
        });
      }),
    );
    const both = (nbf: string, exp: string): readonly (readonly string[])[] => [
      [nbf, exp],
      [nbf, exp],
    ];
    expect(ends).to.deep.equal([
      both('2022-12-04T16:00:00Z', '2023-06-02T16:00:00Z'),
      both('', '2023-03-12T16:00:00Z'),
      both('', '2022-12-24T12:00:00Z'),
      both('', ''),
    ]);
  });
});

function timeOf(unixSeconds: number): string {
  return new Date(unixSeconds * 1000).toISOString().replace('.000Z', 'Z');
}
