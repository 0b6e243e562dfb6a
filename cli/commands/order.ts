/** `hcl order`: isolation, quarantine and other orders on one person, entered and released. */
import { ORDER_KINDS } from '../../core/health/orders.ts';
import type { Command, ExitCode } from '../command.ts';
import { parseArguments, required } from '../command.ts';
import { usageError } from '../errors.ts';
import { postTo, readJson } from '../health/desk.ts';
import { orderPage, type OrderAnswer } from '../health/status-page.ts';

const OPTIONS = {
  issuer: { type: 'string' },
  by: { type: 'string' },
  'entered-by': { type: 'string' },
  json: { type: 'boolean' },
} as const;

export const order: Command = {
  usage: `Usage: hcl order place FILE --issuer NAME [--json]
       hcl order release ID --issuer NAME --by TEXT --entered-by TEXT [--json]

  place    enters an order as the authority made it; colours that it turns
           have turned when the answer comes
  release  it holds no more, from now on

  FILE        {"subject":{…},"kind":"quarantine","ground":"hcl|under-order",
              "fromSeconds":…,"untilSeconds":…,"reference":"QO-2022-0042",
              "legalBasis":"Cap. 599A s. 22","orderedBy":"…","enteredBy":"…"};
              "-" reads it from standard input
  kinds       ${ORDER_KINDS.join(', ')}
  --by TEXT   staff number of whoever releases it
  --entered-by TEXT  staff number of the other one who enters that here
  --json      one line of JSON`,
  async run(args, io): Promise<ExitCode> {
    const { values, positionals } = parseArguments(args, OPTIONS);
    const [step = '', what = '', ...others] = positionals;
    if ((step !== 'place' && step !== 'release') || what === '' || others.length > 0)
      throw usageError('say "place FILE" or "release ID"');
    const name = required(values.issuer, '--issuer');
    const released =
      step === 'release'
        ? {
            releasedBy: required(values.by, '--by'),
            enteredBy: required(values['entered-by'], '--entered-by'),
          }
        : undefined;
    const body = released ?? (await readJson(what, io));
    const post = await postTo(name, io);
    const path = released === undefined ? '/orders' : `/orders/${encodeURIComponent(what)}/release`;
    const answer = await post(path, body);
    // The answer of our own service, by its route's schema.
    const page = values.json ? `${JSON.stringify(answer)}\n` : orderPage(answer as OrderAnswer, io.out);
    await io.out.write(page);
    return 0;
  },
};
