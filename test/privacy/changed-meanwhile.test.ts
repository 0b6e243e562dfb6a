/** Records that are sealed anew for another reason while an epoch turns keep everything that leads to them. */
import { describe, it } from 'mocha';
import { expect } from 'chai';
import type { Issuer } from '../../issuer/issuer.ts';
import { newSigningKey } from '../../issuer/keys/signing-key-store.ts';
import { issueAll, IssuerHouse, passportVaccination, START_MS } from '../issuer/support/issuer-house.ts';
import { StoppedTurn } from './support/stopped-turn.ts';

/** More than a turn moves at once. */
const RECORDS = Array.from({ length: 203 }, (_, i) => passportVaccination(i + 1));
const LAST = passportVaccination(RECORDS.length);

const CHANGES: Readonly<Record<string, (issuer: Issuer, recordId: string, kid: string) => Promise<unknown>>> =
  {
    'told in the words of another system': (issuer, recordId) => issuer.issueForeign(recordId, 'hcert'),
    'signed again': async (issuer, _, kid) => {
      await issuer.rotation.use(kid);
      expect(await issuer.rotation.reSign()).to.be.greaterThan(0);
    },
  };

describe('a record that the turn of an epoch has not come to', function () {
  this.timeout(60_000);

  for (const [how, change] of Object.entries(CHANGES)) {
    it(`and that is ${how}, is found by its content and by its document when the turn has ended`, async () => {
      await using house = await IssuerHouse.create();
      const next = newSigningKey(START_MS / 1000);
      const keyStore = { load: () => Promise.resolve(next.jwk), makeCurrent: () => Promise.resolve() };
      await using issuer = await house.open({ ports: { keyStore } });
      const rows = await issueAll(issuer, RECORDS);
      const [gone, last] = [rows[0]?.recordId ?? '', rows.at(-1)?.recordId ?? ''];
      await issuer.privacy.erase(gone, 'subject-request');
      {
        using _ = new StoppedTurn();
        const stopped = await issuer.privacy.pass({ force: true }).catch((error: unknown) => error);
        expect(stopped).to.be.instanceOf(Error);
        await change(issuer, last, next.kid);
      }
      await issuer.privacy.pass({ force: true });
      expect((await issuer.privacy.erasure(gone)).stage, 'the epoch has ended').to.equal('dead');
      const [again] = await issueAll(issuer, [LAST]);
      expect(again).to.deep.include({ recordId: last, duplicate: true });
      const { docType, docIssuer, docNumber } = LAST.subject;
      const document = { docType, docIssuer, docNumber };
      const { records } = await issuer.privacy.report({ document }, 'subject-access');
      expect(records.map(({ recordId }) => recordId)).to.deep.equal([last]);
    });
  }
});
