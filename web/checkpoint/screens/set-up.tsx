/** Chosen once: where this is, whose rules count, and how the device is used. */
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Button } from '../../shared/ui/button.tsx';
import { Choices, SelectField, Toggle, type Option } from '../../shared/ui/fields.tsx';
import { Notice } from '../../shared/ui/notice.tsx';
import { Page } from '../../shared/ui/page.tsx';
import type { RulePassage } from '../engine/checkpoint-policy.ts';
import { PORTS, ROUTES, RULES_OF, TRAVELLERS, VENUES } from '../places.ts';
import { policyOf, type Settings } from '../settings.ts';
import type { Texts } from '../texts/text.ts';
import { LanguageSelect } from './language-select.tsx';

export interface SetUpProps {
  readonly settings: Settings;
  /** Whether the authority has asked for a log. */
  readonly isLogKept: boolean;
  readonly texts: Texts;
  readonly areRulesInForce: (passage: RulePassage) => Promise<boolean>;
  readonly onChange: (settings: Settings) => void;
  readonly onBegin: () => void;
}

export function SetUp({
  areRulesInForce,
  isLogKept,
  onBegin,
  onChange,
  settings,
  texts,
}: SetUpProps): JSX.Element {
  const change = (part: Partial<Settings>): void => onChange({ ...settings, ...part });
  const { setUp } = texts;
  return (
    <Page
      title={setUp.title}
      tools={
        <LanguageSelect
          language={settings.language}
          texts={texts}
          onChange={(language) => change({ language })}
        />
      }
      actions={
        <Button look="primary" icon="camera" onPress={onBegin}>
          {setUp.begin}
        </Button>
      }
    >
      <p class="intro">{isLogKept ? setUp.introWithLog : setUp.intro}</p>
      <Choices
        legend={setUp.mode}
        value={settings.mode}
        onChange={(mode) => change({ mode, place: mode === 'venue' ? 'venue:active' : 'port:HZMB' })}
        choices={[
          { value: 'venue', name: setUp.venue, help: setUp.venueHelp },
          { value: 'border', name: setUp.border, help: setUp.borderHelp },
        ]}
      />
      <PlaceFields settings={settings} texts={texts} onChange={change} />
      <NotInForce settings={settings} texts={texts} areRulesInForce={areRulesInForce} />
      <fieldset>
        <legend class="choices-legend">{setUp.device}</legend>
        <div class="choices">
          <Toggle
            name={setUp.sound}
            isOn={settings.isSoundOn}
            onChange={(isSoundOn) => change({ isSoundOn })}
          />
          <Toggle
            name={setUp.frontCamera}
            isOn={settings.facing === 'user'}
            onChange={(isOn) =>
              change({ facing: isOn ? 'user' : 'environment', ...(isOn ? {} : { isKiosk: false }) })
            }
          />
          <Toggle
            name={setUp.kiosk}
            help={setUp.kioskHelp}
            isOn={settings.isKiosk}
            onChange={(isKiosk) => change({ isKiosk, ...(isKiosk ? { facing: 'user' as const } : {}) })}
          />
        </div>
      </fieldset>
    </Page>
  );
}

interface PlaceFieldsProps extends Pick<SetUpProps, 'settings' | 'texts'> {
  readonly onChange: (part: Partial<Settings>) => void;
}

function PlaceFields({ onChange, settings, texts }: PlaceFieldsProps): JSX.Element {
  const { places, routes, rulesOf, setUp, travellers } = texts;
  const isBorder = settings.mode === 'border';
  return (
    <>
      <SelectField
        label={setUp.place}
        value={settings.place}
        options={optionsOf(isBorder ? PORTS : VENUES, places)}
        onChange={(place) => onChange({ place })}
      />
      {isBorder ? (
        <SelectField
          label={setUp.route}
          value={settings.route}
          options={optionsOf(ROUTES, routes)}
          onChange={(route) => onChange({ route })}
        />
      ) : null}
      <SelectField
        label={setUp.traveller}
        value={settings.traveller}
        options={optionsOf(TRAVELLERS, travellers)}
        onChange={(traveller) => onChange({ traveller })}
      />
      <SelectField
        label={setUp.rules}
        help={setUp.rulesHelp}
        value={settings.rulesOf}
        options={optionsOf(RULES_OF, rulesOf)}
        onChange={(chosen) => onChange({ rulesOf: chosen })}
      />
    </>
  );
}

function optionsOf<Value extends string>(
  values: readonly Value[],
  names: Readonly<Record<Value, string>>,
): readonly Option<Value>[] {
  return values.map((value) => ({ value, name: names[value] }));
}

/** Said before the first person stands there, not after. */
function NotInForce({
  areRulesInForce,
  settings,
  texts,
}: Pick<SetUpProps, 'areRulesInForce' | 'settings' | 'texts'>): JSX.Element | null {
  const { passage } = policyOf(settings);
  const isInForce = useAreRulesInForce(passage, areRulesInForce);
  return isInForce ? null : <Notice look="warning">{texts.setUp.notInForce}</Notice>;
}

function useAreRulesInForce(passage: RulePassage | undefined, ask: SetUpProps['areRulesInForce']): boolean {
  const [isInForce, setInForce] = useState(true);
  const asked = JSON.stringify(passage);
  useEffect(() => {
    setInForce(true);
    if (passage === undefined) return;
    void ask(passage).then(setInForce);
  }, [asked]);
  return isInForce;
}
