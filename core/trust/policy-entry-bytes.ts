/**
 * A policy event as the section `policies` of the state root holds it:
 *
 *   kind u8 ‖ time of the block u64, Unix seconds ‖ the event's fields in the order of its declaration in
 *   `contracts/interfaces/IPolicyRegistry.sol`: ids and digests 32 bytes, addresses 20, versions and times u64
 *
 * Kinds are never renumbered: a new event takes the next one, so that older histories keep their bytes.
 */
import type { ByteWriter } from '../bytes/byte-writer.ts';
import type { PolicyEntry, PolicyEvent } from './policy-list.ts';

const WORD = 32;
const ADDRESS = 20;

const KINDS: Readonly<Record<PolicyEvent['event'], number>> = {
  PolicyPublished: 1,
  PolicyWithdrawn: 2,
  PolicyExpedited: 3,
  MappingPublished: 4,
  MappingWithdrawn: 5,
  MappingExpedited: 6,
};

export function writePolicyEntry(out: ByteWriter, { event, timeSeconds }: PolicyEntry): void {
  out.u8(KINDS[event.event]).u64(timeSeconds);
  if ('policy' in event) out.fixed(event.authority, WORD).fixed(event.policy, WORD);
  else out.fixed(event.source, WORD).fixed(event.target, WORD);
  out.u64(event.version);
  if ('digest' in event) out.fixed(event.digest, WORD);
  if ('effectiveFrom' in event) out.u64(event.effectiveFrom);
  if ('by' in event) out.fixed(event.by, ADDRESS);
}
