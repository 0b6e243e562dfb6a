/** What must hold once an erasure went through, wherever it was cut short before. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { checkAccount } from '../../../auditor/privacy-account.ts';
import { concatBytes } from '../../../core/bytes/concat.ts';
import { fromHex, toHex } from '../../../core/bytes/hex.ts';
import { readStatusToken } from '../../../core/status/status-token.ts';
import type { HealthRecord } from '../../../core/record/record.ts';
import type { Issuer } from '../../../issuer/issuer.ts';
import type { IssuedRow } from '../../../issuer/row.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { DID, issueAll, type IssuerHouse } from '../../issuer/support/issuer-house.ts';
import { expectRejects } from '../../issuer/support/rejects-code.ts';

export interface Expected {
  readonly gone: readonly IssuedRow[];
  readonly kept: readonly IssuedRow[];
  /** The records of `kept`, in their order. */
  readonly keptRecords: readonly HealthRecord[];
}

/** Settles, then looks at records, codes, duplicates, keys and every leaf. */
export async function checkAfterErasure(
  house: IssuerHouse,
  issuer: Issuer,
  expected: Expected,
): Promise<void> {
  const { gone, kept, keptRecords } = expected;
  await issuer.settle();
  for (const { recordId } of gone) {
    await expectRejects(() => issuer.record(recordId), 'RECORD_NOT_FOUND');
    expect((await issuer.privacy.erasure(recordId)).stage).to.equal('dead');
  }
  for (const { credentials } of kept) {
    for (const { handle } of credentials) expect(await issuer.code(handle)).to.match(/^HCL1:/);
  }
  const again = await issueAll(issuer, keptRecords);
  expect(again.map(({ duplicate, recordId }) => ({ duplicate, recordId }))).to.deep.equal(
    kept.map(({ recordId }) => ({ duplicate: true, recordId })),
  );
  expect(await readdir(join(house.folder, 'issuer', 'epochs'))).to.have.length(1, 'one epoch lives');
  await checkLeaves(house, issuer, { records: kept.length * 2, erased: gone.length * 2 });
}

/** Every leaf on the ledger is a record, erased and revoked, or padding. */
export async function checkLeaves(
  house: IssuerHouse,
  issuer: Issuer,
  expected: { readonly records: number; readonly erased: number },
): Promise<void> {
  const manifest = await issuer.statusManifest();
  const lists = new Map(
    manifest.lists.map(({ uri, token }) => [uri, readStatusToken(token, issuer.key.publicKey).list]),
  );
  const knowledge = {
    crypto: nodeCrypto,
    did: DID,
    keyOf: (kid: string) => (kid === issuer.key.kid ? issuer.key.publicKey : undefined),
    isRevoked: ({ idx, uri }: { idx: number; uri: string }) => lists.get(uri)?.get(idx) === 'revoked',
  };
  const sum = { records: 0, erased: 0 };
  for (const { root } of house.ledger.batches) {
    const { leaves } = await issuer.batch(toHex(root));
    const account = await issuer.privacy.account(toHex(root));
    const tally = checkAccount(account, concatBytes(...leaves.map(fromHex)), knowledge);
    expect(tally.unaccounted).to.deep.equal([]);
    sum.records += tally.records;
    sum.erased += tally.erased;
  }
  expect(sum).to.deep.equal(expected);
}
