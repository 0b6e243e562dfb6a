/** Who wrote an event under whose name: batches, status versions, and both sides of conversions. */
import type { Hex, LedgerEvent } from '../core/trust/ledger-event.ts';

export interface Writing {
  readonly issuer: Hex;
  readonly account: Hex;
  /** By which a finding names it: a batch's or the lists' root, of conversions the first value. */
  readonly root: Hex;
}

export type ConversionEvent = Extract<
  LedgerEvent,
  { readonly event: 'NullifiersSpent' | 'ConversionsAcknowledged' }
>;

const NOTHING: Hex = `0x${'00'.repeat(32)}`;

/** `undefined` for an event that no issuer's account writes alone. */
export function writingOf(event: LedgerEvent): Writing | undefined {
  if (event.event === 'BatchAnchored') return event;
  if (event.event === 'StatusPublished') return { ...event, root: event.listsRoot };
  return isConversion(event) ? writingOfConversion(event) : undefined;
}

/** The source writes what is spent, the target what is acknowledged. */
export function writingOfConversion(event: ConversionEvent): Writing {
  const [issuer, values] =
    event.event === 'NullifiersSpent'
      ? [event.source, event.nullifiers]
      : [event.target, event.acknowledgements];
  return { issuer, account: event.account, root: values[0] ?? NOTHING };
}

export function isConversion(event: LedgerEvent): event is ConversionEvent {
  return event.event === 'NullifiersSpent' || event.event === 'ConversionsAcknowledged';
}
