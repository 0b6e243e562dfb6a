/** Our own verifier, whole: every step up to the verdict. */
import { toUtf8 } from '../../../core/bytes/utf8.ts';
import { parseForeignTrust } from '../../../core/foreign/parse-trust.ts';
import { StatusLists } from '../../../core/status/accepted-lists.ts';
import { LedgerState } from '../../../core/trust/ledger-state.ts';
import { decodeSnapshot } from '../../../core/trust/snapshot.ts';
import { defaultPolicy } from '../../../core/verify/policy.ts';
import { verifyCode, type VerifyContext } from '../../../core/verify/verify.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import type { Inputs, Peer } from './peer.ts';

export const OURS: Peer = {
  name: 'ours',
  role: 'ours',
  packages: [],
  async open(inputs) {
    const context = await contextOf(inputs);
    return async ({ text, nowSeconds }) => {
      const { outcome } = await verifyCode(text, { ...context, nowSeconds });
      return outcome === 'pass';
    };
  },
};

async function contextOf({ trust, snapshot }: Inputs): Promise<VerifyContext> {
  const known =
    snapshot === undefined
      ? { state: new LedgerState(), statusLists: StatusLists.empty }
      : decodeSnapshot(nodeCrypto, snapshot);
  const foreignTrust = await parseForeignTrust(nodeCrypto, toUtf8(JSON.stringify(trust)), { nowSeconds: 0 });
  return { crypto: nodeCrypto, ...known, nowSeconds: 0, policy: defaultPolicy, foreignTrust };
}
