/** Ready to scan: the camera in the middle, other ways in below, and always how old the list is. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Button, IconButton, type IconButtonProps } from '../../shared/ui/button.tsx';
import { Notice } from '../../shared/ui/notice.tsx';
import { useFocusOnce } from '../../shared/ui/use-focus-once.ts';
import type { ReadUpload } from '../input/reader.ts';
import type { CheckpointModel, CheckpointState } from '../model.ts';
import type { Settings } from '../settings.ts';
import type { Texts } from '../texts/text.ts';
import { Failure } from './failure.tsx';
import { HoldButton } from './hold-button.tsx';
import { ListAge } from './list-age.tsx';
import { PasteSheet } from './paste-sheet.tsx';
import { PictureButton } from './picture-button.tsx';
import { Viewer, type Eyes } from './viewer.tsx';
import { placeText } from './place-text.ts';

export interface ScanProps {
  readonly model: CheckpointModel;
  readonly state: CheckpointState;
  readonly texts: Texts;
  readonly nowSeconds: number;
  readonly eyes: Eyes;
  readonly readUpload: ReadUpload;
}

export function Scan({ eyes, model, nowSeconds, readUpload, state, texts }: ScanProps): JSX.Element {
  const [isPasting, setPasting] = useState(false);
  const { codesBefore, group, isChecking, known, settings } = state;
  const heading = useFocusOnce<HTMLHeadingElement>();
  const check = (text: string): void => {
    // What comes of it shows on the screen behind.
    setPasting(false);
    void model.scanned(text);
  };
  return (
    <div class={settings.isKiosk ? 'scan scan-kiosk' : 'scan'}>
      <header class="scan-bar">
        <div class="scan-place">
          <h1 class="scan-title" ref={heading} tabIndex={-1}>
            {placeText(settings, texts)}
          </h1>
          <ListAge
            known={known}
            policy={model.policy}
            nowSeconds={nowSeconds}
            language={settings.language}
            texts={texts}
          />
        </div>
        <OfficerButton
          icon="list"
          name={texts.scan.status}
          onPress={() => model.open('status')}
          settings={settings}
          texts={texts}
        />
        <OfficerButton
          icon="settings"
          name={texts.scan.settings}
          onPress={() => model.open('set-up')}
          settings={settings}
          texts={texts}
        />
      </header>
      <main class="scan-view">
        <Viewer
          facing={settings.facing}
          texts={texts}
          isPaused={isPasting || isChecking}
          eyes={eyes}
          onCode={check}
        />
        {codesBefore > 0 ? <Notice icon="add">{texts.scan.another}</Notice> : null}
        <Failure state={state} texts={texts} />
        <p class="scan-checking" role="status">
          {isChecking ? texts.scan.checking : ''}
        </p>
      </main>
      {settings.isKiosk ? null : (
        <div class="scan-actions">
          {group === undefined ? null : (
            <div class="scan-group">
              <p>{texts.group.running(group.length)}</p>
              <Button isDisabled={isChecking} onPress={() => model.showSummary()}>
                {texts.group.finish}
              </Button>
            </div>
          )}
          <Button icon="keyboard" onPress={() => setPasting(true)}>
            {texts.scan.type}
          </Button>
          <PictureButton texts={texts} readUpload={readUpload} onCode={check} />
          {group === undefined ? (
            <Button icon="group" onPress={() => model.beginGroup()}>
              {texts.scan.group}
            </Button>
          ) : null}
        </div>
      )}
      {isPasting ? <PasteSheet texts={texts} onCode={check} onClose={() => setPasting(false)} /> : null}
    </div>
  );
}

interface OfficerButtonProps extends IconButtonProps {
  readonly settings: Settings;
  readonly texts: Texts;
}

/** At a kiosk travellers stand before it, and it is not theirs to press. */
function OfficerButton({ icon, name, onPress, settings, texts }: OfficerButtonProps): JSX.Element {
  return settings.isKiosk ? (
    <HoldButton icon={icon} name={texts.scan.hold(name)} onHeld={onPress} />
  ) : (
    <IconButton icon={icon} name={name} onPress={onPress} />
  );
}
