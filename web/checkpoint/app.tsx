/** One screen at a time, in the language that was chosen. */
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { RulePassage } from './engine/checkpoint-policy.ts';
import type { ReadUpload } from './input/reader.ts';
import { useWedge } from './input/use-wedge.ts';
import type { CheckpointModel } from './model.ts';
import { Document } from './screens/document.tsx';
import type { LogAtHand } from './screens/log-card.tsx';
import { Scan } from './screens/scan.tsx';
import { SetUp } from './screens/set-up.tsx';
import { Status } from './screens/status.tsx';
import { Summary } from './screens/summary.tsx';
import { Verdict } from './screens/verdict.tsx';
import type { Eyes } from './screens/viewer.tsx';
import { TEXTS } from './texts/texts.ts';
import { useNow } from './use-now.ts';

export interface AppProps {
  readonly model: CheckpointModel;
  readonly eyes: Eyes;
  readonly readUpload: ReadUpload;
  readonly log: LogAtHand;
  readonly areRulesInForce: (passage: RulePassage) => Promise<boolean>;
  /** With the first touch: sound is allowed from then on. */
  readonly onTouch: () => void;
}

export function App({ areRulesInForce, eyes, log, model, onTouch, readUpload }: AppProps): JSX.Element {
  const state = useModel(model);
  const nowSeconds = useNow();
  const { screen, settings } = state;
  const texts = TEXTS[settings.language];
  useLanguage(settings.language, texts.app);
  useWedge(screen.name === 'scan' || screen.name === 'verdict', (text) => {
    if (screen.name === 'verdict') model.scanNext();
    void model.scanned(text);
  });
  const shared = { model, state, texts, nowSeconds };
  switch (screen.name) {
    case 'starting':
      return (
        <div class="starting" role="status">
          <div class="spinner" />
          <p>{texts.loading}</p>
        </div>
      );
    case 'set-up': {
      const begin = (): void => {
        onTouch();
        model.choose(settings);
        model.scanNext();
      };
      return (
        <SetUp
          settings={settings}
          isLogKept={state.operator.logKey !== undefined}
          texts={texts}
          areRulesInForce={areRulesInForce}
          onChange={(chosen) => model.choose(chosen)}
          onBegin={begin}
        />
      );
    }
    case 'scan':
      return <Scan {...shared} eyes={eyes} readUpload={readUpload} />;
    case 'document':
      return <Document {...shared} decision={screen.decision} />;
    case 'verdict':
      return <Verdict {...shared} decision={screen.decision} presented={screen.presented} />;
    case 'summary':
      return <Summary {...shared} />;
    case 'status':
      return <Status {...shared} log={log} />;
  }
}

function useModel(model: CheckpointModel): CheckpointModel['state'] {
  const [state, setState] = useState(model.state);
  useEffect(() => model.subscribe(() => setState(model.state)), [model]);
  return state;
}

function useLanguage(language: string, title: string): void {
  useEffect(() => {
    document.documentElement.lang = language;
    document.title = title;
  }, [language, title]);
}
