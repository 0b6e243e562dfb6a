/** The JSON form of a policy's windows: see `window.ts`. */
import { PolicyError } from './errors.ts';
import type { JsonFields } from './json-fields.ts';
import { WINDOW_SUBJECTS, WINDOW_UNITS, type Edge, type Window } from './window.ts';

const NAME = /^[a-z][A-Za-z0-9]{0,39}$/;
const MAX_WINDOWS = 32;
/** A record without its times is read in every way: two for each window. */
const MAX_WINDOWS_OF_A_KIND = 8;
/** No limit counts further than a lifetime of hours. */
const MAX_AMOUNT = 1_000_000;

/** Throws `POLICY_FIELD`, `POLICY_TOO_LARGE`. */
export function readWindows(fields: JsonFields): ReadonlyMap<string, Window> {
  const windows = new Map<string, Window>();
  for (const name of fields.names) {
    if (!NAME.test(name)) throw fields.wrong(name, 'is not a name of letters and digits');
    windows.set(name, readWindow(fields.object(name)));
  }
  for (const subject of WINDOW_SUBJECTS) {
    const count = [...windows.values()].filter(({ of }) => of === subject).length;
    if (count > MAX_WINDOWS_OF_A_KIND) {
      throw new PolicyError('POLICY_TOO_LARGE', `at most ${MAX_WINDOWS_OF_A_KIND} windows of ${subject}`);
    }
  }
  if (windows.size > MAX_WINDOWS) throw new PolicyError('POLICY_TOO_LARGE', `at most ${MAX_WINDOWS} windows`);
  return windows;
}

function readWindow(fields: JsonFields): Window {
  const closes = fields.has('closes') ? fields.object('closes') : undefined;
  const opens = fields.has('opens') ? fields.object('opens') : undefined;
  if (closes === undefined && opens === undefined) throw fields.wrong('closes', 'or opens is missing');
  const window = {
    of: fields.oneOf('of', WINDOW_SUBJECTS),
    basis: fields.text('basis', NAME),
    against: fields.oneOf('against', ['now', 'departure']),
    ...(opens === undefined ? {} : { opens: readEdge(opens) }),
    ...(closes === undefined
      ? {}
      : { closes: { limit: closes.oneOf('limit', ['inclusive', 'exclusive']), ...readEdge(closes) } }),
  };
  fields.refuseOthers();
  return window;
}

function readEdge(fields: JsonFields): Edge {
  const edge = {
    amount: fields.count('amount', { min: 0, max: MAX_AMOUNT }),
    unit: fields.oneOf('unit', WINDOW_UNITS),
  };
  fields.refuseOthers();
  return edge;
}
