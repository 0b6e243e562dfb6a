import { expect } from 'chai';
import type { Result } from 'ethers';
import { describe, it } from 'mocha';
import {
  bytes32,
  DELAY,
  END,
  IDS,
  refused,
  type Role,
  says,
  saysNothing,
  START,
  useConsortium,
  ZERO_ADDRESS,
} from './support/consortium.ts';

const EARLIEST = START + DELAY;

describe("TrustList: an issuer's admin changes", () => {
  const world = useConsortium();
  const { address, at, send } = world;
  const nominate = (by: Role, admin = address('nominee'), from = 0n, issuer: string = IDS.issuer) =>
    send(by, world.trustList, 'nominateIssuerAdmin', issuer, admin, from);
  const accept = (by: Role = 'nominee', issuer: string = IDS.issuer) =>
    send(by, world.trustList, 'acceptIssuerAdmin', issuer);
  const adminOf = async (): Promise<string> => {
    const record: Result = await world.trustList.getFunction('issuerOf')(IDS.issuer);
    return String(record['admin']);
  };
  const unauthorized = (who: Role) => ['TrustListUnauthorized', IDS.issuer, address(who)] as const;

  for (const by of ['issuerAdmin', 'authorityAdmin'] as const) {
    it(`when the ${by} nominates and the nominee accepts after the delay, to the second`, async () => {
      const said = [IDS.issuer, address('nominee'), EARLIEST, address(by)];
      await says(nominate(by), world.trustList, 'IssuerAdminNominated', ...said);
      expect(await adminOf()).to.equal(address('issuerAdmin'));
      await at(EARLIEST - 1n);
      await refused(accept(), world.trustList, 'TrustListTooEarly', EARLIEST - 1n, EARLIEST);
      await at(EARLIEST);
      await says(accept(), world.trustList, 'IssuerAdminChanged', IDS.issuer, address('nominee'));
      expect(await adminOf()).to.equal(address('nominee'));
    });
  }

  it('and then the new one has the powers and the old one has none', async () => {
    await nominate('issuerAdmin');
    await at(EARLIEST);
    await accept();
    const add = (by: Role) =>
      send(by, world.trustList, 'addApprover', IDS.issuer, address('outsider'), 0, END);
    await refused(add('issuerAdmin'), world.trustList, ...unauthorized('issuerAdmin'));
    await add('nominee');
    await refused(accept(), world.trustList, ...unauthorized('nominee'));
  });

  it('no sooner than the delay, whatever is asked for', async () => {
    const early = EARLIEST - 1n;
    const hasty = nominate('issuerAdmin', address('nominee'), early);
    await refused(hasty, world.trustList, 'TrustListTooEarly', early, EARLIEST);
    await nominate('issuerAdmin', address('nominee'), EARLIEST + 5n);
    await at(EARLIEST + 4n);
    await refused(accept(), world.trustList, 'TrustListTooEarly', EARLIEST + 4n, EARLIEST + 5n);
  });

  it('after a new wait when the same one is nominated again for later', async () => {
    const later = EARLIEST + 9n;
    await nominate('issuerAdmin');
    const said = [IDS.issuer, address('nominee'), later, address('issuerAdmin')];
    const again = nominate('issuerAdmin', address('nominee'), later);
    await says(again, world.trustList, 'IssuerAdminNominated', ...said);
    await at(later - 1n);
    await refused(accept(), world.trustList, 'TrustListTooEarly', later - 1n, later);
  });

  it('to the nominee only, and to nobody where none is nominated', async () => {
    await refused(accept(), world.trustList, ...unauthorized('nominee'));
    await nominate('issuerAdmin');
    await at(EARLIEST);
    for (const who of ['outsider', 'authorityAdmin', 'issuerAdmin'] as const) {
      await refused(accept(who), world.trustList, ...unauthorized(who));
    }
  });

  it('never to the zero address', async () => {
    await refused(nominate('issuerAdmin', ZERO_ADDRESS), world.trustList, 'TrustListZeroAddress');
    // No transaction comes from there, but a call may.
    const called = world.trustList
      .connect(world.signer('outsider').provider)
      .getFunction('acceptIssuerAdmin');
    const call = called.staticCall(IDS.issuer, { from: ZERO_ADDRESS });
    await refused(call, world.trustList, 'TrustListUnauthorized', IDS.issuer, ZERO_ADDRESS);
  });

  it('to the last one nominated: the present admin, nominated again, calls it off', async () => {
    await nominate('authorityAdmin');
    await nominate('issuerAdmin', address('issuerAdmin'));
    await at(EARLIEST);
    await refused(accept(), world.trustList, ...unauthorized('nominee'));
    const { admin, from } = await world.trustList.getFunction('nominationOf')(IDS.issuer);
    expect([admin, from]).to.deep.equal([address('issuerAdmin'), EARLIEST]);
  });

  it('and the same nomination again says nothing', async () => {
    await nominate('issuerAdmin');
    await saysNothing(nominate('authorityAdmin'));
  });

  it('away from a thief: the authority suspends first, and the thief can neither nominate nor object', async () => {
    await send('authorityAdmin', world.trustList, 'suspendIssuer', IDS.issuer);
    await nominate('authorityAdmin');
    const again = nominate('issuerAdmin', address('outsider'));
    await refused(again, world.trustList, 'TrustListIssuerSuspended', IDS.issuer);
    await at(EARLIEST);
    await accept();
    expect(await adminOf()).to.equal(address('nominee'));
  });

  it('not while its authority is suspended, which may be the thief', async () => {
    await nominate('authorityAdmin');
    await send('guardian', world.trustList, 'suspendAuthority', IDS.authority);
    await at(EARLIEST);
    await refused(accept(), world.trustList, 'TrustListAuthoritySuspended', IDS.authority);
    for (const by of ['authorityAdmin', 'issuerAdmin'] as const) {
      const more = nominate(by, address('outsider'));
      await refused(more, world.trustList, 'TrustListAuthoritySuspended', IDS.authority);
    }
  });

  it('not for an unknown issuer', async () => {
    const unknown = bytes32('unknown');
    const named = nominate('issuerAdmin', address('nominee'), 0n, unknown);
    await refused(named, world.trustList, 'TrustListUnknownIssuer', unknown);
    await refused(accept('nominee', unknown), world.trustList, 'TrustListUnknownIssuer', unknown);
  });
});
