/** A ledger in memory of three issuers that close their windows every 30 seconds and ten minutes, and of their status lists. */
import { Buffer } from 'node:buffer';
import { randomFillSync } from 'node:crypto';
import { toHex, type Hex } from '../../core/bytes/hex.ts';
import { acceptLists, StatusLists, type PublishedList } from '../../core/status/accepted-lists.ts';
import { statusListDigest, statusListsRoot } from '../../core/status/list-digest.ts';
import {
  MIN_STATUS_ENTRIES,
  STATUS_VALUES,
  StatusList,
  type StatusChange,
} from '../../core/status/token-status-list.ts';
import type { LedgerEvent } from '../../core/trust/ledger-event.ts';
import { LedgerState } from '../../core/trust/ledger-state.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { seededRandom } from './harness.ts';

const START_SECONDS = 1_671_580_800;
const DAY = 86_400;
export const ISSUERS = 3;
const SHORT_WINDOW = 30;
const LONG_WINDOW = 600;

export class World {
  readonly state: LedgerState = new LedgerState();
  statusLists: StatusLists = StatusLists.empty;
  nowSeconds: number = START_SECONDS;
  readonly #random: () => number;
  readonly #issuers: readonly Hex[];
  readonly #lists: readonly StatusList[][];
  #version = 0;

  constructor(seed: number, entries: number) {
    this.#random = seededRandom(seed);
    this.#issuers = Array.from({ length: ISSUERS }, (_, i): Hex => `0x${String(i + 1).repeat(64)}`);
    const lists = Math.max(1, Math.ceil(entries / ISSUERS / MIN_STATUS_ENTRIES));
    this.#lists = this.#issuers.map(() => Array.from({ length: lists }, () => StatusList.empty()));
    this.#block(this.#issuers.flatMap((issuer) => foundation(issuer)));
  }

  anchor(issuer: number, batchClass: 'short' | 'long', log2Size: number): void {
    this.#block([this.#anchored(issuer, batchClass, log2Size)]);
  }

  /** All windows of both classes that close in so many seconds. */
  anchorFor(seconds: number): void {
    for (let passed = 0; passed < seconds; passed += SHORT_WINDOW) {
      this.nowSeconds += SHORT_WINDOW;
      const isLong = this.nowSeconds % LONG_WINDOW === 0;
      for (let issuer = 0; issuer < ISSUERS; issuer++) {
        this.anchor(issuer, 'short', 6 + this.#below(7));
        if (isLong) this.anchor(issuer, 'long', 6 + this.#below(7));
      }
    }
  }

  /** A day of long-lived windows, and one short-lived anchor of each issuer. */
  anchorDay(): void {
    for (let issuer = 0; issuer < ISSUERS; issuer++) this.anchor(issuer, 'short', 12);
    for (let passed = 0; passed < DAY; passed += LONG_WINDOW) {
      this.nowSeconds += LONG_WINDOW;
      for (let issuer = 0; issuer < ISSUERS; issuer++) this.anchor(issuer, 'long', 6 + this.#below(7));
    }
  }

  /** That many random entries take a random value other than valid; every list has a new version. */
  changeStatuses(count: number): void {
    this.#version++;
    const perIssuer = Math.ceil(count / ISSUERS);
    this.#issuers.forEach((issuer, i) => {
      const lists = this.#lists[i] ?? [];
      const changes = lists.map((): StatusChange[] => []);
      for (let n = 0; n < perIssuer; n++) {
        const value = STATUS_VALUES[1 + this.#below(STATUS_VALUES.length - 1)] ?? 'revoked';
        changes[this.#below(lists.length)]?.push({ index: this.#below(MIN_STATUS_ENTRIES), value });
      }
      lists.forEach((list, at) => (lists[at] = list.withAll(changes[at] ?? [])));
      this.#publish(issuer, lists);
    });
  }

  #publish(issuer: Hex, lists: readonly StatusList[]): void {
    const version = this.#version;
    const published = lists.map((list, i): PublishedList => ({
      uri: `https://${issuer.slice(2, 9)}.example/status/v/${i}`,
      version,
      list,
    }));
    const digests = published.map(({ uri, list: { bits, bytes } }) => ({
      uri,
      digest: statusListDigest(nodeCrypto, { uri, version, bits, bytes }),
    }));
    const listsRoot = toHex(statusListsRoot(nodeCrypto, digests));
    this.#block([
      {
        event: 'StatusPublished',
        issuer,
        version,
        listsRoot,
        actsDigest: `0x${'00'.repeat(32)}`,
        nextUpdate: this.nowSeconds + DAY,
        account: accountOf(issuer),
      },
    ]);
    const anchor = this.state.statusAnchors.get(issuer);
    if (anchor !== undefined)
      this.statusLists = this.statusLists.with(acceptLists(nodeCrypto, anchor, published));
  }

  #anchored(issuer: number, batchClass: 'short' | 'long', log2Size: number): LedgerEvent {
    const id = this.#issuers[issuer] ?? '0x';
    return {
      event: 'BatchAnchored',
      issuer: id,
      root: `0x${randomFillSync(Buffer.alloc(32)).toString('hex')}`,
      log2Size,
      class: batchClass === 'short' ? 0 : 1,
      sequence: this.state.roots.lastSequenceOf(id) + 1,
      account: accountOf(id),
    };
  }

  #block(events: readonly LedgerEvent[]): void {
    const number = this.state.head.number + 1;
    const hash: Hex = `0x${number.toString(16).padStart(64, '0')}`;
    // Blocks come a few seconds after a window closes.
    const timeSeconds = Math.max(this.state.head.timeSeconds, this.nowSeconds - this.#below(5));
    this.state.apply({ number, hash, timeSeconds, events });
  }

  #below(bound: number): number {
    return Math.floor(this.#random() * bound);
  }
}

function accountOf(issuer: Hex): Hex {
  return `0x${issuer.slice(2, 42)}`;
}

function foundation(issuer: Hex): readonly LedgerEvent[] {
  const authority: Hex = `0xa${issuer.slice(3)}`;
  const from = START_SECONDS - DAY;
  const until = START_SECONDS + 10 * 365 * DAY;
  const admin = accountOf(issuer);
  return [
    {
      event: 'AuthorityAdmitted',
      authority,
      name: 'Authority',
      jurisdiction: 'HK',
      admin,
      checkpointKey: authority,
    },
    {
      event: 'IssuerAccredited',
      issuer,
      authority,
      did: `did:web:${issuer.slice(2, 9)}.example`,
      types: 255,
      from,
      until,
      admin,
    },
    { event: 'IssuerAccepted', issuer },
    { event: 'AccountAdded', issuer, account: accountOf(issuer), from, until },
  ];
}
