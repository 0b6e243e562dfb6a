/**
 * One ledger for three issuer services, in memory: every write is a block of real events, folded into a real
 * `LedgerState`; each issuer reads its own fold, as if through its own node. Rules of the contracts that matter here
 * are kept: one nullifier once, sequences without gaps, nothing for an issuer that is suspended.
 */
import { toHex, type Hex } from '../../../core/bytes/hex.ts';
import { toUtf8 } from '../../../core/bytes/utf8.ts';
import { mappingDigest, type Mapping } from '../../../core/conversion/mapping.ts';
import type { Side } from '../../../core/conversion/padding.ts';
import { BATCH_CLASSES, CREDENTIAL_TYPES, toTypeMask } from '../../../core/credential/credential-type.ts';
import { fromJwk } from '../../../core/credential/key.ts';
import { thumbprintOf } from '../../../core/credential/thumbprint.ts';
import type { LedgerBlock, LedgerEvent } from '../../../core/trust/ledger-event.ts';
import { LedgerState } from '../../../core/trust/ledger-state.ts';
import type { BlindedBatch, ConversionPort } from '../../../issuer/conversion/ports.ts';
import type { AnchoredBatch, AnchorPort, StatusPort } from '../../../issuer/ports.ts';
import type { PrivateJwk } from '../../../issuer/secrets.ts';
import { authorityIdOf, issuerIdOf } from '../../../ledger/identifiers.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';

export interface LedgerMember {
  readonly name: string;
  readonly jurisdiction: string;
  readonly did: string;
  readonly account: Hex;
  readonly signingKey: PrivateJwk;
}

const YEAR = 365 * 86_400;

export class SharedLedger {
  readonly blocks: LedgerBlock[] = [];
  readonly #anchored = new Map<string, AnchoredBatch>();
  readonly #sequences = new Map<string, number>();
  readonly #values = new Map<string, number>();
  readonly #digests = new Map<string, string>();
  readonly #suspended = new Set<Hex>();
  readonly #statuses = new Map<Hex, Extract<LedgerEvent, { event: 'StatusPublished' }>[]>();
  /** Nothing is written while it stands still; what was written can be read. */
  isHalted = false;
  /** Members whose node does not answer. */
  readonly down: Set<string> = new Set();
  /** The next writes of conversions happen, but their sender does not hear of it. */
  lostAnswers = 0;
  /** Writes of conversions wait for it. */
  held: Promise<void> = Promise.resolve();
  nowSeconds: number;

  constructor(nowSeconds: number) {
    this.nowSeconds = nowSeconds;
  }

  found(members: readonly LedgerMember[]): void {
    const from = this.nowSeconds - YEAR;
    const until = this.nowSeconds + YEAR;
    this.block(
      members.flatMap(({ name, jurisdiction, did, account, signingKey }): LedgerEvent[] => {
        const authority = authorityIdOf(name);
        const issuer = issuerIdOf(did);
        const publicKey = fromJwk(signingKey);
        return [
          {
            event: 'AuthorityAdmitted',
            authority,
            admin: account,
            checkpointKey: authority,
            jurisdiction,
            name,
          },
          {
            event: 'IssuerAccredited',
            issuer,
            authority,
            admin: account,
            types: toTypeMask(CREDENTIAL_TYPES),
            from,
            until,
            did,
          },
          { event: 'IssuerAccepted', issuer },
          {
            event: 'KeyAdded',
            issuer,
            thumbprint: toHex(thumbprintOf(nodeCrypto, publicKey)),
            algorithm: 1,
            publicKey: toHex(publicKey),
            certificateDigest: authority,
            from,
            until,
          },
          { event: 'AccountAdded', issuer, account, from, until },
        ];
      }),
    );
  }

  publishMapping(mapping: Mapping, effectiveFrom: number = this.nowSeconds): void {
    const source = authorityIdOf(mapping.source.authority);
    const target = authorityIdOf(mapping.target.authority);
    const digest = toHex(mappingDigest(nodeCrypto, mapping));
    const version = this.#next(`mapping ${source} ${target}`);
    this.block([{ event: 'MappingPublished', source, target, version, digest, effectiveFrom }]);
  }

  withdrawMapping(sourceName: string, targetName: string, effectiveFrom: number = this.nowSeconds): void {
    const source = authorityIdOf(sourceName);
    const target = authorityIdOf(targetName);
    const version = this.#next(`mapping ${source} ${target}`);
    this.block([{ event: 'MappingWithdrawn', source, target, version, effectiveFrom, by: '0x' }]);
  }

  suspend(did: string): void {
    const issuer = issuerIdOf(did);
    this.#suspended.add(issuer);
    this.block([{ event: 'IssuerSuspended', issuer, by: issuer }]);
  }

  reinstate(did: string): void {
    const issuer = issuerIdOf(did);
    this.#suspended.delete(issuer);
    this.block([{ event: 'IssuerReinstated', issuer, effectiveFrom: this.nowSeconds }]);
  }

  /** An empty block: time goes on. */
  tick(seconds = 0): void {
    this.nowSeconds += seconds;
    this.block([]);
  }

  block(events: readonly LedgerEvent[]): void {
    const number = this.blocks.length;
    const hash = toHex(nodeCrypto.sha256(toUtf8(`block ${number}`)));
    this.blocks.push({ number, hash, timeSeconds: this.nowSeconds, events });
  }

