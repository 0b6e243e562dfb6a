/** Verdicts on codes of other systems: a trust list from its file form, an empty ledger, any time. */
import { toUtf8 } from '../../../../core/bytes/utf8.ts';
import type { ForeignTrust } from '../../../../core/foreign/foreign-trust.ts';
import { parseForeignTrust, type TrustSources } from '../../../../core/foreign/parse-trust.ts';
import { StatusLists } from '../../../../core/status/accepted-lists.ts';
import { LedgerState } from '../../../../core/trust/ledger-state.ts';
import { defaultPolicy, type VerifyPolicy } from '../../../../core/verify/policy.ts';
import type { Verdict } from '../../../../core/verify/verdict.ts';
import { verifyCode } from '../../../../core/verify/verify.ts';
import { nodeCrypto } from '../../../../service/node-crypto.ts';

export function trustOf(
  file: unknown,
  nowSeconds = 0,
  readFile?: TrustSources['readFile'],
): Promise<ForeignTrust> {
  const sources = { nowSeconds, ...(readFile === undefined ? {} : { readFile }) };
  return parseForeignTrust(nodeCrypto, toUtf8(JSON.stringify(file)), sources);
}

export function verdictWith(
  text: string,
  foreignTrust: ForeignTrust,
  nowSeconds: number,
  policy: Partial<VerifyPolicy> = {},
): Promise<Verdict> {
  return verifyCode(text, {
    crypto: nodeCrypto,
    state: new LedgerState(),
    statusLists: StatusLists.empty,
    nowSeconds,
    policy: { ...defaultPolicy, ...policy },
    foreignTrust,
  });
}
