/** Bookings, what is left of a quota, draws and the audit as pages for people. */
import type { BookingAudit } from '../booking/audit.ts';
import type { Ballot } from '../booking/ballot.ts';
import type { Availability } from '../booking/availability.ts';
import type { UseFinding } from '../booking/judge-use.ts';
import type { Texts } from '../booking/texts.ts';
import type { BookingView, MemberView } from '../booking/view.ts';
import type { Output } from './io.ts';
import { fieldLines, printable, showTime, styled, tableLines, type Field } from './page.ts';

/** @param answer of a route that answers with a booking */
export function bookingPage(answer: unknown, output: Output): string {
  // Our own service's answer, checked by the schema of its route.
  const booking = answer as BookingView;
  const { reference, programme, port, date, state, party, heldUntilSeconds, warnAtSeconds } = booking;
  const fields: Field[] = [
    { label: 'for', value: `${programme}, ${port}, ${date}` },
    { label: 'party', value: party.map(memberText).join(', ') },
  ];
  if (heldUntilSeconds !== undefined && warnAtSeconds !== undefined) {
    const more = booking.mayExtend === true ? '; may be extended once' : '';
    fields.push({ label: 'held until', value: `${showTime(heldUntilSeconds)}${more}` });
  }
  if (booking.position !== undefined) fields.push({ label: 'waiting', value: `number ${booking.position}` });
  if (booking.ballot !== undefined) {
    const { entry, ticket, commitment } = booking.ballot;
    fields.push({ label: 'draw', value: `entry ${entry}, ticket ${ticket}, bound to ${commitment}` });
  }
  if (booking.changedTo !== undefined) fields.push({ label: 'now', value: booking.changedTo });
  return `${styled(output, 'bold', reference)}  ${state}\n${fieldLines(output, fields)}`;
}

/** @param answer of `POST /bookings/uses` */
export function usePage(answer: unknown, output: Output): string {
  // As above.
  const told = answer as
    | { readonly outcome: 'admitted'; readonly booking: BookingView }
    | ({ readonly outcome: 'refused'; readonly code: string; readonly texts: Texts } & UseFinding);
  if (told.outcome === 'admitted') {
    return `${styled(output, 'green', '✓')} ${told.booking.party.map(memberText).join(', ')}\n`;
  }
  const { used, bookedFor, missing, texts, code } = told;
  const fields: Field[] = [];
  if (used !== undefined) {
    fields.push({ label: 'used', value: `${showTime(used.atSeconds)}, lane ${printable(used.lane)}` });
  }
  if (bookedFor !== undefined) fields.push({ label: 'for', value: `${bookedFor.port}, ${bookedFor.date}` });
  if (missing !== undefined) fields.push({ label: 'missing', value: missing.map(memberText).join(', ') });
  const words = [texts['zh-Hant'], texts['zh-Hans'], texts.pt].join(' · ');
  fields.push({ label: code, value: words });
  return `${styled(output, 'red', '✗')} ${texts.en}\n${fieldLines(output, fields)}`;
}

/** @param answer of `GET /quotas/{programme}` */
export function quotasPage(answer: unknown, output: Output): string {
  // As above.
  const { programme, slots } = answer as {
    readonly programme: string;
    readonly slots: readonly Availability[];
  };
  if (slots.length === 0) return `${programme}: nothing can be booked now\n`;
  const rows = slots.map(({ date, port, free, quota, waiting, allocation }) => [
    date,
    port,
    String(free),
    String(quota),
    String(waiting),
    allocation === 'ballot' ? 'drawn' : 'first come',
  ]);
  const header = ['date', 'port', 'free', 'quota', 'waiting', ''];
  return `${styled(output, 'bold', programme)}\n${tableLines(output, header, rows, [2, 3, 4])}`;
}

export function drawPage(
  {
    commitment,
    draw,
    winners,
    isSound,
  }: Ballot & { readonly winners: readonly number[]; readonly isSound: boolean },
  output: Output,
): string {
  if (draw === undefined) return `not drawn yet; bound to ${commitment}\n`;
  if (!isSound) return `${styled(output, 'red', '✗')} the seed is not the one that was committed to\n`;
  const fields = [
    { label: 'bound to', value: commitment },
    { label: 'seed', value: draw.seed },
    { label: 'entries', value: `${draw.entries.length}, for ${draw.places} places` },
    { label: 'drawn', value: winners.join(', ') },
  ];
  return `${styled(output, 'green', '✓')} the draw comes out the same\n${fieldLines(output, fields)}`;
}

/** @param answer of `GET /bookings/audit` */
export function auditPage(answer: unknown, output: Output): string {
  // As above.
  const { entries, bookings, slots, problems } = answer as BookingAudit;
  const rows = slots.map(({ programme, port, date, quota, peak, people }) => [
    `${programme} ${port} ${date}`,
    String(quota),
    String(peak),
    Object.entries(people)
      .map(([state, count]) => `${state} ${count}`)
      .join(', '),
  ]);
  const isSound = problems.length === 0;
  const mark = isSound ? styled(output, 'green', '✓') : styled(output, 'red', '✗');
  const wrong = problems.map(({ kind, number, order }) => [
    `${kind}: booking ${number}${order === undefined ? '' : `, entry ${order}`}\n`,
  ]);
  return [
    `${mark} ${bookings} bookings from ${entries} entries, ${problems.length} wrong\n`,
    tableLines(output, ['', 'quota', 'most', 'people'], rows, [1, 2]),
    ...wrong.flat(),
  ].join('');
}

function memberText({ position, relation, ...rest }: MemberView): string {
  const { used, absent } = rest;
  const text = `${position} ${relation}`;
  if (absent === true) return `${text} (stayed behind)`;
  return used === undefined
    ? text
    : `${text} (used ${showTime(used.atSeconds)}, lane ${printable(used.lane)})`;
}
