/** What was made of codes of one source: for the authority that withdraws its recognition. */
import type { Decision } from '../../../core/conversion/acknowledgement.ts';
import type { Colour } from '../../../core/record/derived.ts';
import { withdrawnFrom } from '../mapping-in-force.ts';
import type { TargetEntry } from './entry.ts';
import type { TargetHouse } from './house.ts';

export interface ConvertedCode {
  readonly number: number;
  readonly decision: Decision;
  readonly decidedAtSeconds: number;
  readonly ruleId: string;
  readonly mappingVersion: number;
  readonly state?: Colour;
  /** The record of the code that was issued: what an act would select. */
  readonly recordId?: string;
  /** Who decided, where no table did. */
  readonly officer?: string;
}

export interface Recognition {
  /** Unix seconds; absent: some mapping holds, or there never was one. */
  readonly withdrawnFrom?: number;
  /** Oldest first. */
  readonly converted: readonly ConvertedCode[];
}

/** @param source DID */
export async function recognitionOf(
  { did, entries, ledger }: TargetHouse,
  source: string,
): Promise<Recognition> {
  const [from, to] = [source, did].map((one) => ledger.state.trust.issuerByDid(one)?.authority.id);
  const until = from === undefined || to === undefined ? undefined : withdrawnFrom(ledger.state, from, to);
  const converted: ConvertedCode[] = [];
  for await (const { number, entry } of entries.all()) {
    if (entry.sourceDid === source) converted.push(toConverted(number, entry));
  }
  return { ...(until === undefined ? {} : { withdrawnFrom: until }), converted };
}

function toConverted(
  number: number,
  { decision, decidedAtSeconds, officer, ruleId, mappingVersion, state, recordId }: TargetEntry,
): ConvertedCode {
  return {
    number,
    decision,
    decidedAtSeconds,
    ruleId,
    mappingVersion,
    ...(state === undefined ? {} : { state }),
    ...(recordId === undefined ? {} : { recordId }),
    ...(officer === undefined ? {} : { officer }),
  };
}
