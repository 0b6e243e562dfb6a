import { expect } from 'chai';
import { TypedDataEncoder, type Result } from 'ethers';
import { describe, it } from 'mocha';
import {
  CONSENT_TYPES,
  DELAY,
  END,
  IDS,
  refused,
  type Role,
  says,
  START,
  useConsortium,
  ZERO_32,
} from './support/consortium.ts';
import { OTHER_FORMS } from './support/signature-forms.ts';

const DEADLINE = START + 3600n;

describe('TrustList: an account consents to serve an issuer', () => {
  const world = useConsortium();
  const { address, at, send } = world;

  interface Consent {
    readonly issuer: string;
    readonly account: string;
    readonly deadline: bigint;
  }
  const sign = async (by: Role, changes: Partial<Consent> = {}, domain: object = {}): Promise<string> => {
    const verifyingContract = await world.trustList.getAddress();
    const full = { name: 'TrustList', version: '1', chainId: world.chainId, verifyingContract, ...domain };
    const consent = { issuer: IDS.issuer, account: address('outsider'), deadline: DEADLINE, ...changes };
    return world.signer(by).signTypedData(full, CONSENT_TYPES, consent);
  };
  const add = (signature: string, deadline = DEADLINE) =>
    send(
      'issuerAdmin',
      world.trustList,
      'addAccount',
      IDS.issuer,
      address('outsider'),
      0,
      END,
      deadline,
      signature,
    );
  const refusedAsUnwilling = (signature: string) =>
    refused(add(signature), world.trustList, 'TrustListNoConsent', IDS.issuer, address('outsider'));

  it('and is added', async () => {
    const said = [IDS.issuer, address('outsider'), START + DELAY, END];
    await says(add(await sign('outsider')), world.trustList, 'AccountAdded', ...said);
  });

  it('and wallets compute the same', async () => {
    const described: Result = await world.trustList.getFunction('eip712Domain')();
    const target = await world.trustList.getAddress();
    expect(described.toArray(true)).to.deep.equal([
      '0x0f',
      'TrustList',
      '1',
      world.chainId,
      target,
      ZERO_32,
      [],
    ]);
    expect(TypedDataEncoder.from(CONSENT_TYPES).encodeType('ServeIssuer')).to.equal(
      'ServeIssuer(bytes32 issuer,address account,uint64 deadline)',
    );
  });

  for (const by of ['issuerAdmin', 'authorityAdmin', 'account', 'governor'] as const) {
    it(`and the ${by} cannot consent in its place`, async () => refusedAsUnwilling(await sign(by)));
  }

  it('and a consent to one issuer is none to another', async () => {
    await refusedAsUnwilling(await sign('outsider', { issuer: IDS.otherIssuer }));
  });

  it('and a consent for another account is none', async () => {
    await refusedAsUnwilling(await sign('outsider', { account: address('nominee') }));
  });

  it('and a consent with another deadline is none', async () => {
    await refusedAsUnwilling(await sign('outsider', { deadline: DEADLINE + 1n }));
  });

  it('and a consent on another chain is none', async () => {
    await refusedAsUnwilling(await sign('outsider', {}, { chainId: world.chainId + 1n }));
  });

  it('and a consent for another contract is none', async () => {
    await refusedAsUnwilling(
      await sign('outsider', {}, { verifyingContract: await world.statusAnchor.getAddress() }),
    );
  });

  it('and a consent under another name or version is none', async () => {
    await refusedAsUnwilling(await sign('outsider', {}, { name: 'StatusAnchor' }));
    await refusedAsUnwilling(await sign('outsider', {}, { version: '2' }));
  });

  it('and counts up to its deadline, to the second', async () => {
    const consent = await sign('outsider');
    await at(DEADLINE + 1n);
    await refused(add(consent), world.trustList, 'TrustListDeadlinePassed', DEADLINE, DEADLINE + 1n);
  });

  it('and counts at its deadline', async () => {
    const consent = await sign('outsider');
    await at(DEADLINE);
    await add(consent);
  });

  it('and a consent is used once', async () => {
    const consent = await sign('outsider');
    await add(consent);
    await refused(add(consent), world.trustList, 'TrustListAccountTaken', address('outsider'));
  });

  for (const [form, rewrite] of Object.entries(OTHER_FORMS)) {
    it(`and a consent ${form} is none`, async () => {
      await refusedAsUnwilling(rewrite(await sign('outsider'), address('outsider')));
    });
  }
});
