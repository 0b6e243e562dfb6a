/** How much an issuer may add, so that no issuer can exhaust the readers. */
import { concat, keccak256, toBeHex, zeroPadValue, Wallet } from 'ethers';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import {
  bytes32,
  CONSENT_TYPES,
  END,
  IDS,
  p256Key,
  refused,
  useConsortium,
  ZERO_32,
} from './support/consortium.ts';

const MAX_ACCOUNTS_IN_ALL = 65_536;
const MAX_ACCOUNTS_OF_AUTHORITY = 8_192;

describe('TrustList: bounds', () => {
  const world = useConsortium();
  const { send } = world;
  const addKey = (n: number, issuer: string = IDS.issuer) => {
    const { thumbprint, publicKey } = p256Key(BigInt(n));
    const by = issuer === IDS.issuer ? 'issuerAdmin' : 'otherIssuerAdmin';
    return send(by, world.trustList, 'addKey', issuer, thumbprint, 1, publicKey, ZERO_32, 0, END);
  };
  const addAccount = async (n: number, issuer: string = IDS.issuer) => {
    const wallet = new Wallet(bytes32(`account ${n}`));
    const verifyingContract = await world.trustList.getAddress();
    const domain = { name: 'TrustList', version: '1', chainId: world.chainId, verifyingContract };
    const consent = { issuer, account: wallet.address, deadline: END };
    const signature = await wallet.signTypedData(domain, CONSENT_TYPES, consent);
    const by = issuer === IDS.issuer ? 'issuerAdmin' : 'otherIssuerAdmin';
    return send(by, world.trustList, 'addAccount', issuer, wallet.address, 0, END, END, signature);
  };
  const addApprover = (n: number) =>
    send(
      'issuerAdmin',
      world.trustList,
      'addApprover',
      IDS.issuer,
      new Wallet(bytes32(`${n}`)).address,
      0,
      END,
    );

  it('an issuer has at most 256 keys, and another issuer its own', async () => {
    for (let n = 2; n <= 256; n++) await addKey(n);
    await refused(addKey(257), world.trustList, 'TrustListTooMany', IDS.issuer, 256n);
    await addKey(257, IDS.otherIssuer);
  });

  it('an issuer has at most 64 accounts, ended ones included, and another issuer its own', async () => {
    for (let n = 2; n <= 64; n++) await addAccount(n);
    await send(
      'issuerAdmin',
      world.trustList,
      'setAccountCompromisedFrom',
      IDS.issuer,
      world.address('account'),
      1,
    );
    await refused(addAccount(65), world.trustList, 'TrustListTooMany', IDS.issuer, 64n);
    await addAccount(65, IDS.otherIssuer);
  });

  it('an issuer has at most 256 approvers', async () => {
    for (let n = 3; n <= 256; n++) await addApprover(n);
    await refused(addApprover(257), world.trustList, 'TrustListTooMany', IDS.issuer, 256n);
  });

  it('all issuers together have at most 65,536 accounts, as many as readers can number', async () => {
    // The fixture has two accounts.
    const counter = await slotOfCount(2n, BigInt);
    await world.setStorage(world.trustList, counter, zeroPadValue(toBeHex(MAX_ACCOUNTS_IN_ALL - 1), 32));
    await addAccount(2);
    const one = addAccount(3);
    await refused(one, world.trustList, 'TrustListTooMany', IDS.issuer, BigInt(MAX_ACCOUNTS_IN_ALL));
    const other = addAccount(4, IDS.otherIssuer);
    await refused(other, world.trustList, 'TrustListTooMany', IDS.otherIssuer, BigInt(MAX_ACCOUNTS_IN_ALL));
  });

  it('the issuers of one authority have at most 8,192 accounts, so that another authority has room', async () => {
    const counter = await slotOfCount(1n, (slot) =>
      BigInt(keccak256(concat([IDS.authority, zeroPadValue(toBeHex(slot), 32)]))),
    );
    await world.setStorage(
      world.trustList,
      counter,
      zeroPadValue(toBeHex(MAX_ACCOUNTS_OF_AUTHORITY - 1), 32),
    );
    await addAccount(2);
    const one = addAccount(3);
    await refused(one, world.trustList, 'TrustListTooMany', IDS.authority, BigInt(MAX_ACCOUNTS_OF_AUTHORITY));
    await addAccount(4, IDS.otherIssuer);
  });

  /** The one storage slot that holds a count before an account of the issuer is added, and one more afterwards. */
  async function slotOfCount(count: bigint, placeOf: (slot: number) => bigint): Promise<bigint> {
    const slots = Array.from({ length: 32 }, (_, slot) => placeOf(slot));
    const read = (): Promise<bigint[]> =>
      Promise.all(slots.map(async (slot) => BigInt(await world.storageAt(world.trustList, slot))));
    const before = await read();
    await addAccount(1);
    const later = await read();
    const found = slots.filter((_, i) => before[i] === count && later[i] === count + 1n);
    expect(found).to.have.length(1);
    return found[0] ?? 0n;
  }
});
