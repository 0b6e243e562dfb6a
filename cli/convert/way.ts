/** The way of a conversion, as a holder's device goes it: agree, ask, wait, carry, show, and take the target's own code. */
import { arrivalAudience } from '../../core/conversion/arrival-audience.ts';
import type { DecisionAnswer } from '../../issuer/conversion/target/answer.ts';
import { agree, ask, whenReady } from './at-source.ts';
import type { TravellerCodes } from './demo-traveller.ts';
import { holderClient, type Patience } from './holder-client.ts';
import type { Journey } from './journey.ts';
import { PATIENT, patiently, until } from './patience.ts';
import { areReceiptsOf, type BothReceipts } from './receipts.ts';
import { StopWatch } from './stop-watch.ts';

export interface Converted extends Omit<DecisionAnswer, 'receipt'> {
  /** The reason in the holder's language. */
  readonly text?: string;
  readonly receipts: BothReceipts & { readonly areOfOneConversion: boolean };
  readonly milliseconds: Readonly<Record<string, number>>;
}

/** Throws what either service refuses with, `CLI_TIMED_OUT`. */
export async function convertCode(codes: TravellerCodes, journey: Journey): Promise<Converted> {
  const { booking, device, io, language, source, target } = journey;
  const [here, there] = [holderClient(source, language, io), holderClient(target, language, io)];
  const watch = new StopWatch();
  const terms = await agree(codes, here, journey);
  watch.lap('consent');
  await ask(codes, terms, { here, journey });
  watch.lap('asked');
  let carried = await whenReady(terms.id, { here, source });
  watch.lap('handedOver');
  const audience = arrivalAudience({ target: target.did, booking });
  const show = async (how?: Patience): Promise<DecisionAnswer> => {
    const arrival = {
      code: device.present(carried.code, io.nowSeconds(), audience),
      list: carried.list,
      ...(booking === undefined ? {} : { booking }),
    };
    return (await there.post('/conversions/arrivals', arrival, how)) as DecisionAnswer; // the route's response
  };
  // The list that goes with it is the source's last one only until somebody else's code ends.
  const renew = async (): Promise<void> => {
    carried = await whenReady(terms.id, { here, source });
  };
  const arrive = (how?: Patience): Promise<DecisionAnswer> => patiently(() => show(how), renew);
  await arrive();
  watch.lap('decided');
  const { receipt, ...decided } = await until(async () => {
    const answer = await arrive(PATIENT);
    return answer.decision === 'accepted' && answer.code === undefined ? undefined : answer;
  }, 'the target has not released its code yet');
  watch.lap('code');
  await arrive();
  watch.lap('again');
  const receipts = { source: carried.receipt, target: receipt };
  const areOfOneConversion = await areReceiptsOf(carried.code, receipts, { here, there });
  return { ...decided, receipts: { ...receipts, areOfOneConversion }, milliseconds: watch.laps };
}
