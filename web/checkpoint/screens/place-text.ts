/** Where this checkpoint is, in a line. */
import type { Settings } from '../settings.ts';
import type { Texts } from '../texts/text.ts';

export function placeText({ mode, place, route, traveller }: Settings, texts: Texts): string {
  if (mode === 'venue') return texts.places[place];
  // A line may end with the dot, and begins with none.
  return [texts.places[place], texts.routes[route], texts.travellers[traveller]].join('\u00a0· ');
}