  portsOf(member: LedgerMember): {
    readonly ledger: AnchorPort;
    readonly status: StatusPort;
    readonly conversion: ConversionPort;
  } {
    const issuer = issuerIdOf(member.did);
    const reach = async (): Promise<void> => {
      await Promise.resolve();
      if (this.down.has(member.name)) throw new Error('the node does not answer');
    };
    const write = async (): Promise<void> => {
      await reach();
      if (this.isHalted) throw new Error('the ledger does not seal');
    };
    return {
      ledger: {
        account: member.account,
        anchor: async (batch) => {
          await write();
          return this.#anchor(issuer, member.account, batch);
        },
        find: async (root) => {
          await reach();
          return this.#anchored.get(`${issuer} ${toHex(root)}`);
        },
        sequence: async () => {
          await reach();
          return this.#sequences.get(`anchor ${issuer}`) ?? 0;
        },
        anchoredAfter: async () => {
          await reach();
          return [];
        },
      },
      status: {
        account: member.account,
        publish: async ({ version, listsRoot, actsDigest, nextUpdate }) => {
          await write();
          const published = this.#statuses.get(issuer) ?? [];
          if (version <= published.length) return;
          const event = {
            event: 'StatusPublished' as const,
            issuer,
            version,
            listsRoot: toHex(listsRoot),
            actsDigest: toHex(actsDigest),
            nextUpdate,
            account: member.account,
          };
          this.#statuses.set(issuer, [...published, event]);
          this.block([event]);
        },
        current: async () => {
          await reach();
          return this.#statuses.get(issuer)?.at(-1);
        },
        publishedAfter: async () => {
          await reach();
          return [];
        },
        approverOf: () => undefined,
        isApprover: () => Promise.resolve(false),
        actSequence: () => Promise.resolve(0),
        anchorActs: () => Promise.resolve('refused'),
      },
      conversion: this.#conversionPort(member, { issuer, reach, write }),
    };
  }

  #conversionPort(
    member: LedgerMember,
    {
      issuer,
      reach,
      write,
    }: { readonly issuer: Hex; readonly reach: () => Promise<void>; readonly write: () => Promise<void> },
  ): ConversionPort {
    const state = new LedgerState();
    const listeners: Parameters<ConversionPort['onAcknowledged']>[0][] = [];
    const pairOf = (side: Side, peer: Hex): string =>
      side === 'spent' ? `spent ${issuer} ${peer}` : `acknowledged ${peer} ${issuer}`;
    return {
      state,
      sync: async () => {
        await reach();
        for (const block of this.blocks.slice(state.head.number + 1)) {
          state.apply(block);
          for (const event of block.events) {
            if (event.event === 'ConversionsAcknowledged' && event.source === issuer)
              for (const listener of listeners) listener(event.target, event.acknowledgements);
          }
        }
      },
      sequence: async (side, peer) => {
        await reach();
        return this.#sequences.get(pairOf(side, peer)) ?? 0;
      },
      sequenceOf: async (side, peer, value) => {
        await reach();
        return this.#values.get(`${pairOf(side, peer)} ${toHex(value)}`) ?? 0;
      },
      onAcknowledged: (listener) => {
        listeners.push(listener);
      },
      write: async (batch) => {
        await write();
        await this.held;
        const written = this.#writeBlinded(issuer, member.account, {
          pair: pairOf(batch.side, batch.peer),
          batch,
        });
        if (this.lostAnswers > 0) {
          this.lostAnswers--;
          throw new Error('no answer, but written');
        }
        return written;
      },
    };
  }

  #writeBlinded(
    issuer: Hex,
    account: Hex,
    { pair, batch }: { readonly pair: string; readonly batch: BlindedBatch },
  ): 'written' | 'taken' {
    if (batch.side === 'spent' && this.#suspended.has(batch.peer))
      throw new Error('ConversionRegistryNoTarget');
    const values = batch.values.map(toHex);
    const last = this.#sequences.get(pair) ?? 0;
    if (batch.sequence === last && this.#digests.get(pair) === values.join()) return 'written';
    if (batch.sequence !== last + 1) return 'taken';
    if (values.some((value) => this.#values.has(`${pair} ${value}`)))
      throw new Error('ConversionRegistryAlreadySpent');
    for (const value of values) this.#values.set(`${pair} ${value}`, batch.sequence);
    this.#sequences.set(pair, batch.sequence);
    this.#digests.set(pair, values.join());
    const { sequence, side, peer } = batch;
    this.block([
      side === 'spent'
        ? { event: 'NullifiersSpent', source: issuer, target: peer, sequence, nullifiers: values, account }
        : {
            event: 'ConversionsAcknowledged',
            source: peer,
            target: issuer,
            sequence,
            acknowledgements: values,
            account,
          },
    ]);
    return 'written';
  }

  #anchor(
    issuer: Hex,
    account: Hex,
    { root, log2Size, class: batchClass, expectedSequence }: Parameters<AnchorPort['anchor']>[0],
  ): AnchoredBatch {
    const key = `${issuer} ${toHex(root)}`;
    const known = this.#anchored.get(key);
    if (known !== undefined) return known;
    const sequence = this.#next(`anchor ${issuer}`);
    if (sequence !== expectedSequence) throw new Error('BatchAnchorWrongSequence');
    const anchored = { timeSeconds: this.nowSeconds, log2Size, class: batchClass, sequence, account };
    this.#anchored.set(key, anchored);
    this.block([
      {
        event: 'BatchAnchored',
        issuer,
        root: toHex(root),
        log2Size,
        class: BATCH_CLASSES.indexOf(batchClass),
        sequence,
        account,
      },
    ]);
    return anchored;
  }

  #next(key: string): number {
    const next = (this.#sequences.get(key) ?? 0) + 1;
    this.#sequences.set(key, next);
    return next;
  }
}
