/**
 * V4: whatever becomes of what a checkpoint depends on, it says "valid" no longer than its policy allows. Five
 * dependencies, each with eight faults from some moment on:
 *
 *   RPC, status list   of a real verifier over a real ledger, through a proxy
 *   registry           the trust list in a bundle
 *   store              the bundle that a device has stored
 *   clock              of the device
 *
 * In every cell: a code that was revoked after the fault began, and a good one; at once, and when the knowledge is
 * older than the policy allows. At once a pass is as old as it says; later nothing passes.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { acceptBundle } from '../../core/bundle/accept-bundle.ts';
import type { BundleSource, BundleState } from '../../core/bundle/bundle-state.ts';
import { BundleError } from '../../core/bundle/errors.ts';
import { fullBundle } from '../../core/bundle/make-bundle.ts';
import { StatusLists } from '../../core/status/accepted-lists.ts';
import { LedgerState } from '../../core/trust/ledger-state.ts';
import { defaultPolicy } from '../../core/verify/policy.ts';
import type { Verdict } from '../../core/verify/verdict.ts';
import { verifyCode } from '../../core/verify/verify.ts';
import { silentLogger } from '../../service/logging.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { VERIFIER_DEFAULTS } from '../../verifier/config.ts';
import { fetchJsonWith } from '../../verifier/fetch-json.ts';
import { Verifier } from '../../verifier/verifier.ts';
import { makeConsortium, vaccinationRecord, type Consortium } from '../support/consortium.ts';
import { FaultProxy, FAULTS, type Fault } from '../support/fault-proxy.ts';
import { printFindings } from '../support/findings.ts';
import { Publishing, signAgain } from '../support/publishing.ts';
import { Random } from '../support/random.ts';
import {
  LEDGER_NOW,
  startPublishedIssuer,
  type PublishedIssuer,
} from '../verifier/support/published-issuer.ts';

const BEYOND_POLICY = defaultPolicy.ageingSeconds + 1;
const tally = { cells: 0, verdicts: 0, passes: 0, beyond: 0 };

/** Nothing passes on knowledge that is older than the policy allows. */
function expectWithinPolicy(verdict: Verdict): void {
  tally.verdicts++;
  if (verdict.outcome !== 'pass') return;
  tally.passes++;
  const { grade, ageSeconds } = verdict.freshness;
  const isWithin = (grade === 'fresh' || grade === 'ageing') && ageSeconds <= defaultPolicy.ageingSeconds;
  if (!isWithin) tally.beyond++;
  expect(isWithin).to.equal(true);
}

function expectNoPass(verdict: Verdict): void {
  tally.verdicts++;
  if (verdict.outcome === 'pass') tally.beyond++;
  expect(verdict.outcome).to.not.equal('pass');
}

