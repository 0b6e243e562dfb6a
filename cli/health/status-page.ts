/** Health codes as pages for people. What is printed is the answer of our own service, by its routes' schemas. */
import type { ColourReason } from '../../core/health/appeal.ts';
import type { Language } from '../../core/record/value-sets/value-set.ts';
import type { ShownColour } from '../../issuer/health/shown-colours.ts';
import type { IssuedCredential } from '../../issuer/row.ts';
import type { Output } from '../io.ts';
import { fieldLines, printable, showTime, styled } from '../page.ts';

export type StatusAnswer = ShownColour & {
  readonly validUntilSeconds: number;
  readonly recordId: string;
  readonly credentials: readonly IssuedCredential[];
};

export interface ReasonsAnswer {
  readonly colours: readonly (ShownColour & { readonly told: Readonly<Record<Language, ColourReason>> })[];
}

export interface OrderAnswer {
  readonly id: string;
  readonly kind: string;
  readonly ground: string;
  readonly reference: string;
  readonly fromSeconds: number;
  readonly untilSeconds: number;
  readonly releasedAtSeconds?: number;
}

export function statusPage(answer: StatusAnswer, output: Output): string {
  const { recordId, credentials, validUntilSeconds } = answer;
  return [
    `${styled(output, 'bold', `${answer.scheme} ${answer.state}`)}\n`,
    fieldLines(output, [
      ...colourFields(answer),
      { label: 'Good until', value: showTime(validUntilSeconds) },
      { label: 'Record', value: recordId },
      ...credentials.map(({ profile, handle, state }) => ({ label: profile, value: `${handle}, ${state}` })),
    ]),
  ].join('');
}

export function reasonsPage({ colours }: ReasonsAnswer, language: Language, output: Output): string {
  if (colours.length === 0) return '  no health code was asked for\n';
  const pages = colours.map((colour) => {
    const { scheme, colour: name, appeal } = colour.told[language];
    const ground = colour.told[language].ground;
    return [
      `${styled(output, 'bold', `${scheme}: ${name}`)}\n`,
      fieldLines(output, [
        ...(ground === undefined ? [] : [{ label: 'Why', value: ground }]),
        ...colourFields(colour),
        { label: 'Appeal', value: appeal },
      ]),
    ].join('');
  });
  return pages.join('\n');
}

export function orderPage(order: OrderAnswer, output: Output): string {
  const { id, kind, ground, reference, fromSeconds, untilSeconds, releasedAtSeconds } = order;
  return [
    `${styled(output, 'bold', `${kind} ${id}`)}\n`,
    fieldLines(output, [
      { label: 'Ground', value: ground },
      { label: 'Reference', value: printable(reference) },
      { label: 'From', value: showTime(fromSeconds) },
      { label: 'Until', value: showTime(untilSeconds) },
      ...(releasedAtSeconds === undefined ? [] : [{ label: 'Released', value: showTime(releasedAtSeconds) }]),
    ]),
  ].join('');
}

function colourFields(colour: ShownColour): readonly { readonly label: string; readonly value: string }[] {
  const { ruleId, ruleVersion, ground, sinceSeconds, change } = colour;
  return [
    { label: 'Rule', value: `${ruleId}@${ruleVersion}` },
    ...(ground === undefined ? [] : [{ label: 'Ground', value: ground }]),
    { label: 'Since', value: showTime(sinceSeconds) },
    { label: 'Change', value: change },
  ];
}
