/** How a conversion is shown to its holder. */
import { fieldLines, styled } from '../page.ts';
import type { Journey } from './journey.ts';
import type { Converted } from './way.ts';

export async function showConverted(
  converted: Converted,
  { source, target, io }: Pick<Journey, 'source' | 'target' | 'io'>,
): Promise<void> {
  const { decision, state, text, code, milliseconds, receipts } = converted;
  const style = decision === 'accepted' ? 'green' : 'yellow';
  await io.out.write(`${styled(io.out, style, decision)}  ${source.name} → ${target.name}\n`);
  const fields = [
    ...(state === undefined ? [] : [{ label: 'State', value: state }]),
    ...(text === undefined ? [] : [{ label: 'Reason', value: text }]),
    { label: 'Receipts', value: receipts.areOfOneConversion ? 'of both, of one conversion' : APART },
    { label: 'Time', value: Object.entries(milliseconds).map(lapText).join(' · ') },
  ];
  await io.out.write(fieldLines(io.out, fields));
  // On a line of its own, whole: spaces are part of it.
  if (code !== undefined) await io.out.write(`\n${code}\n`);
}

const APART = 'do not belong together: keep both (--json) and ask both authorities';

const LAP_NAMES: Readonly<Record<string, string>> = { handedOver: 'handed over', again: 'asked once more' };

function lapText([name, ms]: readonly [string, number]): string {
  return `${LAP_NAMES[name] ?? name} ${ms} ms`;
}