describe('fail closed (V4)', function () {
  this.timeout(120_000);
  after(() => printFindings('fail closed', [{ ...tally }]));

  describe('a verifier whose', () => {
    let issuer: PublishedIssuer;
    let good: string;
    let folder: string;

    before(async () => {
      issuer = await startPublishedIssuer();
      good = await issuer.issue(1);
      await issuer.publish([]);
      folder = await mkdtemp(join(tmpdir(), 'hcl-fail-closed-'));
    });
    after(async () => {
      await issuer[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    });

    let nextIndex = 100;
    let revoked: number[] = [];

    async function cell(dependency: 'RPC' | 'status list', fault: Fault): Promise<void> {
      const before = JSON.stringify(issuer.documents.get('/status'));
      const lies = async (lie: string, path: string): Promise<Uint8Array | undefined> =>
        new TextEncoder().encode(
          lie === 'old' && path === '/status' ? before : '{"jsonrpc":"2.0","id":1,"result":"0x1"}',
        );
      await using rpc = await FaultProxy.start({ target: issuer.rpcUrl, lies });
      await using lists = await FaultProxy.start({ target: issuer.url, lies });
      let now = LEDGER_NOW;
      const later = await issuer.issue(nextIndex++);
      await using verifier = await Verifier.open(
        {
          ...VERIFIER_DEFAULTS,
          dataFolder: join(folder, `${dependency} ${fault}`),
          deployment: issuer.deployment,
          rpcUrls: [rpc.url],
          issuers: [{ did: issuer.did, url: lists.url }],
          manifestLimits: { maxBytes: 1024 * 1024, timeoutMs: 200 },
        },
        { crypto: nodeCrypto, fetchJson: fetchJsonWith(fetch), log: silentLogger, nowSeconds: () => now },
      );
      await verifier.sync();
      expect((await verifier.verify(later)).outcome).to.equal('pass');
      (dependency === 'RPC' ? rpc : lists).fault = fault;
      revoked = [...revoked, nextIndex - 1];
      await issuer.publish(revoked);
      // Not awaited where nobody answers: verdicts wait for nothing.
      const looking = verifier.sync().catch(() => undefined);
      if (fault !== 'timeout' || dependency !== 'RPC') await looking;
      for (const code of [good, later]) expectWithinPolicy(await verifier.verify(code));
      now += BEYOND_POLICY;
      for (const code of [good, later]) expectNoPass(await verifier.verify(code));
      tally.cells++;
      rpc.fault = 'refused';
      rpc.cut();
    }

    for (const dependency of ['RPC', 'status list'] as const) {
      for (const fault of FAULTS) {
        it(`${dependency} is spoilt: ${fault}`, () => cell(dependency, fault));
      }
    }
  });

  describe('a device whose', () => {
    let world: Awaited<ReturnType<typeof deviceWorld>>;
    before(async () => (world = await deviceWorld()));

    /** What each fault makes of a stored or delivered file; `undefined`: nothing comes. */
    async function spoilt(fault: Fault, bytes: Uint8Array): Promise<Uint8Array | undefined> {
      switch (fault) {
        case 'refused':
        case 'timeout':
          return undefined;
        case '500':
          return new TextEncoder().encode('<h1>500</h1>');
        case 'empty':
          return new Uint8Array(0);
        case 'garbage':
          return new Random(1).bytes(bytes.length);
        case 'old':
          return fullBundle(world.first);
        case 'oversize': {
          const larger = new Uint8Array(2 * bytes.length);
          larger.set(bytes);
          return larger;
        }
        case 'wrong content':
          return world.foreign;
      }
    }

    async function judgeAll(
      held: BundleState | undefined,
      nowSeconds: number,
      check: (verdict: Verdict) => void,
    ): Promise<void> {
      const nothing = { state: new LedgerState(), statusLists: StatusLists.empty };
      const { state, statusLists } = held ?? nothing;
      const context = { crypto: nodeCrypto, state, statusLists, nowSeconds, policy: defaultPolicy };
      for (const code of [world.good, world.later]) check(await verifyCode(code, context));
    }

    for (const fault of FAULTS) {
      it(`store is spoilt: ${fault}`, async () => {
        const { publishing, first } = world;
        const bytes = await spoilt(fault, fullBundle(first));
        const held = bytes && (await take(bytes, undefined, publishing));
        const { nowSeconds } = world.consortium;
        await judgeAll(held, nowSeconds, expectWithinPolicy);
        await judgeAll(held, nowSeconds + BEYOND_POLICY, expectNoPass);
        tally.cells++;
      });

      it(`registry is spoilt: ${fault}`, async () => {
        const { publishing, second } = world;
        const held = await take(fullBundle(world.first), undefined, publishing);
        const section = second.sections.get('trust/00000000');
        const trust = section?.bytes === undefined ? undefined : await spoilt(fault, section.bytes);
        const sections = new Map(second.sections);
        if (trust === undefined) sections.delete('trust/00000000');
        else sections.set('trust/00000000', { digest: section?.digest ?? trust, bytes: trust });
        const after = await take(fullBundle({ ...second, sections }), held, publishing);
        // Refused, and what was held before stays.
        expect(after).to.equal(held);
        const { nowSeconds } = world.consortium;
        await judgeAll(after, nowSeconds, expectWithinPolicy);
        await judgeAll(after, nowSeconds + BEYOND_POLICY, expectNoPass);
        tally.cells++;
      });
    }

    const CLOCKS: Readonly<Record<Fault, (now: number) => number>> = {
      refused: () => Number.NaN,
      timeout: () => 0,
      '500': () => -1,
      empty: () => Number.NEGATIVE_INFINITY,
      garbage: () => Number.POSITIVE_INFINITY,
      old: (now) => now - 10 * 365 * 86_400,
      oversize: () => Number.MAX_SAFE_INTEGER,
      'wrong content': (now) => now + BEYOND_POLICY,
    };
    for (const fault of FAULTS) {
      it(`clock is spoilt: ${fault}`, async () => {
        const held = await take(fullBundle(world.second), undefined, world.publishing);
        // The last two are clocks far ahead: then the knowledge is stale, and says so.
        await judgeAll(held, CLOCKS[fault](world.consortium.nowSeconds), expectNoPass);
        tally.cells++;
      });
    }

    it('parts are all in order passes the good code, and not the revoked one', async () => {
      const held = await take(fullBundle(world.second), undefined, world.publishing);
      const verdicts: Verdict[] = [];
      await judgeAll(held, world.consortium.nowSeconds, (verdict) => void verdicts.push(verdict));
      expect(verdicts.map(({ outcome }) => outcome)).to.deep.equal(['pass', 'stop']);
    });
  });

  // A suite of its own, for tests of a suite run before the suites in it.
  describe('taken together', () => {
    it('is forty cells, and nothing passed beyond policy', () => {
      expect(tally.cells).to.equal(40);
      expect(tally.beyond).to.equal(0);
      // The table is about something: at once, much passes.
      expect(tally.passes).to.be.above(20);
    });
  });
});

/** A refusal leaves what is held. */
async function take(
  bytes: Uint8Array,
  held: BundleState | undefined,
  publishing: Publishing,
): Promise<BundleState | undefined> {
  try {
    return await acceptBundle(bytes, held, publishing.context());
  } catch (error) {
    if (error instanceof BundleError) return held;
    throw error;
  }
}

async function deviceWorld(): Promise<{
  readonly consortium: Consortium;
  readonly publishing: Publishing;
  readonly first: BundleSource;
  readonly second: BundleSource;
  readonly foreign: Uint8Array;
  readonly good: string;
  readonly later: string;
}> {
  const consortium = makeConsortium({ seed: 5 });
  const publishing = new Publishing(consortium);
  const [good, later] = await consortium.issueCodes([vaccinationRecord(), vaccinationRecord()]);
  if (good === undefined || later === undefined) throw new Error('two codes were issued');
  const first = await publishing.source();
  const { idx } = later.claims.status.status_list;
  consortium.publishStatus(consortium.issuer, [{ index: idx, value: 'revoked' }]);
  const second = await publishing.source();
  const elsewhere = await signAgain(second, { origin: 'hcl/1/00' }, consortium.nowSeconds);
  return {
    consortium,
    publishing,
    first,
    second,
    foreign: fullBundle(elsewhere),
    good: good.text,
    later: later.text,
  };
}
